package main

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheOperatorSetsALogoFromAFile, and is told when it is none.
func TestTheOperatorSetsALogoFromAFile(t *testing.T) {
	dir := t.TempDir()
	data, siret := filepath.Join(dir, "data"), "21370999900015"
	if _, err := tell(t, "admin", "add-administration", "--data", data, "--siret", siret, "--name", "Mairie de Valmont"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 40))); err != nil {
		t.Fatal(err)
	}
	good, bad := filepath.Join(dir, "logo.png"), filepath.Join(dir, "logo.svg")
	for name, content := range map[string][]byte{good: b.Bytes(), bad: []byte("<svg/>")} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tell(t, "admin", "logo", "--data", data, "--siret", siret, bad); err == nil || !strings.Contains(err.Error(), "PNG") {
		t.Errorf("an SVG is a logo: %v", err)
	}
	for _, args := range [][]string{{good}, {"--remove"}} {
		if _, err := tell(t, append([]string{"admin", "logo", "--data", data, "--siret", siret}, args...)...); err != nil {
			t.Errorf("%q: %v", args, err)
		}
	}
	if _, err := tell(t, "admin", "logo", "--data", data, "--siret", siret); err == nil {
		t.Error("no file is no logo to take away")
	}
}
