package config

import (
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// How a mail relay is spoken to.
const (
	StartTLS = "starttls"
	TLS      = "tls"
	PlainTCP = "none"
)

// Notices says by which ways people and systems are told that there is news;
// without it, by none.
type Notices struct {
	SMTP     SMTP     `yaml:"smtp"`
	Push     Push     `yaml:"push"`
	Webhooks Webhooks `yaml:"webhooks"`
}

// SMTP is the relay that takes mails to citizens who chose e-mail.
type SMTP struct {
	Address      string        `yaml:"address"`  // host:port; "" sends no mail
	Security     string        `yaml:"security"` // starttls (when left out), tls, none
	CAFile       string        `yaml:"ca_file"`  // PEM; "" believes the system's authorities
	Username     string        `yaml:"username"`
	PasswordFile string        `yaml:"password_file"`
	From         string        `yaml:"from"`    // address
	Timeout      time.Duration `yaml:"timeout"` // 0 is 10 seconds
}

// Push wakes the browsers of citizens who chose so, by the services of the
// browsers' makers.
type Push struct {
	Hosts []string `yaml:"hosts"` // none: no push
}

// Webhooks calls the systems of administrations.
type Webhooks struct {
	Hosts []string `yaml:"hosts"` // host, host:port or *.domain; none: no calls
	// Networks may be called although they are not the public's.
	Networks []string `yaml:"networks"`
	CAFile   string   `yaml:"ca_file"`
}

// demoNotices lets everything be tried that needs no relay: the hosts of the
// demonstration's administrations do not exist.
func demoNotices() Notices {
	return Notices{
		Push:     Push{Hosts: []string{"fcm.googleapis.com", "updates.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com"}},
		Webhooks: Webhooks{Hosts: []string{"si.valmont.example"}},
	}
}

// On says whether anybody can be told anything.
func (n *Notices) On() bool {
	return n.SMTP.Address != "" || len(n.Push.Hosts) > 0 || len(n.Webhooks.Hosts) > 0
}

// files are those that are named by a path.
func (n *Notices) files() []*string {
	return []*string{&n.SMTP.CAFile, &n.SMTP.PasswordFile, &n.Webhooks.CAFile}
}

// CallNetworks are Webhooks.Networks.
func (n *Notices) CallNetworks() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range n.Webhooks.Networks {
		p, err := netip.ParsePrefix(text)
		if err != nil || p.Bits() < 8 {
			return nil, fmt.Errorf("notices.webhooks.networks: %q: write a network of your own, for instance 10.20.0.0/16", text)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

func (n *Notices) validate(mode string) []error {
	errs := n.SMTP.validate(mode)
	for name, hosts := range map[string][]string{"push": n.Push.Hosts, "webhooks": n.Webhooks.Hosts} {
		for _, h := range hosts {
			if !callable(h) {
				errs = append(errs, fmt.Errorf("notices.%s.hosts: %q: write a host, host:port or *.domain, without https://", name, h))
			}
		}
	}
	if len(n.Webhooks.Hosts) == 0 && (len(n.Webhooks.Networks) > 0 || n.Webhooks.CAFile != "") {
		errs = append(errs, fmt.Errorf("notices.webhooks.hosts is empty, but networks or ca_file is there: list hosts, or take these out"))
	}
	if _, err := n.CallNetworks(); err != nil {
		errs = append(errs, err)
	}
	return errs
}

// callable is a host, perhaps with a port, perhaps any name below a domain.
func callable(h string) bool {
	host, port, err := net.SplitHostPort(h)
	if err != nil {
		host, port = h, "443"
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return false
	}
	if domain, ok := strings.CutPrefix(host, "*."); ok {
		host = domain
		if !strings.Contains(domain, ".") { // nobody has all of a top-level domain
			return false
		}
	}
	return host != "" && !strings.HasSuffix(host, ".") && !strings.ContainsAny(host, "*/@ ?#:")
}

func (s *SMTP) validate(mode string) []error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if s.Address == "" {
		if *s != (SMTP{}) {
			bad("notices.smtp.address is empty, but other members of smtp are there: name the relay, or take these out")
		}
		return errs
	}
	host, port, err := net.SplitHostPort(s.Address)
	if _, number := strconv.ParseUint(port, 10, 16); err != nil || number != nil || host == "" {
		bad("notices.smtp.address is %q: write host:port, for instance relay.example.org:587", s.Address)
	}
	switch s.Security {
	case "", StartTLS, TLS:
	case PlainTCP:
		if mode == Production && err == nil && !loopback(host) {
			bad("notices.smtp.security is none: whoever is on that network could read who uses a safe, and write to citizens in your name; write starttls or tls")
		}
		if s.Username != "" || s.CAFile != "" {
			bad("notices.smtp.security is none, but username or ca_file is there: write starttls or tls, or take these out")
		}
	default:
		bad("notices.smtp.security is %q: write starttls, tls, or none for a relay on this machine", s.Security)
	}
	if from, err := mail.ParseAddress(s.From); err != nil || from.Address != s.From {
		bad("notices.smtp.from is %q: write the address that mails come from, for instance coffre@example.org", s.From)
	}
	if (s.Username == "") != (s.PasswordFile == "") {
		bad("notices.smtp: username and password_file go together")
	}
	if s.Timeout < 0 || s.Timeout > 15*time.Second {
		bad("notices.smtp.timeout is %s: write 1s to 15s, or nothing", s.Timeout)
	}
	return errs
}
