package gateway_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

func appoints(by caller, id, role string, services ...string) request {
	if services == nil {
		services = []string{}
	}
	return request{who: by, method: "PUT", path: "/api/v1/administration/agents/" + id, json: object{"role": role, "services": services}}
}

func agentsPart(t *testing.T, s *story) {
	t.Helper()
	s.get(t, s.office.agent, "/api/v1/administration/agents?limit=10", 200)
	s.do(t, appoints(s.office.agent, newKey(), "agent")).is(t, 404)
	me := string(s.office.actor.Account)
	s.do(t, appoints(s.office.agent, me, "king")).is(t, 422)
	s.do(t, appoints(s.office.agent, me, "referent", "etat-civil")).is(t, 200)
	s.do(t, servicesAre(s.office.agent, "ecoles")).is(t, 422).refuses(t, "service-served")
	s.do(t, appoints(s.office.agent, me, "referent")).is(t, 200)
	s.do(t, servicesAre(s.office.agent, "Écoles")).is(t, 422).refuses(t, "invalid")
	s.do(t, servicesAre(s.office.agent, "etat-civil", "ecoles")).is(t, 200)
	logoPart(t, s)
}

// logoPart: what is looked at runs nothing, is kept for ever, and is gone when
// it is another one.
func logoPart(t *testing.T, s *story) {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 40))))
	put := func(who caller, in object) answer {
		return s.do(t, request{who: who, method: "PUT", path: "/api/v1/administration/logo", json: in})
	}
	put(s.office.agent, object{"png": []byte("<svg/>")}).is(t, 422).refuses(t, "logo-unfit")
	put(s.office.agent, object{}).is(t, 422)
	put(s.office.system, object{"png": b.Bytes()}).is(t, 403)
	hash := put(s.office.agent, object{"png": b.Bytes()}).is(t, 200).string(t, "logo")
	path := "/api/v1/administrations/" + string(s.office.ID) + "/logo/"
	got := s.get(t, nobody, path+hash, 200)
	for name, want := range map[string]string{
		"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=31536000, immutable",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.header.Get(name), want)
		}
	}
	if sum := sha256.Sum256(got.body); hex.EncodeToString(sum[:]) != hash {
		t.Error("the path is not the hash of the bytes")
	}
	s.get(t, nobody, path+strings.Repeat("0", 64), 404)
	s.do(t, request{who: s.office.agent, method: "DELETE", path: "/api/v1/administration/logo"}).is(t, 204)
	s.get(t, nobody, path+hash, 404)
	put(s.office.agent, object{"png": b.Bytes()}).is(t, 200)
}

func servicesAre(by caller, ids ...string) request {
	var all []object
	for _, id := range ids {
		all = append(all, object{"id": id, "name": "Service " + id})
	}
	return request{who: by, method: "PUT", path: "/api/v1/administration/services", json: object{"services": all}}
}

// TestAnAgentWhoIsNotAppointed is told so in words, sees who he is and nothing
// else, and is let in or cut off between two requests of one session.
func TestAnAgentWhoIsNotAppointed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *safe.Config, _ *gateway.Config) { c.Policy.Admission = safe.AdmitAppointed })
	o := w.keyless(t, "Mairie de Valmont", valmont)
	acc, err := w.domain.SignIn(w.ctx, safe.SignIn{
		Kind: safe.Agent, Issuer: "https://pc.test", Sub: "hugo", Name: "Hugo Petit", SIRET: valmont, Door: "web",
	})
	must(t, err)
	var hugo caller
	hugo.cookie, _ = w.login(t, acc, session.Browser)
	list := request{who: hugo, method: "GET", path: "/api/v1/administration/grants"}
	w.do(t, list).is(t, 403).refuses(t, "not-appointed")
	me := w.do(t, request{who: hugo, method: "GET", path: "/api/v1/me"}).is(t, 200)
	if me.string(t, "name") != "Hugo Petit" || strings.Contains(string(me.body), `"role"`) {
		t.Errorf("he is told to be %s", me.body)
	}
	_, err = w.domain.Appoint(w.ctx, operator(), o.actor.Account, safe.Appointment{Role: safe.Referent})
	must(t, err)
	w.do(t, appoints(o.agent, string(acc.ID), "agent", "etat-civil")).is(t, 200)
	w.do(t, list).is(t, 200)
	w.do(t, appoints(hugo, string(acc.ID), "referent")).is(t, 403).refuses(t, "not-referent")
	w.do(t, appoints(o.agent, string(o.actor.Account), "agent")).is(t, 422).refuses(t, "last-referent")
	w.do(t, appoints(o.agent, string(acc.ID), "")).is(t, 200)
	w.do(t, list).is(t, 403).refuses(t, "agent-left")
}
