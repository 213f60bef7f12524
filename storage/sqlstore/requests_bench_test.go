package sqlstore_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// BenchmarkTenThousand reads pages of fifty where one administration has made ten
// thousand requests, one of which ten thousand citizens have answered.
func BenchmarkTenThousand(b *testing.B) {
	for kind, dsn := range map[string]func() string{
		"sqlite":   func() string { return "sqlite://" + filepath.Join(b.TempDir(), "bench.db") },
		"postgres": func() string { return servers.Postgres(b) },
	} {
		b.Run(kind, func(b *testing.B) {
			db := open(b, dsn())
			many, first := tenThousand(b, db)
			middle := map[string]string{}
			for name, list := range many.lists(first) {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						must(b, db.View(b.Context(), func(tx safe.Tx) (err error) {
							middle[name], err = list(b.Context(), tx, safe.Page{Limit: 50, After: middle[name]})
							return err
						}))
					}
				})
			}
		})
	}
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

type tenThousandOf struct {
	administration safe.AdministrationID
	safe           safe.SafeID
}

func tenThousand(b *testing.B, db *sqlstore.DB) (tenThousandOf, safe.RequestID) {
	b.Helper()
	of := tenThousandOf{safe.NewID[safe.AdministrationID](), safe.NewID[safe.SafeID]()}
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var first safe.RequestID
	for batch := range 100 {
		must(b, db.Update(b.Context(), func(tx safe.Tx) error {
			for i := range 100 {
				n := time.Duration(batch*100+i) * time.Second
				r := safe.Request{
					ID: safe.NewID[safe.RequestID](), Administration: of.administration, Purpose: "Inscription", Procedure: "École",
					Reference: fmt.Sprint(batch), Body: make([]byte, 600), Created: at.Add(n), AnswerBy: at.Add(n + time.Hour), NotAfter: at.Add(n + time.Hour),
				}
				if first == "" {
					first = r.ID
				}
				g := safe.Grant{
					ID: safe.NewID[safe.GrantID](), Safe: safe.NewID[safe.SafeID](), Doc: safe.NewID[safe.DocumentID](), Version: safe.NewID[safe.VersionID](),
					Administration: of.administration, Purpose: "Inscription", Sealed: make([]byte, 2700), Created: at.Add(n), NotAfter: at.Add(n + time.Hour),
					Request: first, Kind: "residence",
				}
				own := g
				own.ID, own.Safe, own.Request = safe.NewID[safe.GrantID](), of.safe, ""
				p := safe.Reply{ID: safe.NewID[safe.ReplyID](), Request: first, Safe: g.Safe, Created: at.Add(n), Changed: at.Add(n), Given: 1, Waiting: i%7 == 0}
				mine := safe.Reply{ID: safe.NewID[safe.ReplyID](), Request: r.ID, Safe: of.safe, Created: at.Add(n), Changed: at.Add(n), Given: 1}
				for _, write := range []func() error{
					func() error { return tx.Requests.Insert(b.Context(), r) }, func() error { return tx.Grants.Insert(b.Context(), g) },
					func() error { return tx.Grants.Insert(b.Context(), own) }, func() error { return tx.Replies.Put(b.Context(), p) },
					func() error { return tx.Replies.Put(b.Context(), mine) },
				} {
					if err := write(); err != nil {
						return err
					}
				}
			}
			return nil
		}))
	}
	return of, first
}

type pageOf = func(ctx context.Context, tx safe.Tx, p safe.Page) (next string, err error)

// lists are those that pages show, each from where it was left.
func (of tenThousandOf) lists(r safe.RequestID) map[string]pageOf {
	return map[string]pageOf{
		"an office's requests": func(ctx context.Context, tx safe.Tx, p safe.Page) (string, error) {
			_, next, err := tx.Requests.OfAdministration(ctx, of.administration, safe.RequestFilter{Open: true}, p)
			return next, err
		},
		"an office's requests with a reference": func(ctx context.Context, tx safe.Tx, p safe.Page) (string, error) {
			_, next, err := tx.Requests.OfAdministration(ctx, of.administration, safe.RequestFilter{Reference: "42"}, p)
			return next, err
		},
		"a request's replies": func(ctx context.Context, tx safe.Tx, p safe.Page) (string, error) {
			_, next, err := tx.Replies.OfRequest(ctx, r, false, p)
			return next, err
		},
		"a request's questions": func(ctx context.Context, tx safe.Tx, p safe.Page) (string, error) {
			_, next, err := tx.Replies.OfRequest(ctx, r, true, p)
			return next, err
		},
		"a request's grants": func(ctx context.Context, tx safe.Tx, p safe.Page) (string, error) {
			_, next, err := tx.Answers.GrantsOf(ctx, r, p)
			return next, err
		},
		"an office's grants": func(ctx context.Context, tx safe.Tx, p safe.Page) (string, error) {
			_, next, err := tx.Grants.OfAdministration(ctx, of.administration, safe.GrantFilter{}, p)
			return next, err
		},
		"a citizen's requests": func(ctx context.Context, tx safe.Tx, p safe.Page) (string, error) {
			_, next, err := tx.Replies.OfSafe(ctx, of.safe, p)
			return next, err
		},
		"what a citizen gave for a kind before": func(ctx context.Context, tx safe.Tx, _ safe.Page) (string, error) {
			_, err := tx.Answers.Before(ctx, of.safe, []string{"residence", "identity", "tax-notice"}, 60)
			return "", err
		},
	}
}
