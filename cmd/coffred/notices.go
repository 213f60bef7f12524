package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/notice"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// noticeKeyFile is beside the other keys.
const noticeKeyFile = "notices.key"

// noticeKey seals where notices go, signs calls and is known to push services.
// A gateway that tells nobody needs none.
func noticeKey(k ownKeys) (*notice.Keys, error) {
	b, err := k.keep(noticeKeyFile, func() ([]byte, error) {
		key := make([]byte, notice.KeySize)
		_, err := rand.Read(key)
		return key, err
	})
	if err != nil {
		return nil, fmt.Errorf("load key of notices: %w", err)
	}
	keys, err := notice.NewKeys(b)
	if err != nil {
		return nil, fmt.Errorf("load key of notices: notices.key in %s is damaged; restore it from a backup, or remove it: citizens then choose again how they hear of news", k.dir)
	}
	return keys, nil
}

// telling is what is set up for telling people and systems.
type telling struct {
	outlets safe.Outlets
	sender  *notice.Sender // nil: nobody is told anything
	hookKey string
	mails   notice.Mailer
}

// openNotices makes what the configuration says. A demonstration without a
// relay keeps its mails to be read.
func openNotices(c config.Config, at *ground, logger *slog.Logger) (telling, error) {
	mails := demoMailbox(c)
	if !c.Notices.On() && mails == nil {
		return telling{}, nil
	}
	keys, err := noticeKey(keysOf(c))
	if err != nil {
		return telling{}, err
	}
	push, err := keys.Push()
	if err != nil {
		return telling{}, err
	}
	t := telling{outlets: safe.Outlets{Contacts: keys}, sender: &notice.Sender{Logger: logger}}
	if c.Notices.SMTP.Address != "" {
		if mails, err = relay(c, at); err != nil {
			return telling{}, err
		}
	}
	if mails != nil {
		t.outlets.Email, t.mails = true, mails
		t.sender.Mails = &notice.Mails{Mailer: mails, Place: c.Territory.Name, Page: c.PublicURL + "/coffre"}
	}
	if hosts := notice.Hosts(c.Notices.Push.Hosts); len(hosts) > 0 {
		t.outlets.PushKey, t.outlets.Push = push, hosts.Allows
		t.sender.Pusher = &notice.Pusher{Keys: keys, Hosts: hosts, Client: (&notice.Guard{}).Client(nil), Contact: c.PublicURL, Now: time.Now}
	}
	if hosts := notice.Hosts(c.Notices.Webhooks.Hosts); len(hosts) > 0 {
		inside, err1 := c.Notices.CallNetworks()
		roots, err2 := authority("notices.webhooks.ca_file", c.Notices.Webhooks.CAFile)
		if err := errors.Join(err1, err2); err != nil {
			return telling{}, err
		}
		t.outlets.Webhook, t.outlets.Hosts, t.hookKey = hosts.Allows, hosts, keys.Webhooks()
		t.sender.Hooks = &notice.Hooks{Keys: keys, Hosts: hosts, Client: (&notice.Guard{Inside: inside}).Client(roots), Now: time.Now}
	}
	return t, nil
}

// relay is the operator's. It learns citizens' addresses, so it has to be on
// the territory like every other backend.
func relay(c config.Config, at *ground) (*notice.SMTP, error) {
	s := c.Notices.SMTP
	host, port, err := net.SplitHostPort(s.Address)
	if err != nil {
		return nil, fmt.Errorf("notices.smtp.address: %w", err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, fmt.Errorf("notices.smtp.address: %w", err)
	}
	m := &notice.SMTP{
		Host: host, Port: number, Security: s.Security, Username: s.Username, From: s.From, FromName: c.Territory.Name,
		Timeout: s.Timeout, Dial: at.guard.DialContext,
	}
	if m.Timeout == 0 {
		m.Timeout = 10 * time.Second
	}
	if s.Security != config.PlainTCP {
		roots, err := authority("notices.smtp.ca_file", s.CAFile)
		if err != nil {
			return nil, err
		}
		m.TLS = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host, RootCAs: roots, VerifyConnection: at.guard.VerifyConnection}
	}
	if s.PasswordFile == "" {
		return m, nil
	}
	b, err := os.ReadFile(s.PasswordFile)
	if err != nil {
		return nil, fmt.Errorf("read notices.smtp.password_file: %w", err)
	}
	m.Password = notice.Secret(strings.TrimSpace(string(b)))
	return m, nil
}

// authority reads a file of certificates; without one, nil is the system's.
func authority(name, file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // which is what tls.Config takes it for
	}
	pem, err := os.ReadFile(file) //nolint:gosec // the operator says which
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: %s holds no certificate in PEM", name, file)
	}
	return pool, nil
}

// lookRelay is what `config check --connect` says of it.
func lookRelay(ctx context.Context, c config.Config, at *ground) (string, error) {
	m, err := relay(c, at)
	if err != nil {
		return "", err
	}
	if err := m.Reach(ctx); err != nil {
		return "", fmt.Errorf("%w: correct notices.smtp, or start the relay", err)
	}
	return "it would take mails from " + m.From, nil
}
