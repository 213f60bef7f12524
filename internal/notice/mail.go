package notice

import (
	"context"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// Mail is one message: plain text, to one person.
type Mail struct {
	ID            string // the same when it is sent again
	To            string
	Subject, Body string
	Language      string
	Date          time.Time
	Important     bool
}

// Mailer hands a mail to somebody who delivers it.
type Mailer interface {
	Send(ctx context.Context, m Mail) error
}

// Mails writes to citizens who chose e-mail.
type Mails struct {
	Mailer Mailer
	Place  string // of the safe: the territory's name
	Page   string // where the safe begins
}

func (m *Mails) carry(ctx context.Context, d safe.Delivery) error {
	w := texts(d.Language, d.Topic).filled(m.Place, m.Page, d.Code)
	return m.Mailer.Send(ctx, Mail{
		ID: d.ID, To: d.Address, Subject: w.subject, Body: w.body, Language: d.Language, Date: d.Created,
		Important: d.Topic == safe.TopicImportant,
	})
}
