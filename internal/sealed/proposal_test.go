package sealed

import "testing"

// proposalVector is a proposal, and the vault that opens it.
type proposalVector struct {
	Vault    string `json:"vault"`
	Sealed   []byte `json:"sealed"`
	Proposal string `json:"proposal"`
}

func proposed() Proposal {
	return Proposal{Suite: Suite, Safe: safeID, Doc: docID, Mandate: mandateID, Name: "Avis d’impôt 2026.pdf", Folder: "Impôts"}
}

func makeProposal(t *testing.T, vault *Identity) proposalVector {
	p := proposed()
	return proposalVector{
		Vault: vault.Reveal(), Sealed: must(SealProposal(p, vault.Recipient()))(t), Proposal: string(must(Canonical(p))(t)),
	}
}

// TestProposalVectors opens what each implementation sealed once.
func TestProposalVectors(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"go-proposal", "ts-proposal"} {
		var v proposalVector
		readVector(t, name, &v)
		p := must(OpenProposal(v.Sealed, must(ParseIdentity(v.Vault))(t)))(t)
		if got := string(must(Canonical(p))(t)); got != v.Proposal {
			t.Errorf("%s says %s, want %s", name, got, v.Proposal)
		}
	}
}

// TestProposals are readable by their holder alone, say something, and have no
// other form.
func TestProposals(t *testing.T) {
	t.Parallel()
	vault := freshIdentity(t)
	b := must(SealProposal(proposed(), vault.Recipient()))(t)
	_, err := OpenProposal(b, freshIdentity(t))
	refused(t, "somebody else's vault", err, ErrKey)
	for what, p := range map[string]Proposal{
		"nothing":     {Safe: safeID, Doc: docID, Mandate: mandateID},
		"a path":      {Safe: safeID, Doc: docID, Mandate: mandateID, Name: "a/b"},
		"no document": {Safe: safeID, Mandate: mandateID, Name: "a"},
	} {
		_, err := SealProposal(p, vault.Recipient())
		if err == nil {
			t.Errorf("a proposal of %s", what)
		}
		typed(t, err)
	}
	plain := []byte(markProposal + `{"doc":"` + docID + `","mandate":"` + mandateID + `","name":"a","safe":"` + safeID + `","suite":1}` + "\n")
	for what, plain := range map[string][]byte{
		"without its mark": padLF(plain[len(markProposal):], block),
		"not padded":       plain,
		"padded too far":   padLF(plain, 2*block),
	} {
		_, err := OpenProposal(must(seal(plain, vault.Recipient()))(t), vault)
		if err == nil {
			t.Errorf("reads one %s", what)
		}
	}
}
