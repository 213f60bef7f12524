package client_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// TestAListThatDoesNotEndFillsNoMemory: a gateway that always has a next page is
// told from one with many shares.
func TestAListThatDoesNotEndFillsNoMemory(t *testing.T) {
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n++
		_ = json.NewEncoder(w).Encode(map[string]any{"items": []any{}, "next": fmt.Sprint(n)})
	}))
	defer server.Close()
	c, err := client.New(client.Config{Server: server.URL})
	must(t, err)
	if _, err := c.Received(t.Context()); !errors.Is(err, client.ErrEndless) {
		t.Errorf("read whole: %v", err)
	}
	if err := c.ReceivedPages(t.Context(), client.ReceivedWanted{}, func([]client.Grant) bool { return false }); !errors.Is(err, client.ErrEndless) {
		t.Errorf("read by pages: %v", err)
	}
	if n > 1<<16 {
		t.Errorf("asked for %d pages", n)
	}
}
