package client

import (
	"archive/zip"
	"bytes"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// TestIssuersOfAnExportAreReadOnce, not for every document that has a mark.
func TestIssuersOfAnExportAreReadOnce(t *testing.T) {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	w, err := z.Create("issuers.json")
	if err == nil {
		_, err = w.Write([]byte(`[{"administration":"eeeeeeeeeeeeeeeeeeeeeeeeea","keys":[]}]`))
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	a := &Archive{members: map[string]*zip.File{"issuers.json": r.File[0]}}
	u := newUniversity(t)
	mark := signedIssue(t, u.root, "licence", "2026-07-01T00:00:00Z")
	for n := range 3 {
		if got, err := a.issued(mark, sealed.Content{}); err != nil || got.State != IssuedUnreadable {
			t.Fatalf("time %d: %+v, %v", n, got, err)
		}
		// What is read again is not there again.
		copy(file.Bytes(), bytes.Repeat([]byte("x"), 60))
	}
}
