package gateway_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/notice"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

const hookURL = "https://si.valmont.example/coffre"

// outlets are set up in every world; nothing is sent but by whoever takes it.
func outlets(t *testing.T) (safe.Outlets, string) {
	t.Helper()
	keys, err := notice.NewKeys(bytes.Repeat([]byte{7}, notice.KeySize))
	must(t, err)
	push, err := keys.Push()
	must(t, err)
	hosts := notice.Hosts{"si.valmont.example"}
	return safe.Outlets{
		Contacts: keys, Email: true, PushKey: push, Push: notice.Hosts{"push.example"}.Allows, Webhook: hosts.Allows, Hosts: hosts,
	}, keys.Webhooks()
}

func (who caller) chooses(way, address string) request {
	return request{who: who, method: "POST", path: "/api/v1/me/notices", json: object{"way": way, "address": address, "language": "fr"}}
}

func (o *office) registers(url string) request {
	return request{who: o.agent, method: "POST", path: "/api/v1/administration/webhooks", json: object{"url": url}}
}

// sent takes what is due in a lane.
func (w *world) sent(t *testing.T, lane safe.Way) []safe.Delivery {
	t.Helper()
	all, err := w.domain.TakeDeliveries(w.ctx, lane, 10)
	must(t, err)
	for _, d := range all {
		must(t, w.domain.Delivered(w.ctx, d))
	}
	return all
}

func noticePart(t *testing.T, s *story) {
	t.Helper()
	c := s.citizen
	none := s.get(t, c.caller, "/api/v1/me/notices", 200)
	if !bytes.Contains(none.body, []byte(`"offered":["email","push"]`)) || len(none.items(t, "id")) != 0 {
		t.Errorf("before any choice: %s", none.body)
	}
	s.do(t, c.chooses("email", "not an address")).is(t, 422).refuses(t, "no-email")
	s.do(t, c.chooses("push", "https://elsewhere.example/")).is(t, 422).refuses(t, "not-listed")
	s.do(t, c.chooses("webhook", hookURL)).is(t, 422).refuses(t, "invalid")
	id := s.do(t, c.chooses("email", "angela@courriel.example")).is(t, 201).string(t, "id")
	code := s.sent(t, safe.ByEmail)[0].Code
	confirm := request{who: c.caller, method: "POST", path: "/api/v1/me/notices/" + id + "/code", json: object{"code": "x"}}
	s.do(t, confirm).is(t, 422).refuses(t, "wrong-code")
	confirm.json = object{"code": code}
	s.do(t, confirm).is(t, 204)
	nowhere := confirm
	nowhere.path = "/api/v1/me/notices/" + newKey() + "/code"
	s.do(t, nowhere).is(t, 404)
	s.do(t, c.chooses("push", "https://push.example/abc")).is(t, 201)
	if all := s.get(t, c.caller, "/api/v1/me/notices", 200).items(t, "state"); strings.Join(all, " ") != "active active" {
		t.Errorf("her ways are %q", all)
	}
	end := request{who: c.caller, method: "DELETE", path: "/api/v1/me/notices/" + id}
	s.do(t, end).is(t, 204)
	s.do(t, end).is(t, 404)
	webhookPart(t, s)
}

func webhookPart(t *testing.T, s *story) {
	t.Helper()
	if key := s.get(t, nobody, "/api/v1/webhooks/key", 200); !bytes.HasPrefix(key.body, []byte("whpk_")) {
		t.Errorf("the key is %s", key.body)
	}
	s.do(t, s.office.registers("https://elsewhere.example/")).is(t, 422).refuses(t, "not-listed")
	id := s.do(t, s.office.registers(hookURL)).is(t, 201).string(t, "id")
	for _, who := range []caller{s.office.agent, s.office.system} {
		s.get(t, who, "/api/v1/administration/webhooks", 200)
	}
	end := request{who: s.office.agent, method: "DELETE", path: "/api/v1/administration/webhooks/" + id}
	s.do(t, end).is(t, 204)
	s.do(t, end).is(t, 404)
}

// TestNobodyHasManyMailsSent to addresses that may be other people's.
func TestNobodyHasManyMailsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.citizen(t, "angela")
	for range 5 {
		w.do(t, c.chooses("email", "angela@courriel.example")).is(t, 201)
	}
	w.do(t, c.chooses("email", "angela@courriel.example")).is(t, 429)
	w.do(t, c.chooses("push", "https://push.example/abc")).is(t, 201)
}

// TestARecoveryIsToldAtOnce to whoever chose to hear of news, even if she was
// told something within the hour.
func TestARecoveryIsToldAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := newCircle(t, w)
	token, _ := w.login(t, c.angela.acc, session.Browser)
	angela := caller{cookie: token}
	id := w.do(t, angela.chooses("email", "angela@courriel.example")).is(t, 201).string(t, "id")
	code := w.sent(t, safe.ByEmail)[0].Code
	w.do(t, request{who: angela, method: "POST", path: "/api/v1/me/notices/" + id + "/code", json: object{"code": code}}).is(t, 204)
	o := w.office(t, "Département de la Brenne", brenne)
	address := w.do(t, request{
		who: angela, method: "POST", path: "/api/v1/safe/addresses", json: object{"administration": o.ID}, header: object{"Idempotency-Key": newKey()},
	}).is(t, 201).string(t, "id")
	w.do(t, o.deposit(address, []byte("Acte"))).is(t, 201)
	if all := w.sent(t, safe.ByEmail); len(all) != 1 || all[0].Topic != safe.TopicNews {
		t.Fatalf("of a deposit she is told %v", all)
	}
	c.ask(t)
	if all := w.sent(t, safe.ByEmail); len(all) != 1 || all[0].Topic != safe.TopicImportant || all[0].Address != "angela@courriel.example" {
		t.Errorf("of a recovery she is told %v", all)
	}
}
