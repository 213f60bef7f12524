package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// entries reads every entry of the log from an index to the end of a
// checkpoint, and gives each to see. Nothing seen is to be acted on before it
// returns nil: only then is it known that none was left out or changed.
func (w watch) entries(ctx context.Context, m mark, from int64, note string, see func(index int64, entry []byte)) error {
	c, err := journal.OpenCheckpoint(m.vkey, note)
	if err != nil {
		return err
	}
	if err := w.accept(ctx, m, c, note); err != nil {
		return err
	}
	var reading *journal.Reading
	for at := from; reading == nil || at < c.Size; at = reading.Next() {
		var page journal.Range
		q := url.Values{"from": {strconv.FormatInt(at, 10)}, "size": {strconv.FormatInt(c.Size, 10)}}
		if err := w.client.get(ctx, "/log/entries", q, &page); err != nil {
			return err
		}
		if page.From != at || page.Size != c.Size || at < c.Size && len(page.Entries) == 0 || at+int64(len(page.Entries)) > c.Size {
			return fmt.Errorf("other entries than asked for: %w", journal.ErrProof)
		}
		if reading == nil {
			if reading, err = journal.StartReading(from, page.Left); err != nil {
				return err
			}
		}
		for _, e := range page.Entries {
			see(reading.Next(), e)
			reading.Append(e)
		}
	}
	return reading.Verify(c)
}

// checkpoint asks for the newest.
func (w watch) checkpoint(ctx context.Context) (string, error) {
	resp, err := w.client.send(ctx, request{method: http.MethodGet, path: "/log/checkpoint"})
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	return readNote(resp.Body)
}

// maxNote bounds a signed note: one line of text for each witness.
const maxNote = 64 << 10

func readNote(r io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxNote))
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrOffline, err)
	}
	return string(b), nil
}
