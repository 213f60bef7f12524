//go:build demo

package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/notice"
)

// mailboxPath is where the demonstration's mails are read.
const mailboxPath = "/demo/mails"

// mostMails are kept; the oldest go.
const mostMails = 50

// mailbox is everybody's in the demonstration: its people have no other. It
// forgets with the process.
type mailbox struct {
	mu  sync.Mutex
	all []notice.Mail
}

// demoMailbox is nil where the configuration names a relay, and outside of the
// demonstration.
func demoMailbox(c config.Config) notice.Mailer {
	if c.Mode != config.Demo || c.Notices.SMTP.Address != "" {
		return nil
	}
	return &mailbox{}
}

// Send implements notice.Mailer: a mail that comes twice is there once.
func (b *mailbox) Send(_ context.Context, m notice.Mail) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.ContainsFunc(b.all, func(o notice.Mail) bool { return o.ID == m.ID }) {
		b.all = append(b.all, m)
	}
	b.all = b.all[max(0, len(b.all)-mostMails):]
	return nil
}

// ServeHTTP shows the mails, the newest first.
func (b *mailbox) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	head := w.Header()
	head.Set("Content-Type", "text/plain; charset=utf-8")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	head.Set("Cache-Control", "no-store")
	if len(b.all) == 0 {
		_, _ = fmt.Fprintln(w, "Aucun message. / No message.")
	}
	for _, m := range slices.Backward(b.all) {
		_, _ = fmt.Fprintf(w, "To: %s\nDate: %s\nSubject: %s\n\n%s\n%s\n\n", m.To, m.Date.Format(time.RFC1123Z), m.Subject, m.Body, "--------")
	}
}
