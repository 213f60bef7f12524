package notice_test

import (
	"bytes"
	"context"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/notice"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

const page = "https://coffre.valmont.example/coffre"

func mails(t *testing.T, s *servers.SMTPServer) *notice.Mails {
	t.Helper()
	return &notice.Mails{Place: "Valmont Agglomération", Page: page, Mailer: &notice.SMTP{
		Host: "localhost", Port: s.Port, Security: notice.StartTLS, TLS: s.TLS(t), From: "coffre@valmont.example",
		FromName: "Coffre de Valmont Agglomération", Timeout: 5 * time.Second, Dial: (&net.Dialer{}).DialContext,
	}}
}

func read(t *testing.T, raw string) (head mail.Header, subject, body string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	must(t, err)
	subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	must(t, err)
	b, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	must(t, err)
	return m.Header, subject, strings.ReplaceAll(string(b), "\r\n", "\n")
}

func letter(topic, language string) safe.Delivery {
	d := delivery(safe.ByEmail, "angela@courriel.example")
	d.Topic, d.Language, d.Body = topic, language, nil
	return d
}

// TestAMailSaysThatThereIsNewsAndNoMore, by a real relay over STARTTLS.
func TestAMailSaysThatThereIsNewsAndNoMore(t *testing.T) {
	relay := servers.SMTP(t)
	for i, c := range []struct{ topic, language, subject, says string }{
		{safe.TopicNews, "fr", "Du nouveau dans votre coffre", "Il y a du nouveau dans votre coffre (Valmont Agglomération)"},
		{safe.TopicNews, "en", "News in your safe", "There is news in your safe (Valmont Agglomération)"},
		{safe.TopicImportant, "fr", "Important : regardez votre coffre aujourd'hui", "surtout si vous n'attendez rien"},
		{safe.TopicImportant, "en", "Important: look at your safe today", "above all\nif you expect nothing"},
	} {
		d := letter(c.topic, c.language)
		o := newTray(d)
		if log := o.run(t, notice.Sender{Mails: mails(t, relay)}, 1); len(o.arrived) != 1 {
			t.Fatalf("not sent: %s", log)
		}
		all := relay.Wait(t, i+1)
		head, subject, body := read(t, newest(all, d.ID))
		if subject != c.subject || !strings.Contains(body, c.says) || !strings.Contains(body, page) {
			t.Errorf("%s\n%s", subject, body)
		}
		if head.Get("Message-Id") != "<"+d.ID+"@valmont.example>" || head.Get("Auto-Submitted") != "auto-generated" {
			t.Errorf("head %v", head)
		}
		if kind := head.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain") || strings.Count(body, "http") != 1 {
			t.Errorf("%s with other links:\n%s", kind, body)
		}
	}
}

// newest is the mail with this id.
func newest(all []string, id string) string {
	for _, m := range all {
		if strings.Contains(m, id) {
			return m
		}
	}
	return ""
}

func TestTheCodeIsInTheBodyAlone(t *testing.T) {
	relay := servers.SMTP(t)
	for i, language := range []string{"fr", "en"} {
		d := letter(safe.TopicCode, language)
		d.Code = "480913"
		o := newTray(d)
		o.run(t, notice.Sender{Mails: mails(t, relay)}, 1)
		head, subject, body := read(t, newest(relay.Wait(t, i+1), d.ID))
		if !strings.Contains(body, "\n    480913\n") || strings.Contains(subject, "4809") || strings.Contains(body, "http") {
			t.Errorf("%v\n%s\n%s", head, subject, body)
		}
	}
}

// TestARelayThatIsAway, hangs, or offers no TLS: nothing is lost, and no
// address is logged.
func TestARelayThatIsAway(t *testing.T) {
	relay := servers.SMTP(t)
	m := mails(t, relay)
	relay.Stop()
	d := letter(safe.TopicNews, "fr")
	o := newTray(d)
	logged := o.run(t, notice.Sender{Mails: m}, 1)
	if f := o.failed[d.ID]; f.Reason != "relay" || f.Lasting || strings.Contains(logged, "angela") {
		t.Errorf("away: %+v\n%s", f, logged)
	}
	relay.Restart(t)
	o = newTray(d)
	o.run(t, notice.Sender{Mails: m}, 1)
	relay.Wait(t, 1)
	for name, serve := range map[string]func(net.Conn){
		"hangs":  func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
		"no TLS": func(c net.Conn) { talk(c, "EHLO", "250 localhost") },
	} {
		port := listen(t, serve)
		other := *m
		other.Mailer = &notice.SMTP{
			Host: "localhost", Port: port, Security: notice.StartTLS, TLS: relay.TLS(t), From: "coffre@valmont.example", Timeout: time.Second,
			Dial: (&net.Dialer{}).DialContext,
		}
		o := newTray(d)
		logged := o.run(t, notice.Sender{Mails: &other}, 1)
		if f := o.failed[d.ID]; f.Reason != "relay" || f.Lasting || strings.Contains(logged, "angela") {
			t.Errorf("%s: %+v\n%s", name, f, logged)
		}
	}
}

// TestAnAddressThatTheRelayRefuses is not tried again, and not logged.
func TestAnAddressThatTheRelayRefuses(t *testing.T) {
	for answer, lasting := range map[string]bool{"550 5.1.1 no such user angela@courriel.example": true, "451 4.7.1 try again angela@courriel.example": false} {
		port := listen(t, func(c net.Conn) {
			talk(c, "EHLO", "250 localhost", "NOOP", "250 ok", "MAIL", "250 ok", "RCPT", answer, "RSET", "250 ok", "QUIT", "221 bye")
		})
		m := &notice.Mails{Mailer: &notice.SMTP{
			Host: "localhost", Port: port, Security: notice.Plain, From: "coffre@valmont.example", Timeout: 5 * time.Second, Dial: (&net.Dialer{}).DialContext,
		}}
		d := letter(safe.TopicNews, "fr")
		o := newTray(d)
		logged := o.run(t, notice.Sender{Mails: m}, 1)
		if f := o.failed[d.ID]; f.Reason != "refused" || f.Lasting != lasting || strings.Contains(logged, "angela") {
			t.Errorf("%s: %+v\n%s", answer, f, logged)
		}
	}
}

// listen serves every connection with f.
func listen(t *testing.T, f func(net.Conn)) (port int) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "localhost:0")
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(func() {
		stop()
		_ = l.Close()
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(ctx, func() { _ = c.Close() })
			go f(c)
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

// talk greets, and answers each command by its first word.
func talk(c net.Conn, pairs ...string) {
	_, _ = io.WriteString(c, "220 localhost\r\n")
	buf, line := make([]byte, 1), []byte{}
	for {
		if _, err := c.Read(buf); err != nil {
			return
		}
		if line = append(line, buf[0]); buf[0] != '\n' {
			continue
		}
		answer := "500 what"
		for i := 0; i+1 < len(pairs); i += 2 {
			if bytes.HasPrefix(line, []byte(pairs[i])) {
				answer = pairs[i+1]
			}
		}
		line = line[:0]
		_, _ = io.WriteString(c, answer+"\r\n")
	}
}
