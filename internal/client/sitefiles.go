package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

const (
	maxSiteFiles = 10_000
	maxSiteFile  = 64 << 20
	// asBrowser is how the files are asked for: who would give other pages to
	// some than to others should not know this program by its name.
	asBrowser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
)

// SiteReport is what was found of a web application that is what the log says.
type SiteReport struct {
	Release string
	SHA256  string // of the list of files, as the fact in the log has it
	Files   int
	Index   int64 // of the fact in the log
}

// VerifySite fetches every file of the web application as a browser does, and
// holds them against the list that is a public fact of the log. An *Alarm names
// what is another one. That somebody else is served the same, it cannot say.
func (c *Client) VerifySite(ctx context.Context) (SiteReport, error) {
	m, err := c.watch.mark(ctx)
	if err != nil {
		return SiteReport{}, err
	}
	var said struct {
		Release string            `json:"release"`
		Files   []journal.WebFile `json:"files"`
		Fact    *journal.Leaf     `json:"fact"`
	}
	if err := c.get(ctx, "/api/v1/site/files", nil, &said); err != nil {
		return SiteReport{}, err
	}
	if len(said.Files) > maxSiteFiles {
		return SiteReport{}, fmt.Errorf("verify site: %d files", len(said.Files))
	}
	if said.Fact == nil {
		return SiteReport{}, fmt.Errorf("verify site: no fact of the log tells of these pages: %w", ErrNotFound)
	}
	r, err := c.siteFact(ctx, m, said.Files, said.Fact)
	if err != nil {
		return r, withEvidence(err, map[string]any{"logKey": m.vkey, "site": said})
	}
	for _, f := range append(said.Files, startPages(said.Files)...) {
		if err := c.siteFile(ctx, f, said.Fact); err != nil {
			return r, err
		}
	}
	return r, nil
}

// siteFact shows that the log holds this very list.
func (c *Client) siteFact(ctx context.Context, m mark, files []journal.WebFile, leaf *journal.Leaf) (SiteReport, error) {
	tree, err := journal.VerifyLeaf(m.vkey, leaf.Entry, *leaf)
	if err != nil {
		return SiteReport{}, err
	}
	if err := c.watch.accept(ctx, m, tree, leaf.Checkpoint); err != nil {
		return SiteReport{}, err
	}
	fact, err := journal.ParseWebFact(leaf.Entry)
	if err != nil {
		return SiteReport{}, err
	}
	sum, err := journal.HashWeb(files)
	if err != nil {
		return SiteReport{}, err
	}
	if sum != fact.SHA256 || int64(len(files)) != fact.Files {
		return SiteReport{}, fmt.Errorf("the list of files is not the one that the log holds: %w", journal.ErrProof)
	}
	return SiteReport{Release: fact.Release, SHA256: sum, Files: len(files), Index: leaf.Index}, nil
}

// startPages are addresses that have to give the document of the application.
func startPages(files []journal.WebFile) []journal.WebFile {
	for _, f := range files {
		if f.Path == "/index.html" {
			return []journal.WebFile{{Path: "/", SHA256: f.SHA256}, {Path: "/verifier", SHA256: f.SHA256}}
		}
	}
	return nil
}

func (c *Client) siteFile(ctx context.Context, f journal.WebFile, leaf *journal.Leaf) error {
	u := *c.base
	if u.Path = f.Path; path.Clean(f.Path) != f.Path {
		return fmt.Errorf("verify site: the path %q: %w", f.Path, journal.ErrFact)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return fmt.Errorf("make request: %w", err)
	}
	for name, value := range map[string]string{
		"User-Agent": asBrowser, "Accept": "*/*", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty",
	} {
		r.Header.Set(name, value)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return errors.Join(ctx.Err(), fmt.Errorf("%w: %w", ErrOffline, err))
	}
	defer func() { _ = resp.Body.Close() }()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(resp.Body, maxSiteFile))
	switch {
	case err != nil:
		return fmt.Errorf("%w: %w", ErrOffline, err)
	case resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests:
		return fmt.Errorf("%w: status %d for %s", ErrOffline, resp.StatusCode, f.Path)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != f.SHA256 || resp.StatusCode != http.StatusOK {
		return &Alarm{
			Err: &Fault{Kind: FaultPage, Path: f.Path, Index: -1, Msg: f.Path + " is not the file that the log tells of"},
			Evidence: map[string]any{
				"path": f.Path, "expected": f.SHA256, "received": got, "bytes": n, "status": resp.StatusCode,
				"fact": leaf, "headers": strings.Join(resp.Header.Values("ETag"), " "),
			},
		}
	}
	return nil
}
