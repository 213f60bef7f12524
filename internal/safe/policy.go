package safe

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Act is a kind of use case, as the policy knows it.
type Act string

// Every act that the policy rules.
const (
	ActRead              Act = "read"               // figures, keyring, manifest, metadata, lists, journal
	ActOpenSafe          Act = "open-safe"          // make the safe
	ActKeys              Act = "keys"               // replace the keyring
	ActUpload            Act = "upload"             // reserve and send
	ActChange            Act = "change"             // organise, adopt
	ActErase             Act = "erase"              // erase documents
	ActOpen              Act = "open"               // read a document of one's own
	ActShare             Act = "share"              // give a grant
	ActEndGrant          Act = "end-grant"          // take it back; stop deposits
	ActAddress           Act = "address"            // let an administration deposit
	ActExport            Act = "export"             // take everything out
	ActReceive           Act = "receive"            // list and retrieve what was shared
	ActDeposit           Act = "deposit"            // put something in an inbox
	ActAdministration    Act = "administration"     // read what is public of one's administration
	ActOfficeKeyring     Act = "office-keyring"     // read its sealed keyring
	ActOfficeJournal     Act = "office-journal"     // read what it did, and in whose safes
	ActAdministrationKey Act = "administration-key" // make or replace the administration's key
	ActRegister          Act = "register"           // add administrations and systems
	ActRequest           Act = "request"            // ask citizens for documents, close, answer their questions
	ActReply             Act = "reply"              // refuse what is asked for, ask back
	ActRecover           Act = "recover"            // ask one's custodians for their shares
	ActEndRecovery       Act = "end-recovery"       // stop a recovery of one's safe
	ActCustody           Act = "custody"            // be a custodian: see, agree, give
	ActNotices           Act = "notices"            // choose how to hear of news
	ActWebhooks          Act = "webhooks"           // have an administration's systems called
	ActReadWebhooks      Act = "read-webhooks"      // see which of them are called
	ActAppoint           Act = "appoint"            // say which agents act for an administration
	ActServices          Act = "services"           // say which services an administration has
	ActLogo              Act = "logo"               // say which logo an administration has
	ActMandate           Act = "mandate"            // let a mediator act
	ActMediator          Act = "mediator"           // look at one's own sessions, end them
	ActMediate           Act = "mediate"            // help citizens, within mandates
	ActAppointMediator   Act = "appoint-mediator"   // say who acts for a structure
	ActLegal             Act = "legal"              // write down who represents a protected adult
	ActActivity          Act = "activity"           // figures of a structure's work
	ActStopMandate       Act = "stop-mandate"       // stop what a citizen has let somebody do
)

// What a system may be registered for.
const (
	ScopeDeposit  = "deposit"
	ScopeRetrieve = "retrieve"
	ScopeRequest  = "request"
)

// Policy is what the operator may tighten.
type Policy struct {
	// Levels is the lowest eIDAS level (1 to 3) for an act; acts left out
	// take the level of DefaultPolicy. Systems have no level: their
	// administration answers for them.
	Levels map[Act]int
	// MaxGrant is the longest life of a grant.
	MaxGrant time.Duration
	// Admission says which agents act for their administration: AdmitAppointed
	// or AdmitAnyone.
	Admission string
}

// DefaultPolicy asks for level 1 everywhere, which is all that FranceConnect
// gives, and ends a grant after a year.
func DefaultPolicy() Policy {
	p := Policy{Levels: map[Act]int{}, MaxGrant: 366 * 24 * time.Hour}
	for _, a := range personal() {
		p.Levels[a] = 1
	}
	return p
}

// personal are the acts of people, who have a level.
func personal() []Act {
	return []Act{
		ActRead, ActOpenSafe, ActKeys, ActUpload, ActChange, ActErase, ActOpen, ActShare, ActEndGrant,
		ActAddress, ActExport, ActReceive, ActDeposit, ActAdministration, ActOfficeKeyring, ActOfficeJournal, ActAdministrationKey,
		ActRequest, ActReply, ActRecover, ActEndRecovery, ActCustody, ActNotices, ActWebhooks, ActReadWebhooks, ActAppoint, ActServices, ActLogo,
		ActMandate, ActMediator, ActMediate, ActAppointMediator, ActActivity, ActLegal,
	}
}

// LevelsOf reads the levels that an operator wrote, and says which acts there
// are when one is none.
func LevelsOf(written map[string]int) (map[Act]int, error) {
	levels := map[Act]int{}
	for name, level := range written {
		if !slices.Contains(personal(), Act(name)) {
			return nil, refusal(Invalid, "levels: there is no act %q: write one of %v", name, personal())
		}
		if level < 1 || level > 3 {
			return nil, refusal(Invalid, "levels.%s is %d: write 1, 2 or 3", name, level)
		}
		levels[Act(name)] = level
	}
	return levels, nil
}

// Raised are the acts for which the operator asks for more than the lowest
// level.
func (s *Domain) Raised() map[Act]int {
	raised := map[Act]int{}
	for act, level := range s.cfg.Policy.Levels {
		if level > 1 {
			raised[act] = level
		}
	}
	return raised
}

// By are the kinds of actors that an act is for.
func (a Act) By() []ActorKind { return ruleOf(a).kinds }

func (p Policy) withDefaults() Policy {
	d := DefaultPolicy()
	maps.Copy(d.Levels, p.Levels)
	if p.MaxGrant > 0 {
		d.MaxGrant = p.MaxGrant
	}
	d.Admission = p.Admission
	return d
}

// rule says who may at all, and whether the terms in force come first. A
// citizen who has not accepted new terms still reads, takes back and exports:
// what is hers is not held hostage.
type rule struct {
	kinds []ActorKind
	terms bool
	scope string // that a system's registration and its token must both carry
	// referent: of an administration's agents, only those who appoint others.
	referent bool
	// unappointed: also those who wait to be appointed, and those who left.
	unappointed bool
}

func ruleOf(act Act) rule {
	switch act {
	case ActRead, ActOpen, ActEndGrant, ActExport, ActReply, ActRecover, ActNotices:
		return rule{kinds: []ActorKind{Citizen}}
	case ActOpenSafe, ActKeys, ActUpload, ActChange, ActErase, ActShare, ActAddress:
		return rule{kinds: []ActorKind{Citizen}, terms: true}
	case ActReceive, ActOfficeJournal:
		return rule{kinds: []ActorKind{Agent, System}, scope: ScopeRetrieve}
	case ActRequest:
		return rule{kinds: []ActorKind{Agent, System}, scope: ScopeRequest}
	case ActDeposit:
		return rule{kinds: []ActorKind{Agent, System}, scope: ScopeDeposit}
	case ActAdministration:
		return rule{kinds: []ActorKind{Agent, System}, unappointed: true}
	case ActOfficeKeyring:
		return rule{kinds: []ActorKind{Agent, System}}
	case ActEndRecovery: // from any device, or at the counter
		return rule{kinds: []ActorKind{Citizen, Operator}}
	case ActCustody:
		return rule{kinds: []ActorKind{Citizen, Agent}}
	case ActWebhooks: // a system says itself where it is called; all services are told there
		return rule{kinds: []ActorKind{Agent, System}, scope: ScopeRetrieve, referent: true}
	case ActReadWebhooks:
		return rule{kinds: []ActorKind{Agent, System}, scope: ScopeRetrieve}
	case ActAdministrationKey, ActServices:
		return rule{kinds: []ActorKind{Agent}, referent: true}
	case ActAppoint, ActLogo:
		return rule{kinds: []ActorKind{Agent, Operator}, referent: true}
	case ActRegister, ActStopMandate, ActLegal:
		return rule{kinds: []ActorKind{Operator}}
	case ActMandate:
		return rule{kinds: []ActorKind{Citizen}, terms: true}
	case ActMediator:
		return rule{kinds: []ActorKind{MediatorActor}, unappointed: true}
	case ActMediate:
		return rule{kinds: []ActorKind{MediatorActor}}
	case ActAppointMediator, ActActivity:
		return rule{kinds: []ActorKind{MediatorActor, Operator}, referent: true}
	default:
		return rule{}
	}
}

// may is the only place where an actor is admitted. It reads the actor's own
// row again: a session outlives a change of administration, a right does not.
func (s *Domain) may(ctx context.Context, tx Tx, a Actor, act Act) error {
	r := ruleOf(act)
	if !slices.Contains(r.kinds, a.Kind) {
		return refusal(Forbidden, "%s may not %s", a.Kind, act)
	}
	switch a.Kind {
	case Operator:
		return nil
	case System:
		return s.mayMachine(ctx, tx, a, r)
	case Citizen, Agent:
		return s.mayPerson(ctx, tx, a, act, r)
	case MediatorActor:
		if a.Level < s.cfg.Policy.Levels[act] {
			return s.tooLow(act)
		}
		return s.mayMediator(ctx, tx, a, r)
	default:
		return refusal(Forbidden, "unknown kind of actor")
	}
}

func (s *Domain) mayMachine(ctx context.Context, tx Tx, a Actor, r rule) error {
	sys, err := tx.Administrations.System(ctx, a.System)
	switch {
	case IsKind(err, NotFound) || err == nil && (a.Administration == "" || sys.Administration != a.Administration):
		return refusal(Forbidden, "system is not registered for this administration")
	case err != nil:
		return backend("read system", err)
	case r.scope != "" && (!slices.Contains(a.Scopes, r.scope) || !slices.Contains(sys.Scopes, r.scope)):
		return refusal(Forbidden, "system has no scope %q", r.scope)
	}
	return nil
}

func (s *Domain) mayPerson(ctx context.Context, tx Tx, a Actor, act Act, r rule) error {
	acc, err := tx.Accounts.Get(ctx, a.Account)
	if IsKind(err, NotFound) {
		return refusal(Forbidden, "unknown account")
	}
	if err != nil {
		return backend("read account", err)
	}
	if acc.Kind != a.Kind || acc.Safe != a.Safe || acc.Administration != a.Administration {
		return refusal(Forbidden, "the account has changed since this session began")
	}
	if a.Paper && !byPaper(act) {
		return narrowed(Forbidden, ReasonPaperRefused, "a paper key alone may not %s", act)
	}
	if a.Kind == Citizen && a.Safe == "" || a.Kind == Agent && a.Administration == "" {
		return refusal(Forbidden, "the account has nothing to act on")
	}
	if a.Kind == Agent {
		if err := s.admitted(acc, r); err != nil {
			return err
		}
	}
	if a.Level < s.cfg.Policy.Levels[act] {
		return s.tooLow(act)
	}
	if r.terms && acc.TermsVersion != s.cfg.TermsVersion {
		return refusal(TermsNotAccepted, "terms %s are not accepted", s.cfg.TermsVersion)
	}
	return nil
}

func (s *Domain) tooLow(act Act) error {
	level := s.cfg.Policy.Levels[act]
	return &Error{Kind: LevelTooLow, Level: level, Msg: fmt.Sprintf("%s needs level %d", act, level)}
}
