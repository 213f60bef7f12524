package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestJSONMovesNoCursor: what others wrote stays text on a terminal, and the
// same text for a program.
func TestJSONMovesNoCursor(t *testing.T) {
	var out strings.Builder
	a := &app{out: &sticky{w: &out}}
	want := map[string]string{"purpose": "a\u009b2J\u001b[0m\u007f\u202eb\u200f\U000e0041é\n"}
	if err := a.json(want); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\u009b\u001b\u007f\u202e\u200f\U000e0041") {
		t.Errorf("it writes %q", out.String())
	}
	var got map[string]string
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil || got["purpose"] != want["purpose"] {
		t.Errorf("a program reads %q, %v", got, err)
	}
}
