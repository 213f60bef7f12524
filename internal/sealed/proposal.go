package sealed

import (
	"bytes"
	"cmp"
	"fmt"
)

const markProposal = "# coffre/v1/proposal "

// Proposal is a name or a folder that a mediator proposes for a document
// (SPEC.md §16). Nobody signs it: it counts for nothing until the holder takes
// it.
type Proposal struct {
	Suite   int    `json:"suite"`
	Safe    string `json:"safe"`
	Doc     string `json:"doc"`
	Mandate string `json:"mandate"`
	Name    string `json:"name,omitempty"`
	Folder  string `json:"folder,omitempty"`
}

func (p Proposal) check() error {
	if p.Name == "" && p.Folder == "" {
		return fmt.Errorf("a proposal of nothing: %w", ErrForm)
	}
	err := cmp.Or(checkSuite(p.Suite), checkID(p.Safe, p.Doc, p.Mandate))
	for _, name := range []string{p.Name, p.Folder} {
		if err == nil && name != "" {
			err = CheckName(name)
		}
	}
	return err
}

// SealProposal seals one to the holder's vault.
func SealProposal(p Proposal, vault *Recipient) ([]byte, error) {
	p.Suite = Suite
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("seal proposal: %w", err)
	}
	payload, err := Canonical(p)
	if err != nil {
		return nil, fmt.Errorf("seal proposal: %w", err)
	}
	plain := append(append([]byte(markProposal), payload...), '\n')
	return seal(padLF(plain, int64(toBlock(len(plain)))), vault)
}

// OpenProposal reads one. The caller still compares ids with what he asked for.
func OpenProposal(b []byte, vault *Identity) (Proposal, error) {
	plain, err := open(b, vault)
	if err != nil {
		return Proposal{}, fmt.Errorf("open proposal: %w", err)
	}
	whole := unpadLF(plain)
	payload, marked := bytes.CutPrefix(whole, []byte(markProposal))
	if !marked || len(plain) != toBlock(len(whole)+1) {
		return Proposal{}, fmt.Errorf("open proposal: %w", ErrForm)
	}
	var p Proposal
	err = decodeSuite(payload, &p, func() int { return p.Suite })
	if err == nil {
		err = p.check()
	}
	if err != nil {
		return Proposal{}, fmt.Errorf("open proposal: %w", err)
	}
	return p, nil
}
