package notice

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// How a relay is spoken to.
const (
	StartTLS = "starttls"
	TLS      = "tls"
	Plain    = "none" // within this machine
)

// Secret is a password: it is never printed.
type Secret string

// String hides it.
func (Secret) String() string { return "[redacted]" }

// SMTP is the operator's relay.
type SMTP struct {
	Host     string
	Port     int
	Security string
	TLS      *tls.Config
	Username string
	Password Secret
	From     string // address
	FromName string
	Timeout  time.Duration
	Dial     func(ctx context.Context, network, address string) (net.Conn, error)
}

// Send implements Mailer: when it returns nil the relay has taken the mail.
func (s *SMTP) Send(ctx context.Context, m Mail) error {
	msg, err := s.message(m)
	if err != nil {
		return &undelivered{safe.Failure{Reason: "address", Lasting: true}, errors.New("write mail: not an address")}
	}
	client, err := s.client()
	if err != nil {
		return failed("relay", fmt.Errorf("reach relay: %w", err))
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() { // what comes after the relay's word changes nothing
		return nil
	}
	var refused *mail.SendError
	if errors.As(err, &refused) { // its own text repeats the address
		lasting := refused.ErrorCode() >= 500 && refused.Reason == mail.ErrSMTPRcptTo
		return &undelivered{safe.Failure{Reason: "refused", Lasting: lasting}, fmt.Errorf("relay refused: %d %s", refused.ErrorCode(), refused.EnhancedStatusCode())}
	}
	return failed("relay", fmt.Errorf("reach relay: %w", err))
}

// Reach greets the relay, and logs in where that is asked for.
func (s *SMTP) Reach(ctx context.Context) error {
	client, err := s.client()
	if err != nil {
		return fmt.Errorf("reach relay: %w", err)
	}
	if err := client.DialWithContext(ctx); err != nil {
		return fmt.Errorf("reach relay: %w", err)
	}
	if err := client.Close(); err != nil {
		return fmt.Errorf("leave relay: %w", err)
	}
	return nil
}

func (s *SMTP) client() (*mail.Client, error) {
	dial := s.Dial
	options := []mail.Option{
		mail.WithPort(s.Port), mail.WithTimeout(s.Timeout), mail.WithHELO(s.domain()),
	}
	if s.Security != Plain {
		options = append(options, mail.WithTLSConfig(s.TLS))
	}
	switch s.Security {
	case Plain:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	case TLS:
		options = append(options, mail.WithSSL())
		dial = s.dialTLS
	default:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	options = append(options, mail.WithDialContextFunc(dial))
	if s.Username != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthPlain), mail.WithUsername(s.Username), mail.WithPassword(string(s.Password)))
	}
	return mail.NewClient(s.Host, options...)
}

func (s *SMTP) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := s.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	secure := tls.Client(conn, s.TLS)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return secure, nil
}

func (s *SMTP) domain() string {
	_, domain, _ := strings.Cut(s.From, "@")
	return domain
}

// message has nothing in it that is loaded from elsewhere, and asks robots not
// to answer.
func (s *SMTP) message(m Mail) (*mail.Msg, error) {
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	if err := errors.Join(msg.FromFormat(s.FromName, s.From), msg.To(m.To)); err != nil {
		return nil, err
	}
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.ID + "@" + s.domain())
	msg.SetDateWithValue(m.Date)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetGenHeader("Content-Language", m.Language)
	if m.Important {
		msg.SetImportance(mail.ImportanceHigh)
	}
	msg.SetBodyString(mail.TypeTextPlain, m.Body)
	return msg, nil
}
