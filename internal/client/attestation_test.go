package client_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// attestationVector is what both implementations accept and refuse.
type attestationVector struct {
	VKey     string      `json:"vkey"`
	File     string      `json:"file"`
	Mediator string      `json:"mediator"`
	Revoked  string      `json:"revoked"`
	Whats    []string    `json:"whats"`
	Refused  []namedText `json:"refused"`
}

// attested is a session of a mediator's and everything around it.
type attested struct {
	log     *testLog
	root    sealed.RootKey
	mandate sealed.Mandate
	of      client.Attestation
}

func newAttested(t testing.TB) attested {
	t.Helper()
	key, err := sealed.NewSessionKey(sealed.Derive([]byte("tab"), "test"))
	must(t, err)
	public := key.Public()
	v := attested{log: newTestLog(t), root: sealed.NewRootKey(sealed.Derive([]byte("root"), "test"))}
	v.mandate = sealed.Mandate{
		Suite: sealed.Suite, ID: id("m"), Safe: id("s"), Structure: id("t"), StructureName: "France Services de Vaulx", Index: 1,
		Mediator: id("y"), MediatorName: "Yasmine Haddad", Acts: []string{sealed.ActDeposit, sealed.ActRead, sealed.ActShare},
		Documents: []string{id("d")}, Administrations: []string{id("o")}, GrantsUntil: "2026-12-01T08:00:00Z", Purpose: "Aide au logement",
		Session: &public, Created: "2026-09-01T07:30:00Z", NotAfter: "2026-09-01T08:10:00Z",
	}
	vk := v.root.VK()
	vault, err := sealed.NewIdentity()
	must(t, err)
	fact, err := journal.KeyFact{
		Type: "key", Holder: "safe", ID: id("s"), Epoch: 1, VK: base64.StdEncoding.EncodeToString(vk[:]), Recipient: vault.Recipient().Fingerprint(),
	}.Encode()
	must(t, err)
	v.log.fill(t, 5)
	v.log.add(t, fact)
	v.of = client.Attestation{V: 1, Type: "attestation", Log: v.log.vkey, VK: vk[:]}
	v.of.Mandate, err = sealed.SignMandate(v.mandate, v.root)
	must(t, err)
	v.of.Revocation, err = sealed.SignRevocation(sealed.Revocation{Safe: id("s"), Mandate: id("m"), At: "2026-09-01T07:50:00Z"}, v.root)
	must(t, err)
	signed := map[string]string{"mandate": id("m"), "mediator": "Yasmine Haddad", "signed": sealed.MandateHash(v.of.Mandate)}
	v.of.Acts = append(v.of.Acts, v.act(t, 8, journal.WhatMediationApproved, func(e *journal.Event) { e.Detail = signed }))
	for n, what := range []string{journal.WhatDocumentOpened, journal.WhatDeposit, journal.WhatGrantCreated, journal.WhatMediationEnded} {
		v.of.Acts = append(v.of.Acts, v.act(t, int64(10+2*n), what, func(*journal.Event) {}))
		v.log.fill(t, 3)
	}
	v.of.Key = v.log.leaf(t, 5)
	v.of.Key.Entry = fact
	return v
}

// act is one under the mandate, unless it is changed.
func (v attested) act(t testing.TB, n int64, what string, change func(*journal.Event)) client.Proof {
	t.Helper()
	e := journal.Event{
		V: 1, ID: id("e"), N: n, Time: "2026-09-01T07:4" + string(rune('0'+n%10)) + ":00Z", What: what, Result: journal.ResultDone,
		Who:    journal.Who{Kind: "mediator", ID: id("y"), Name: "Yasmine Haddad"},
		Behalf: &journal.Who{Kind: "citizen", Name: "Angela Dubois"},
		Safe:   id("s"), Detail: map[string]string{"mandate": id("m"), "mediator": "Yasmine Haddad"},
	}
	change(&e)
	text, salt := v.log.event(t, e)
	return proofOf(t, v.log, text, salt, int64(len(v.log.entries)-1))
}

func file(t testing.TB, a client.Attestation) string {
	t.Helper()
	b, err := a.Encode()
	must(t, err)
	return string(b)
}

// spoilt are attestations in which one thing is not as it should be.
func (v attested) spoilt(t testing.TB) map[string]client.Attestation {
	t.Helper()
	all := map[string]client.Attestation{}
	with := func(why string, change func(*client.Attestation)) {
		a := v.of
		a.Acts = append([]client.Proof{}, v.of.Acts...)
		change(&a)
		all[why] = a
	}
	other := sealed.NewRootKey(sealed.Derive([]byte("other"), "test"))
	sign := func(change func(*sealed.Mandate), by sealed.RootKey) []byte {
		m := v.mandate
		change(&m)
		b, err := sealed.SignMandate(m, by)
		must(t, err)
		return b
	}
	last := func(change func(*journal.Event)) func(*client.Attestation) {
		return func(a *client.Attestation) { a.Acts = append(a.Acts, v.act(t, 90, journal.WhatDeposit, change)) }
	}
	with("a mandate signed by another", func(a *client.Attestation) { a.Mandate = sign(func(*sealed.Mandate) {}, other) })
	with("a mandate of another safe", func(a *client.Attestation) { a.Mandate = sign(func(m *sealed.Mandate) { m.Safe = id("x") }, v.root) })
	with("another mandate", func(a *client.Attestation) { a.Mandate = sign(func(m *sealed.Mandate) { m.ID = id("n") }, v.root) })
	with("an edited mandate", func(a *client.Attestation) {
		a.Mandate = []byte(replaced(t, string(a.Mandate), "Haddad", "Hadadd"))
	})
	with("another key", func(a *client.Attestation) { vk := other.VK(); a.VK = vk[:] })
	with("the key of another entry", func(a *client.Attestation) { a.Key.Index++ })
	with("a revocation by another", func(a *client.Attestation) {
		var err error
		a.Revocation, err = sealed.SignRevocation(sealed.Revocation{Safe: id("s"), Mandate: id("m"), At: "2026-09-01T07:50:00Z"}, other)
		must(t, err)
	})
	with("a revocation of another mandate", func(a *client.Attestation) {
		var err error
		a.Revocation, err = sealed.SignRevocation(sealed.Revocation{Safe: id("s"), Mandate: id("n"), At: "2026-09-01T07:50:00Z"}, v.root)
		must(t, err)
	})
	with("an act of another mandate", last(func(e *journal.Event) { e.Detail["mandate"] = id("n") }))
	with("an act of no mandate", last(func(e *journal.Event) { e.Detail = nil }))
	with("an act of another safe", last(func(e *journal.Event) { e.Safe = id("x") }))
	with("an act twice", func(a *client.Attestation) { a.Acts = append(a.Acts, a.Acts[4]) })
	with("acts in disorder", func(a *client.Attestation) { a.Acts[1], a.Acts[2] = a.Acts[2], a.Acts[1] })
	with("an act that nobody wrote", func(a *client.Attestation) {
		a.Acts[2].Event = replaced(t, a.Acts[2].Event, "Yasmine", "Jasmine")
	})
	with("an act with another's proof", func(a *client.Attestation) { a.Acts[2].Leaf = a.Acts[3].Leaf })
	with("an approval left out", func(a *client.Attestation) { a.Acts = a.Acts[1:] })
	first := func(why string, change func(*journal.Event)) {
		with(why, func(a *client.Attestation) {
			a.Acts = []client.Proof{v.act(t, 91, journal.WhatMediationApproved, func(e *journal.Event) {
				e.Detail["signed"] = sealed.MandateHash(a.Mandate)
				change(e)
			})}
		})
	}
	first("an approval of no mandate's bytes", func(e *journal.Event) { delete(e.Detail, "signed") })
	first("an approval that was refused", func(e *journal.Event) { e.Result = journal.ResultRefused })
	first("a giving in the place of the approval", func(e *journal.Event) { e.What = journal.WhatMandateGiven })
	// The same id, and the same acts, under what she has signed besides.
	with("a mandate for more under the same id", func(a *client.Attestation) {
		a.Mandate = sign(func(m *sealed.Mandate) { m.Purpose = "Tout" }, v.root)
	})
	with("another log", func(a *client.Attestation) { a.Log = newTestLog(t).vkey })
	return all
}

func TestAttestationProvesWhatWasDone(t *testing.T) {
	v := newAttested(t)
	a, err := client.ParseAttestation([]byte("\n " + file(t, v.of)))
	must(t, err)
	got, err := a.Verify(v.log.vkey)
	must(t, err)
	if got.Mandate.MediatorName != "Yasmine Haddad" || got.Revoked != "2026-09-01T07:50:00Z" || len(got.Acts) != 5 ||
		got.Acts[2].Event.What != journal.WhatDeposit || got.Size < 20 || got.Newest == "" {
		t.Errorf("%+v", got)
	}
	for why, spoilt := range v.spoilt(t) {
		a, err := client.ParseAttestation([]byte(file(t, spoilt)))
		must(t, err)
		if _, err := a.Verify(a.Log); !client.IsAlarm(err) {
			t.Errorf("%s: no alarm, %v", why, err)
		}
	}
	for why, text := range notAttestations(t, v) {
		if _, err := client.ParseAttestation([]byte(text)); err == nil {
			t.Errorf("%s is read", why)
		}
	}
}

func notAttestations(t testing.TB, v attested) map[string]string {
	t.Helper()
	good := strings.TrimSpace(file(t, v.of))
	none, bare := v.of, v.of
	none.Acts, bare.Key = []client.Proof{}, v.log.leaf(t, 5)
	return map[string]string{
		"a later version":      replaced(t, good, `,"v":1,`, `,"v":2,`),
		"another type":         replaced(t, good, `"type":"attestation"`, `"type":"receipt"`),
		"an unknown member":    replaced(t, good, `,"v":1,`, `,"v":1,"verified":true,`),
		"cut":                  good[:len(good)-1],
		"no act":               strings.TrimSpace(file(t, none)),
		"a key without a fact": strings.TrimSpace(file(t, bare)),
		"spaces inside":        replaced(t, good, `,"v":1,`, `,"v": 1,`),
		"too long":             good + strings.Repeat(" ", 1<<20),
		"nothing":              "",
	}
}

// TestAttestationVectors reads what each implementation made, and refuses what
// each has spoilt.
func TestAttestationVectors(t *testing.T) {
	if *update {
		v := newAttested(t)
		out := attestationVector{VKey: v.log.vkey, File: file(t, v.of), Mediator: "Yasmine Haddad", Revoked: "2026-09-01T07:50:00Z"}
		for _, act := range v.of.Acts {
			var e journal.Event
			must(t, json.Unmarshal([]byte(act.Event), &e))
			out.Whats = append(out.Whats, e.What)
		}
		for why, a := range v.spoilt(t) {
			out.Refused = append(out.Refused, namedText{why, file(t, a)})
		}
		for why, text := range notAttestations(t, v) {
			if why != "too long" {
				out.Refused = append(out.Refused, namedText{why, text})
			}
		}
		b, err := json.MarshalIndent(out, "", "\t")
		must(t, err)
		must(t, os.WriteFile("testdata/go-attestation.json", append(b, '\n'), 0o644))
	}
	files, err := filepath.Glob("testdata/*-attestation.json")
	must(t, err)
	if len(files) != 2 {
		t.Fatalf("vectors: %q", files)
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		must(t, err)
		var v attestationVector
		must(t, json.Unmarshal(b, &v))
		a, err := client.ParseAttestation([]byte(v.File))
		must(t, err)
		got, err := a.Verify(v.VKey)
		must(t, err)
		var whats []string
		for _, act := range got.Acts {
			whats = append(whats, act.Event.What)
		}
		if got.Mandate.MediatorName != v.Mediator || got.Revoked != v.Revoked || strings.Join(whats, " ") != strings.Join(v.Whats, " ") {
			t.Errorf("%s: %+v", name, got)
		}
		if again := file(t, a); again != v.File {
			t.Errorf("%s is written %s", name, again)
		}
		if len(v.Refused) < 10 {
			t.Errorf("%s: %d refusals", name, len(v.Refused))
		}
		for _, r := range v.Refused {
			a, err := client.ParseAttestation([]byte(r.Text))
			if err != nil {
				continue
			}
			if _, err := a.Verify(a.Log); err == nil {
				t.Errorf("%s: %s is believed", name, r.Why)
			}
		}
	}
}

func FuzzAttestation(f *testing.F) {
	v := newAttested(f)
	f.Add([]byte(file(f, v.of)))
	for _, a := range v.spoilt(f) {
		f.Add([]byte(file(f, a)))
	}
	for _, text := range notAttestations(f, v) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := client.ParseAttestation(b)
		if err != nil {
			return
		}
		if again := file(t, a); strings.TrimSpace(again) != strings.Trim(string(b), " \t\r\n") {
			t.Errorf("%q was accepted and is written %q", b, again)
		}
		_, _ = a.Verify(v.log.vkey)
	})
}
