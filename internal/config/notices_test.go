package config_test

import (
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/config"
)

// TestNoticesThatCannotBe: each fault is named, with its mend.
func TestNoticesThatCannotBe(t *testing.T) {
	good := config.Notices{
		SMTP:     config.SMTP{Address: "relay.example.org:587", From: "coffre@example.org", Username: "coffre", PasswordFile: "/p"},
		Push:     config.Push{Hosts: []string{"push.example.org", "*.push.example.org"}},
		Webhooks: config.Webhooks{Hosts: []string{"si.example.org:8443"}, Networks: []string{"10.20.0.0/16"}},
	}
	check := func(n config.Notices) string {
		c := config.DemoDefaults()
		c.Mode, c.Notices = config.Production, n
		if err := c.Validate(); err != nil {
			return err.Error()
		}
		return ""
	}
	if text := check(good); strings.Contains(text, "notices") {
		t.Errorf("a good one: %s", text)
	}
	for want, spoil := range map[string]func(*config.Notices){
		"smtp.address is empty":              func(n *config.Notices) { n.SMTP.Address = "" },
		"write host:port":                    func(n *config.Notices) { n.SMTP.Address = "relay" },
		"smtp.from is \"nobody\"":            func(n *config.Notices) { n.SMTP.From = "nobody" },
		"smtp.from is \"A <a@example.org>\"": func(n *config.Notices) { n.SMTP.From = "A <a@example.org>" },
		"go together":                        func(n *config.Notices) { n.SMTP.PasswordFile = "" },
		"smtp.security is \"ssl\"":           func(n *config.Notices) { n.SMTP.Security = "ssl" },
		"could read who uses a safe":         func(n *config.Notices) { n.SMTP.Security = "none" },
		"smtp.timeout is 1h0m0s":             func(n *config.Notices) { n.SMTP.Timeout = 3600e9 },
		"notices.push.hosts: \"https://":     func(n *config.Notices) { n.Push.Hosts = []string{"https://push.example.org"} },
		"notices.webhooks.hosts: \"*.org\"":  func(n *config.Notices) { n.Webhooks.Hosts = []string{"*.org"} },
		"notices.webhooks.hosts: \"*\"":      func(n *config.Notices) { n.Webhooks.Hosts = []string{"*"} },
		"notices.webhooks.hosts is empty":    func(n *config.Notices) { n.Webhooks.Hosts = nil },
		"networks: \"0.0.0.0/0\"":            func(n *config.Notices) { n.Webhooks.Networks = []string{"0.0.0.0/0"} },
		"networks: \"10.0.0.1\"":             func(n *config.Notices) { n.Webhooks.Networks = []string{"10.0.0.1"} },
	} {
		n := good
		spoil(&n)
		if text := check(n); !strings.Contains(text, want) {
			t.Errorf("want %q, told is %q", want, text)
		}
	}
	if (&config.Notices{}).On() || !good.On() {
		t.Error("who tells nobody is told from who does by On")
	}
}
