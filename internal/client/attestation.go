package client

import (
	"bytes"
	"fmt"

	"github.com/coffre-citoyen/coffre/internal/canon"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// An attestation has at most so many bytes and acts (SPEC.md §16).
const (
	maxAttestation     = 1 << 20
	maxAttestationActs = 500
)

const typeAttestation = "attestation"

// Attestation is what a citizen keeps of a mediator's session, to show to
// anybody: her signed mandate, and what was done under it with its proofs.
type Attestation struct {
	V       int          `json:"v"`    // 1
	Type    string       `json:"type"` // "attestation"
	Log     string       `json:"log"`  // verifier key, as the maker knows it
	VK      []byte       `json:"vk"`   // of the safe
	Key     journal.Leaf `json:"key"`  // the fact that says so
	Mandate []byte       `json:"mandate"`
	// Revocation, signed; nil while it was not taken back by the citizen.
	Revocation []byte  `json:"revocation,omitempty"`
	Acts       []Proof `json:"acts"` // the earliest first
}

// Attested is what it proves.
type Attested struct {
	Mandate sealed.Mandate
	Revoked string // when the citizen took it back; "" when she did not
	Acts    []Proven
	Size    int64 // entries of the newest state of the log that is in it
	Newest  string
}

// Encode is the file.
func (a Attestation) Encode() ([]byte, error) {
	a.V, a.Type = 1, typeAttestation
	b, err := canon.Encode(a)
	if err != nil {
		return nil, fmt.Errorf("encode attestation: %w", err)
	}
	return append(b, '\n'), nil
}

// IsAttestation says whether a file calls itself one.
func IsAttestation(b []byte) bool {
	return len(b) <= maxAttestation && bytes.Contains(b, []byte(`"type":"`+typeAttestation+`"`))
}

// ParseAttestation reads the file, and believes nothing in it. White space
// around it is passed over. What is none is ErrReceipt.
func ParseAttestation(b []byte) (Attestation, error) {
	var a Attestation
	if len(b) > maxAttestation {
		return a, fmt.Errorf("read attestation: too long: %w", ErrReceipt)
	}
	if err := canon.Decode(bytes.Trim(b, " \t\r\n"), &a); err != nil {
		return a, fmt.Errorf("read attestation: %w: %w", ErrReceipt, err)
	}
	if a.V != 1 || a.Type != typeAttestation || len(a.Acts) < 1 || len(a.Acts) > maxAttestationActs || a.Key.Entry == nil {
		return a, fmt.Errorf("read attestation: of another version or type: %w", ErrReceipt)
	}
	for _, p := range a.Acts {
		if p.Leaf == nil || p.Leaf.Entry != nil {
			return a, fmt.Errorf("read attestation: an act without its proof: %w", ErrReceipt)
		}
	}
	return a, nil
}

// Verify shows that the log of that key holds the safe's key, that it has signed
// the mandate, and that every act is in the log, of this safe and under this
// mandate, from its giving on. That these are all, only the citizen's journal tells.
func (a Attestation) Verify(vkey string) (Attested, error) {
	vk, err := sealed.ParseVK(a.VK)
	if err != nil {
		return Attested{}, ownObject(err)
	}
	out := Attested{}
	if out.Mandate, err = sealed.OpenMandate(a.Mandate, vk); err != nil {
		return Attested{}, ownObject(err)
	}
	if err := a.verifyKey(vkey, out.Mandate.Safe); err != nil {
		return Attested{}, err
	}
	if a.Revocation != nil {
		r, err := sealed.OpenRevocation(a.Revocation, vk)
		if err == nil && (r.Safe != out.Mandate.Safe || r.Mandate != out.Mandate.ID) {
			err = mismatch("the revocation of another mandate")
		}
		if err != nil {
			return Attested{}, ownObject(err)
		}
		out.Revoked = r.At
	}
	return out, a.verifyActs(vkey, &out)
}

func (a Attestation) verifyKey(vkey, safe string) error {
	if _, err := journal.VerifyLeaf(vkey, a.Key.Entry, a.Key); err != nil {
		return err
	}
	f, err := journal.ParseKeyFact(a.Key.Entry)
	if err != nil {
		return err
	}
	said, err := decodeBase64(f.VK)
	if err != nil || f.Holder != "safe" || f.ID != safe || !bytes.Equal(said, a.VK) {
		return fmt.Errorf("verify attestation: the log holds another key for this safe: %w", journal.ErrProof)
	}
	return nil
}

// verifyActs: each once, in the order of the safe's journal, after the one by
// which these very bytes of the mandate were given.
func (a Attestation) verifyActs(vkey string, out *Attested) error {
	begins := journal.WhatMandateGiven
	if out.Mandate.Session != nil {
		begins = journal.WhatMediationApproved
	}
	n, index := int64(0), int64(-1)
	for _, act := range a.Acts {
		p, err := VerifyProof(vkey, act)
		if err != nil {
			return err
		}
		ev := p.Event
		if ev.Safe != out.Mandate.Safe || ev.Detail["mandate"] != out.Mandate.ID || ev.N <= n || p.Index <= index {
			return fmt.Errorf("verify attestation: an act of another mandate, or out of its place: %w", journal.ErrProof)
		}
		if out.Acts == nil && (ev.What != begins || ev.Result != journal.ResultDone || ev.Detail["signed"] != sealed.MandateHash(a.Mandate)) {
			return fmt.Errorf("verify attestation: it does not begin with this very mandate: %w", journal.ErrProof)
		}
		n, index = ev.N, p.Index
		out.Acts = append(out.Acts, p)
		if p.Size > out.Size {
			out.Size, out.Newest = p.Size, act.Leaf.Checkpoint
		}
	}
	return nil
}
