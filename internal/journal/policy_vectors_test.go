package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// policyVector is what Go and the browser have to say alike of policies and
// cosigned checkpoints: policy.test.ts reads it. `go test ./internal/journal
// -run TestPolicyVectors -update` makes that of Go anew, `npm run vectors` the
// browser's.
type policyVector struct {
	VKey string `json:"vkey"`
	// Policies that can be read, and that cannot.
	Policies []string `json:"policies"`
	Refused  []string `json:"refused"`
	Checks   []struct {
		Policy string `json:"policy"`
		Note   string `json:"note"`
		// Code is "", "witnesses" (too few) or "leaf" (a false line).
		Code string      `json:"code"`
		Said []saidVague `json:"said"`
	} `json:"checks"`
	Keeps []struct {
		Old   string `json:"old"`
		Next  string `json:"next"`
		Keeps bool   `json:"keeps"`
	} `json:"keeps"`
}

type saidVague struct {
	Witness string `json:"witness"`
	At      int64  `json:"at"`
}

const (
	goPolicies = "testdata/policy.go.json"
	tsPolicies = "testdata/policy.ts.json"
)

func makePolicyVector(t *testing.T) (v policyVector) {
	t.Helper()
	w := newWorld(t, 10)
	w.grow(t, 5)
	c := newCircle(t, 4)
	v.VKey = w.vkey
	both, two := "group g all a b\nquorum g\n", "group g 2 a b c\nquorum g\n"
	v.Policies = []string{
		journal.NoPolicy, "quorum none", "\t# x\n log " + w.vkey + " https://x\n quorum\tnone \n\n", c.lines + both, c.lines + two + "# é\n",
		c.lines + "group g any a b\ngroup h all g c d\nquorum h", "witness Zoé " + c.signers["a"].VKey() + "\nquorum Zoé\n",
	}
	a := c.signers["a"].VKey()
	v.Refused = []string{
		"", "quorum none\nquorum none\n", "quorum none\r\n", "quorum a\n", c.lines + "group g 3 a b\nquorum g\n", c.lines + "group g 01 a b\nquorum g\n",
		c.lines + "group g any a a\nquorum g\n", c.lines + "group a any b\nquorum a\n", "witness none " + a + "\nquorum none\n",
		"witness a " + strings.Replace(a, "/a+", "/b+", 1) + "\nquorum a\n", "witness a " + w.vkey + "\nquorum a\n", "log " + a + "\nquorum none\n",
		"witness a " + a + "\nwitness b " + a + "\nquorum a\n", "log " + w.vkey + "\nlog " + w.vkey + "\nquorum none\n", "#" + strings.Repeat("x", 64<<10) + "\nquorum none\n",
	}
	check := func(policy, note, code string, names ...string) {
		said := []saidVague{}
		for _, n := range names {
			said = append(said, saidVague{n, someDay().Unix()})
		}
		v.Checks = append(v.Checks, struct {
			Policy string      `json:"policy"`
			Note   string      `json:"note"`
			Code   string      `json:"code"`
			Said   []saidVague `json:"said"`
		}{c.lines + policy, note, code, said})
	}
	plain := string(w.head.Checkpoint)
	full := cosignedBy(t, w.vkey, plain, c.by("a b")...)
	impostor, _ := cosigner(t, "example.org/b")
	check("quorum none\n", plain, "")
	check("quorum none\n", full, "", "a", "b")
	check(both, full, "", "a", "b")
	check(two, cosignedBy(t, w.vkey, plain, c.by("c a")...), "", "a", "c")
	check(both, plain, "witnesses")
	check(both, cosignedBy(t, w.vkey, plain, c.by("a c d")...), "witnesses")
	check(both, cosignedBy(t, w.vkey, plain, c.signers["a"], impostor), "witnesses")
	check("log "+newWorld(t, 1).vkey+"\n"+both, full, "witnesses")
	at := strings.LastIndex(full, " ") + 20
	check(both, full[:at]+change(t, full[at:at+40], full[at:at+1], other(full[at:at+1]))+full[at+40:], "leaf")
	check("quorum none\n", strings.Replace(full, "— example.org/b ", "—  ", 1), "leaf")
	for _, k := range []struct {
		old, next string
		keeps     bool
	}{
		{two, two, true},
		{two, both, true},
		{both, two, false},
		{two, journal.NoPolicy, false},
		{journal.NoPolicy, two, true},
		{two, "group g 3 a b c d\nquorum g\n", true},
		{two, "group g 2 a b d\nquorum g\n", false},
		{two, "log " + w.vkey + "\n" + two, true},
		{"log " + w.vkey + "\n" + two, two, false},
	} {
		v.Keeps = append(v.Keeps, struct {
			Old   string `json:"old"`
			Next  string `json:"next"`
			Keeps bool   `json:"keeps"`
		}{c.lines + k.old, c.lines + k.next, k.keeps})
	}
	return v
}

func other(letter string) string {
	if letter == "A" {
		return "B"
	}
	return "A"
}

func TestPolicyVectors(t *testing.T) {
	if *update {
		b, err := json.MarshalIndent(makePolicyVector(t), "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(goPolicies, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{goPolicies, tsPolicies} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var v policyVector
		dec := json.NewDecoder(bytes.NewReader(b))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&v); err != nil || len(v.Checks) < 3 || len(v.Policies) == 0 {
			t.Fatalf("%s: %d checks, %v", file, len(v.Checks), err)
		}
		v.hold(t, file)
	}
}

func (v policyVector) hold(t *testing.T, file string) {
	t.Helper()
	parse := func(text string) journal.Policy {
		p, err := journal.ParsePolicy(text)
		if err != nil {
			t.Errorf("%s: %q: %v", file, text, err)
		}
		return p
	}
	for _, text := range v.Policies {
		parse(text)
	}
	for _, text := range v.Refused {
		_, err := journal.ParsePolicy(text)
		refused(t, text, err, journal.ErrPolicy)
	}
	for _, k := range v.Keeps {
		old, next := parse(k.Old), parse(k.Next)
		if next.Keeps(&old) != k.Keeps {
			t.Errorf("%s: %q after %q", file, k.Next, k.Old)
		}
	}
	for _, c := range v.Checks {
		p := parse(c.Policy)
		said, err := p.Check(v.VKey, c.Note)
		code := ""
		switch {
		case errors.Is(err, journal.ErrPolicy):
			code = "witnesses"
		case errors.Is(err, journal.ErrProof):
			code = "leaf"
		}
		if code != c.Code {
			t.Errorf("%s: %q of %q: %v, want %q", file, c.Note, c.Policy, err, c.Code)
		}
		if code != "" {
			continue
		}
		got := map[string]int64{}
		for _, s := range said {
			got[s.Witness] = s.At.Unix()
		}
		for _, s := range c.Said {
			if at, ok := got[s.Witness]; !ok || at != s.At || len(got) != len(c.Said) {
				t.Errorf("%s: %q: said %v", file, c.Note, said)
			}
		}
	}
}
