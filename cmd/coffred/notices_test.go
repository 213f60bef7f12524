package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// TestConfigCheckReachesTheRelay, and says what keeps it from that.
func TestConfigCheckReachesTheRelay(t *testing.T) {
	relay := servers.SMTP(t)
	in := lay(t)
	in.write("coffre.yaml", fmt.Sprintf(`mode: production
listen: 127.0.0.1:8080
public_url: https://coffre.valmont.example
data: %[1]s/data
log_origin: coffre.valmont.example/journal
territory: {name: Valmont, file: %[1]s/territory.yaml}
objects: {bucket: coffre}
providers:
  - {id: fc, profile: franceconnect, kind: citizen, issuer: "https://127.0.0.1:1", client_id: x, secret_file: %[1]s/fc}
notices:
  smtp: {address: "localhost:%[2]d", ca_file: %[3]s, from: coffre@valmont.example}
`, in.dir, relay.Port, relay.CA))
	in.write("territory.yaml", "networks: [{name: Valmont, range: 127.0.0.0/8}, {name: Valmont, range: \"::1/128\"}]\n")
	if err := makeKeys(t.Context(), []string{"--config", in.file}, in.io(&bytes.Buffer{})); err != nil {
		t.Fatal(err)
	}
	said, _ := in.check("--connect")
	for _, want := range []string{"ok: keys: notices.key", "ok: notices.smtp.ca_file", "ok: notices.smtp: it would take mails from coffre@valmont.example"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	relay.Stop()
	if said, _ = in.check("--connect"); !strings.Contains(said, "wrong: notices.smtp: ") || !strings.Contains(said, "or start the relay") {
		t.Errorf("without a relay:\n%s", said)
	}
	in.write("territory.yaml", "networks: [{name: Valmont, range: 10.0.0.0/8}]\n")
	if said, _ = in.check("--connect"); !strings.Contains(said, "wrong: territory: mail: ") || !strings.Contains(said, "outside the territory") {
		t.Errorf("a relay outside of the territory:\n%s", said)
	}
}
