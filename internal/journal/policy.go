package journal

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// ErrPolicy: a policy that cannot be read, or a checkpoint that does not meet
// the one in force.
var ErrPolicy = errors.New("not what the policy of witnesses asks for")

// NoPolicy asks for no witness: the policy of a log that has none.
const NoPolicy = "quorum none\n"

const (
	// maxPolicy bounds the text, and with it everything in it.
	maxPolicy = 64 << 10
	// maxPlayers is how many logs, witnesses and groups each a policy has.
	maxPlayers = 32
	// maxCompared is how many witnesses may count in two policies together
	// when one is held against the other: every set of them is looked at.
	maxCompared = 16
	nobody      = "none"
)

// Witness is a line of a policy.
type Witness struct {
	Name string // in the policy; that in the key may be another
	Key  string // verifier key
	URL  string // where it is asked for cosignatures; "" where nobody asks
}

// group is k of its members, which are places in Policy.nodes.
type node struct {
	name    string
	witness int // place in Policy.witnesses, -1 of a group
	k       int
	members []int
	taken   bool // a member of a group
}

// Policy says which witnesses have to have cosigned a checkpoint (C2SP
// tlog-policy). The zero Policy is none that was read, and nothing meets it.
type Policy struct {
	text      string
	logs      []string
	witnesses []Witness
	keys      []cosignerKey
	nodes     []node
	quorum    int // place in nodes, -1 for none
}

// ParsePolicy reads a policy file; ErrPolicy says what is wrong in which line.
func ParsePolicy(text string) (Policy, error) {
	p := Policy{text: text, quorum: -1}
	if len(text) > maxPolicy {
		return Policy{}, fmt.Errorf("read policy: more than %d bytes: %w", maxPolicy, ErrPolicy)
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' || r == 0x7f }); i >= 0 {
		return Policy{}, fmt.Errorf("read policy: a control character at byte %d: %w", i, ErrPolicy)
	}
	decided := false
	for i, line := range strings.Split(text, "\n") {
		words := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		err := p.line(words, &decided)
		if err != nil {
			return Policy{}, fmt.Errorf("read policy: line %d: %w: %w", i+1, err, ErrPolicy)
		}
	}
	if !decided {
		return Policy{}, fmt.Errorf("read policy: no quorum line: %w", ErrPolicy)
	}
	return p, nil
}

func (p *Policy) line(words []string, decided *bool) error {
	switch n := len(words); {
	case words[0] == "log" && (n == 2 || n == 3):
		return p.addLog(words[1])
	case words[0] == "witness" && (n == 3 || n == 4):
		return p.addWitness(words[1:])
	case words[0] == "group" && n >= 4:
		return p.addGroup(words[1], words[2], words[3:])
	case words[0] == "quorum" && n == 2:
		if *decided {
			return errors.New("a second quorum line")
		}
		*decided = true
		if words[1] == nobody {
			return nil
		}
		p.quorum = p.find(words[1])
		if p.quorum < 0 {
			return fmt.Errorf("no witness or group %q above", words[1])
		}
		return nil
	}
	return errors.New("not a line of a policy")
}

func (p *Policy) addLog(vkey string) error {
	if _, err := note.NewVerifier(vkey); err != nil {
		return errors.New("not the key of a log")
	}
	if slices.ContainsFunc(p.logs, func(other string) bool { return sameKey(other, vkey) }) {
		return errors.New("a second line for this log")
	}
	if len(p.logs) == maxPlayers {
		return fmt.Errorf("more than %d logs", maxPlayers)
	}
	p.logs = append(p.logs, vkey)
	return nil
}

// sameKey says whether two verifier keys wrap the same public key.
func sameKey(a, b string) bool {
	return a[strings.Index(a, "+")+10:] == b[strings.Index(b, "+")+10:] // + hash +
}

func (p *Policy) addWitness(words []string) error {
	key, err := readCosigner(words[1])
	if err != nil {
		return err
	}
	if slices.ContainsFunc(p.keys, func(other cosignerKey) bool { return other.public.Equal(key.public) }) {
		return errors.New("a second line for this witness")
	}
	if slices.ContainsFunc(p.keys, func(other cosignerKey) bool {
		return other.name == key.name && other.KeyHash() == key.KeyHash()
	}) {
		return errors.New("two witnesses that cannot be told apart")
	}
	if len(p.witnesses) == maxPlayers {
		return fmt.Errorf("more than %d witnesses", maxPlayers)
	}
	if err := p.add(node{name: words[0], witness: len(p.witnesses)}); err != nil {
		return err
	}
	w := Witness{Name: words[0], Key: words[1]}
	if len(words) == 3 {
		w.URL = words[2]
	}
	p.witnesses, p.keys = append(p.witnesses, w), append(p.keys, key)
	return nil
}

func (p *Policy) addGroup(name, least string, members []string) error {
	n := node{name: name, witness: -1}
	for _, m := range members {
		at := p.find(m)
		if at < 0 {
			return fmt.Errorf("no witness or group %q above", m)
		}
		if p.nodes[at].taken {
			return fmt.Errorf("%q is a member already", m)
		}
		p.nodes[at].taken = true
		n.members = append(n.members, at)
	}
	switch least {
	case "any":
		n.k = 1
	case "all":
		n.k = len(members)
	default:
		k, err := strconv.Atoi(least)
		if err != nil || strconv.Itoa(k) != least || k < 1 || k > len(members) {
			return fmt.Errorf("%q of %d members: write any, all, or a number", least, len(members))
		}
		n.k = k
	}
	if len(p.nodes)-len(p.witnesses) == maxPlayers {
		return fmt.Errorf("more than %d groups", maxPlayers)
	}
	return p.add(n)
}

func (p *Policy) add(n node) error {
	if n.name == nobody || p.find(n.name) >= 0 {
		return fmt.Errorf("the name %q is taken", n.name)
	}
	p.nodes = append(p.nodes, n)
	return nil
}

func (p *Policy) find(name string) int {
	return slices.IndexFunc(p.nodes, func(n node) bool { return n.name == name })
}

// Text is the policy as it was read.
func (p *Policy) Text() string { return p.text }

// Witnesses are all that the policy names.
func (p *Policy) Witnesses() []Witness { return slices.Clone(p.witnesses) }

// Asks says whether any cosignature is asked for.
func (p *Policy) Asks() bool { return p.quorum >= 0 }

// Reachable says whether the quorum can be met by those of its witnesses.
func (p *Policy) Reachable(by func(Witness) bool) bool {
	return p.met(func(i int) bool { return by(p.witnesses[i]) })
}

// Knows says whether this log is among those of the policy; one that lists
// none is about whichever log it is given.
func (p *Policy) Knows(vkey string) bool {
	return p.text != "" && (len(p.logs) == 0 || slices.Contains(p.logs, vkey))
}

// Cosignature is what a witness has said about a checkpoint.
type Cosignature struct {
	Witness string    // its name in the policy
	At      time.Time // when it says that it said so
}

// Check verifies a signed checkpoint of this log, and that it has the
// cosignatures that the policy asks for. It returns all that verify, also
// with ErrPolicy, when they are too few or the policy is not about this log.
func (p *Policy) Check(vkey, text string) ([]Cosignature, error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, fmt.Errorf("read log key: %w", ErrProof)
	}
	if !p.Knows(vkey) {
		return nil, fmt.Errorf("check checkpoint: this log is not of the policy: %w", ErrPolicy)
	}
	all := []note.Verifier{v}
	for _, k := range p.keys {
		all = append(all, k)
	}
	n, err := note.Open([]byte(text), note.VerifierList(all...))
	if err != nil || !slices.ContainsFunc(n.Sigs, func(s note.Signature) bool { return s.Name == v.Name() && s.Hash == v.KeyHash() }) {
		return nil, fmt.Errorf("check checkpoint: a signature is not the log's or a witness's: %w", ErrProof)
	}
	var said []Cosignature
	signed := make([]bool, len(p.witnesses))
	for _, s := range n.Sigs {
		for i, k := range p.keys {
			if k.name == s.Name && k.KeyHash() == s.Hash {
				signed[i] = true
				said = append(said, Cosignature{p.witnesses[i].Name, cosignedAt(s)})
			}
		}
	}
	if !p.met(func(i int) bool { return signed[i] }) {
		return said, fmt.Errorf("check checkpoint: cosigned by %s: %w", named(said), ErrPolicy)
	}
	return said, nil
}

func named(said []Cosignature) string {
	if len(said) == 0 {
		return "no witness"
	}
	var all []string
	for _, s := range said {
		all = append(all, s.Witness)
	}
	return strings.Join(all, ", ") + " alone"
}

// met says whether the witnesses of whom has is true make up the quorum.
func (p *Policy) met(has func(witness int) bool) bool {
	return p.text != "" && (p.quorum < 0 || p.holds(p.quorum, has))
}

func (p *Policy) holds(at int, has func(witness int) bool) bool {
	n := p.nodes[at]
	if n.witness >= 0 {
		return has(n.witness)
	}
	met := 0
	for _, m := range n.members {
		if p.holds(m, has) {
			met++
		}
	}
	return met >= n.k
}

// counting are the witnesses that the quorum depends on.
func (p *Policy) counting(at int) []cosignerKey {
	if at < 0 {
		return nil
	}
	n := p.nodes[at]
	if n.witness >= 0 {
		return []cosignerKey{p.keys[n.witness]}
	}
	var all []cosignerKey
	for _, m := range n.members {
		all = append(all, p.counting(m)...)
	}
	return all
}

// Keeps says whether this policy is no weaker than another: whatever meets
// this one meets that one as well, and the logs are the same or fewer. Of more
// than 16 witnesses it says so only of the very same text.
func (p *Policy) Keeps(other *Policy) bool {
	if p.text == "" || other.text == "" {
		return false
	}
	if p.text == other.text {
		return true
	}
	if len(other.logs) > 0 && (len(p.logs) == 0 || slices.ContainsFunc(p.logs, func(l string) bool { return !slices.Contains(other.logs, l) })) {
		return false
	}
	all := p.counting(p.quorum)
	for _, k := range other.counting(other.quorum) {
		if !slices.ContainsFunc(all, k.same) {
			all = append(all, k)
		}
	}
	if len(all) > maxCompared {
		return false
	}
	for set := range 1 << len(all) {
		in := func(of *Policy) bool {
			return of.met(func(w int) bool {
				i := slices.IndexFunc(all, of.keys[w].same)
				return i >= 0 && set>>i&1 == 1
			})
		}
		if in(p) && !in(other) {
			return false
		}
	}
	return true
}

func (k cosignerKey) same(other cosignerKey) bool {
	return k.name == other.name && k.public.Equal(other.public)
}
