package safe

import (
	"context"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// checkIssue looks at what the depositor says to have issued before a byte is
// read. It spares whoever deposits a mark that no citizen would believe; she
// believes none of it and verifies it herself.
func (s *Domain) checkIssue(ctx context.Context, tx Tx, in DepositInput, id AdministrationID) error {
	if len(in.Issue) == 0 {
		return nil
	}
	said, err := sealed.ReadIssue(in.Issue)
	if err != nil {
		return &Error{Kind: Invalid, Reason: ReasonIssueMalformed, Msg: "read issue", Err: err}
	}
	if said.Administration != string(id) {
		return &Error{Kind: Invalid, Reason: ReasonIssueNotYours, Msg: "issued by another administration than deposits"}
	}
	if said.Size != in.Size {
		return &Error{Kind: Invalid, Reason: ReasonIssueOtherContent, Msg: "issued with another length"}
	}
	adm, err := tx.Administrations.Get(ctx, id)
	if err != nil {
		return backend("read administration", err)
	}
	keys, err := s.signing(ctx, tx, adm)
	if err != nil {
		return err
	}
	_, err = signedBy(keys, func(vk sealed.VK) (string, error) {
		i, err := sealed.OpenIssue(in.Issue, vk)
		return i.Created, err
	})
	if err != nil {
		return &Error{Kind: Invalid, Reason: ReasonIssueNotYours, Msg: "check who signed an issue", Err: err}
	}
	return nil
}

// sameIssued refuses a mark of other bytes than those that came.
func sameIssued(issue []byte, sum [32]byte, size int64) error {
	if len(issue) == 0 {
		return nil
	}
	said, err := sealed.ReadIssue(issue)
	if err == nil {
		err = said.Holds(sum, size)
	}
	if err != nil {
		return &Error{Kind: Invalid, Reason: ReasonIssueOtherContent, Msg: "check what was issued", Err: err}
	}
	return nil
}
