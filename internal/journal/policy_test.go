package journal_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// circle is some witnesses, of the names a, b, c…
type circle struct {
	signers map[string]*journal.Cosigner
	lines   string // of a policy
}

func newCircle(t testing.TB, n int) circle {
	t.Helper()
	c := circle{signers: map[string]*journal.Cosigner{}}
	for i := range n {
		name := string(rune('a' + i))
		signer, vkey := cosigner(t, "example.org/"+name)
		c.signers[name] = signer
		c.lines += fmt.Sprintf("witness %s %s https://%s.example.org\n", name, vkey, name)
	}
	return c
}

func (c circle) policy(t testing.TB, rest string) journal.Policy {
	t.Helper()
	p, err := journal.ParsePolicy(c.lines + rest)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (c circle) by(names string) (all []note.Signer) {
	for _, n := range strings.Fields(names) {
		all = append(all, c.signers[n])
	}
	return all
}

// TestQuorums: who has to have cosigned, and who need not.
func TestQuorums(t *testing.T) {
	w := newWorld(t, 10)
	w.grow(t, 3)
	c := newCircle(t, 5)
	for _, q := range []struct {
		policy string
		enough []string
		few    []string
	}{
		{"quorum none", []string{"", "a"}, nil},
		{"quorum a", []string{"a", "a b"}, []string{"", "b", "b c d e"}},
		{"group g any a b\nquorum g", []string{"a", "b", "a b"}, []string{"", "c"}},
		{"group g all a b\nquorum g", []string{"a b", "b a c"}, []string{"", "a", "b c"}},
		{"group g 2 a b c\nquorum g", []string{"a b", "b c", "a b c"}, []string{"a", "c d e"}},
		{"group g 2 a b c\ngroup h any d e\ngroup i all g h\nquorum i", []string{"a b d", "b c e", "a b c d e"}, []string{"a b c", "d e", "a d e"}},
		{"group g 1 a b\ngroup h 1 g c\nquorum h", []string{"a", "c"}, []string{"d"}},
	} {
		p := c.policy(t, q.policy+"\n")
		for _, names := range q.enough {
			said, err := p.Check(w.vkey, cosignedBy(t, w.vkey, string(w.head.Checkpoint), c.by(names)...))
			if err != nil || len(said) != len(strings.Fields(names)) {
				t.Errorf("%q, cosigned by %q: %v, %v", q.policy, names, said, err)
			}
			for _, s := range said {
				if !s.At.Equal(someDay()) || !slices.Contains(strings.Fields(names), s.Witness) {
					t.Errorf("%+v", s)
				}
			}
		}
		for _, names := range q.few {
			said, err := p.Check(w.vkey, cosignedBy(t, w.vkey, string(w.head.Checkpoint), c.by(names)...))
			refused(t, q.policy+", cosigned by "+names, err, journal.ErrPolicy)
			if len(said) != len(strings.Fields(names)) {
				t.Errorf("%q: of %q there are %v", q.policy, names, said)
			}
		}
	}
}

// TestCheckBelievesNoLine: neither a bad one of a witness's, nor one that
// another key made under its name, nor a log that the policy is not about.
func TestCheckBelievesNoLine(t *testing.T) {
	w := newWorld(t, 10)
	w.grow(t, 3)
	c := newCircle(t, 2)
	checkpoint := string(w.head.Checkpoint)
	p := c.policy(t, "group g all a b\nquorum g\n")
	good := cosignedBy(t, w.vkey, checkpoint, c.by("a b")...)
	if _, err := p.Check(w.vkey, good); err != nil {
		t.Fatal(err)
	}
	line := strings.LastIndex(good, " ")
	bad := good[:line+30] + "A" + good[line+31:]
	if bad == good {
		bad = good[:line+30] + "B" + good[line+31:]
	}
	_, err := p.Check(w.vkey, bad)
	refused(t, "a bit of a cosignature", err, journal.ErrProof)

	impostor, _ := cosigner(t, "example.org/b")
	_, err = p.Check(w.vkey, cosignedBy(t, w.vkey, checkpoint, c.signers["a"], impostor))
	refused(t, "of an impostor", err, journal.ErrPolicy)

	own := cosignedBy(t, w.vkey, checkpoint, c.signers["a"], c.signers["a"])
	_, err = p.Check(w.vkey, own)
	refused(t, "one witness twice", err, journal.ErrPolicy)

	body, _, _ := strings.Cut(good, "\n\n")
	_, cosignatures, _ := strings.Cut(good, "log ")
	_, cosignatures, _ = strings.Cut(cosignatures, "\n")
	_, err = p.Check(w.vkey, body+"\n\n"+cosignatures)
	refused(t, "not signed by the log", err, journal.ErrProof)

	w.grow(t, 1)
	_, err = p.Check(w.vkey, string(w.head.Checkpoint)+cosignatures)
	refused(t, "of another checkpoint", err, journal.ErrProof)

	other := newWorld(t, 1)
	about := c.policy(t, "log "+other.vkey+"\nquorum none\n")
	_, err = about.Check(w.vkey, checkpoint)
	refused(t, "of another log", err, journal.ErrPolicy)
	about = c.policy(t, "log "+other.vkey+"\nlog "+w.vkey+" https://x\nquorum none\n")
	if _, err = about.Check(w.vkey, checkpoint); err != nil {
		t.Error(err)
	}
	_, err = new(journal.Policy).Check(w.vkey, checkpoint)
	refused(t, "no policy", err, journal.ErrPolicy)
}

// TestPolicyFiles: what can be read, and what is wrong with the others.
func TestPolicyFiles(t *testing.T) {
	c, w := newCircle(t, 3), newWorld(t, 1)
	key := func(name string) string { return c.signers[name].VKey() }
	for _, good := range []string{
		journal.NoPolicy, "quorum none", " \t\n# comment\n  # another\nquorum\tnone \n\n", "log " + w.vkey + "\nquorum none\n",
		"witness Zoé " + key("a") + "\nquorum Zoé\n",
	} {
		if p, err := journal.ParsePolicy(good); err != nil || p.Text() != good {
			t.Errorf("%q: %v", good, err)
		}
	}
	p := c.policy(t, "quorum a\n")
	if ws := p.Witnesses(); len(ws) != 3 || ws[1] != (journal.Witness{Name: "b", Key: key("b"), URL: "https://b.example.org"}) || !p.Asks() {
		t.Errorf("%+v", ws)
	}
	renamed := strings.Replace(key("a"), "/a+", "/z+", 1)
	for bad, why := range map[string]string{
		"":                                    "no quorum",
		"# quorum none\n":                     "no quorum",
		"quorum none\nquorum none\n":          "second quorum",
		"quorum\n":                            "not a line",
		"quorum a b\n":                        "not a line",
		"quorum a\n":                          `"a" above`,
		"Quorum none\n":                       "not a line",
		"quorum none\r\n":                     "control character",
		"log x\nquorum none\n":                "key of a log",
		"log " + key("a") + "\nquorum none\n": "key of a log",
		"log " + w.vkey + "\nlog " + w.vkey + "\nquorum none\n":                           "second line for this log",
		"witness a " + w.vkey + "\nquorum a\n":                                            "witness's key",
		"witness a " + renamed + "\nquorum a\n":                                           "witness's key",
		"witness a " + key("a") + "\nwitness b " + key("a") + "\nquorum a\n":              "second line for this witness",
		"witness a " + key("a") + "\nwitness a " + key("b") + "\nquorum a\n":              "taken",
		"witness none " + key("a") + "\nquorum none\n":                                    "taken",
		"quorum a\nwitness a " + key("a") + "\n":                                          `"a" above`,
		c.lines + "group a any b\nquorum a\n":                                             "taken",
		c.lines + "group g 3 a b\nquorum g\n":                                             "of 2 members",
		c.lines + "group g 0 a b\nquorum g\n":                                             "of 2 members",
		c.lines + "group g 01 a b\nquorum g\n":                                            "of 2 members",
		c.lines + "group g some a b\nquorum g\n":                                          "of 2 members",
		c.lines + "group g any\nquorum g\n":                                               "not a line",
		c.lines + "group g any a a\nquorum g\n":                                           "member already",
		c.lines + "group g any a b\ngroup h any b c\nquorum h\n":                          "member already",
		c.lines + "group g any g\nquorum g\n":                                             `"g" above`,
		c.lines + "group g any none\nquorum g\n":                                          `"none" above`,
		"quorum none\n" + strings.Repeat("#", 64<<10):                                     "more than",
		c.lines + strings.Repeat("group g any a\n", 1) + "group h any g\nquorum h\nx y\n": "not a line",
	} {
		_, err := journal.ParsePolicy(bad)
		refused(t, fmt.Sprintf("%.80q", bad), err, journal.ErrPolicy)
		if err != nil && !strings.Contains(err.Error(), why) {
			t.Errorf("%.80q: %v; want it to say %q", bad, err, why)
		}
	}
}

func TestPolicyHasRoomFor32OfEach(t *testing.T) {
	var text strings.Builder
	for i := range 33 {
		_, vkey := cosigner(t, fmt.Sprint("w", i))
		fmt.Fprintf(&text, "witness w%d %s\ngroup g%d any w%d\n", i, vkey, i, i)
		if i == 31 {
			if _, err := journal.ParsePolicy(text.String() + "quorum none\n"); err != nil {
				t.Error(err)
			}
		}
	}
	_, err := journal.ParsePolicy(text.String() + "quorum none\n")
	refused(t, "33", err, journal.ErrPolicy)
}

// TestWeakerPolicies: what an operator may change without anybody's leave.
func TestWeakerPolicies(t *testing.T) {
	c := newCircle(t, 5)
	two := "group g 2 a b c\nquorum g\n"
	for _, x := range []struct {
		next  string
		keeps bool
	}{
		{two, true},
		{"# the same\ngroup x 2 c b a\nquorum x\n", true},
		{"group g all a b c\nquorum g\n", true},
		{"group g all a b\nquorum g\n", true},
		{"group g 2 a b c\ngroup h any d e\ngroup i all g h\nquorum i\n", true},
		{"quorum none\n", false},
		{"quorum a\n", false},
		{"group g any a b c\nquorum g\n", false},
		{"group g 2 a b d\nquorum g\n", false},
		{"group g 2 a b c d\nquorum g\n", false},
		{"group g 3 a b c d\nquorum g\n", true}, // any three of the four have two of the three
		{"group g 3 a b c d e\nquorum g\n", false},
		{"group g all d e\nquorum g\n", false},
	} {
		old, next := c.policy(t, two), c.policy(t, x.next)
		if next.Keeps(&old) != x.keeps {
			t.Errorf("%q after %q: keeps is %v", x.next, two, !x.keeps)
		}
		none := c.policy(t, "quorum none\n")
		if !next.Keeps(&none) {
			t.Errorf("%q is weaker than none", x.next)
		}
	}
	w, other := newWorld(t, 1), newWorld(t, 1)
	open, one := c.policy(t, "quorum none\n"), c.policy(t, "log "+w.vkey+"\nquorum none\n")
	both := c.policy(t, "log "+w.vkey+"\nlog "+other.vkey+"\nquorum none\n")
	if !one.Keeps(&open) || !one.Keeps(&both) || both.Keeps(&one) || open.Keeps(&one) {
		t.Error("logs may be taken away, and not added")
	}
	another := newCircle(t, 3)
	old, next := c.policy(t, two), another.policy(t, two)
	if next.Keeps(&old) {
		t.Error("other witnesses under the same names are taken for the same")
	}
	big, bigger := newCircle(t, 17), ""
	for name := range big.signers {
		bigger += " " + name
	}
	same := big.policy(t, "group all all"+bigger+"\nquorum all\n")
	commented := big.policy(t, "# x\ngroup all all"+bigger+"\nquorum all\n")
	if !same.Keeps(&same) || commented.Keeps(&same) {
		t.Error("of 17 witnesses only the same text is the same")
	}
	if (&journal.Policy{}).Keeps(&old) || old.Keeps(&journal.Policy{}) {
		t.Error("no policy is compared with one")
	}
}

// TestKeepsIsWhatItSays: of any two policies, when one keeps the other,
// checkpoints that meet it meet the other.
func TestKeepsIsWhatItSays(t *testing.T) {
	w := newWorld(t, 10)
	w.grow(t, 3)
	c := newCircle(t, 4)
	names := []string{"a", "b", "c", "d"}
	draw := func(rt *rapid.T, label string) journal.Policy {
		left := rapid.Permutation(names).Draw(rt, label)
		n := rapid.IntRange(1, 3).Draw(rt, label)
		k := rapid.IntRange(1, n).Draw(rt, label)
		text := fmt.Sprintf("group g %d %s\n", k, strings.Join(left[:n], " "))
		rest := left[n:]
		k = rapid.IntRange(1, 1+len(rest)).Draw(rt, label)
		return c.policy(t, text+fmt.Sprintf("group h %d g %s\nquorum h\n", k, strings.Join(rest, " ")))
	}
	rapid.Check(t, func(rt *rapid.T) {
		p, q := draw(rt, "p"), draw(rt, "q")
		counter := false
		for set := range 16 {
			var by []string
			for i, n := range names {
				if set>>i&1 == 1 {
					by = append(by, n)
				}
			}
			text := cosignedBy(t, w.vkey, string(w.head.Checkpoint), c.by(strings.Join(by, " "))...)
			_, err1 := p.Check(w.vkey, text)
			_, err2 := q.Check(w.vkey, text)
			counter = counter || err1 == nil && errors.Is(err2, journal.ErrPolicy)
		}
		if p.Keeps(&q) == counter {
			rt.Fatalf("%q after %q: keeps is %v", p.Text(), q.Text(), !counter)
		}
	})
}

// FuzzParsePolicy: whatever can be read can be used.
func FuzzParsePolicy(f *testing.F) {
	c := newCircle(f, 3)
	f.Add(journal.NoPolicy)
	f.Add(c.lines + "group g 2 a b c\nquorum g\n")
	f.Add(c.lines + "group g any a b\ngroup h all g c\nquorum h\n# x")
	w := newWorld(f, 10)
	w.grow(f, 1)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := journal.ParsePolicy(text)
		if err != nil {
			refused(t, text, err, journal.ErrPolicy)
			return
		}
		if p.Text() != text || !p.Keeps(&p) {
			t.Errorf("%q is not itself", text)
		}
		if _, err := p.Check(w.vkey, string(w.head.Checkpoint)); p.Asks() && err == nil {
			t.Errorf("%q is met by nobody", text)
		}
	})
}
