package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
)

// Export downloads everything to path, which appears only when the archive is
// whole: every member that its receipt names is there with its hash, and the
// journal tells of this export. No key is needed.
func (c *Client) Export(ctx context.Context, path string, o GetOptions) (Summary, error) {
	var sum Summary
	if _, err := os.Lstat(path); err == nil && !o.Force {
		return sum, fmt.Errorf("write %s: %w", path, ErrExists)
	}
	m, err := c.watch.mark(ctx)
	if err != nil {
		return sum, err
	}
	resp, err := c.send(ctx, request{method: http.MethodGet, path: "/api/v1/safe/export"})
	if err != nil {
		return sum, err
	}
	defer func() { _ = resp.Body.Close() }()
	err = publish(path, o.Force, func(w io.Writer) error {
		body := &counting{r: resp.Body, ctx: ctx, phase: "receiving", total: resp.ContentLength, p: o.Progress}
		if _, err := io.Copy(w, body); err != nil {
			return fmt.Errorf("%w: %w", ErrOffline, err)
		}
		f, ok := w.(*os.File)
		if !ok {
			return ErrArchive
		}
		var err error
		sum, err = c.checkExport(ctx, m, f)
		return err
	})
	return sum, err
}

// checkExport verifies an archive that was just made.
func (c *Client) checkExport(ctx context.Context, m mark, f *os.File) (Summary, error) {
	a, err := readArchive(f)
	if err != nil {
		return Summary{}, err
	}
	sum, err := a.Check(m.vkey)
	if err != nil {
		return sum, withEvidence(err, map[string]any{"receipt": a.receipt})
	}
	ev, err := c.watch.act(ctx, m, a.receipt.Proof, "safe.exported")
	if err == nil && ev.Safe != a.receipt.Safe {
		err = mismatch("export of another safe")
	}
	return sum, withEvidence(err, map[string]any{"receipt": a.receipt})
}
