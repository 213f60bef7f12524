package safe

import "time"

// ActorKind is a role. It is decided by how somebody logged in, never by a
// field of a request.
type ActorKind string

const (
	Citizen  ActorKind = "citizen"
	Agent    ActorKind = "agent"
	System   ActorKind = "system"   // an administration's registered machine
	Operator ActorKind = "operator" // maintenance by coffred, never over HTTP here
	// MediatorActor is a mediator of a structure; Actor.Account is a MediatorID.
	MediatorActor ActorKind = "mediator"
)

// Actor is who asks. It is an argument of every use case, never a context
// value, and is made only from an authenticated Principal.
type Actor struct {
	Kind           ActorKind
	Account        AccountID        // citizen, agent
	Safe           SafeID           // citizen: the safe reserved for the account
	Administration AdministrationID // agent, system
	Structure      StructureID      // mediator
	Session        string           // mediator: public id of the log-in
	Since          time.Time        // mediator: when that log-in began
	Counter        DelegationID     // citizen at the counter: the session that she came for
	System         SystemID         // system
	Paper          bool             // citizen: nobody but her paper key has vouched for her
	Name           string           // as shown to the other side and in the journal
	Level          int              // eIDAS level: 1 low, 2 substantial, 3 high
	Through        string           // a helper's service by which she logged in (Aidants Connect); "" is herself
	Door           string           // "web", "cli", "api"
	Scopes         []string         // system: what its token is for
}

// Account is one (issuer, sub); nothing is ever matched by e-mail (O26).
type Account struct {
	ID             AccountID
	Kind           ActorKind
	Issuer, Sub    string
	Name           string
	Safe           SafeID           // citizen: reserved at first login
	Administration AdministrationID // agent
	TermsVersion   string           // last accepted, "" if none
	TermsAt        time.Time
	Created        time.Time
	IDP            string    // agent: the identity provider behind the provider, at the last login
	WaitsFor       AccountID // agent: whose account this may be; nobody logs in to it while it says so
	Role           Role      // agent
	Services       []string  // agent: ids of the services that he works for; none is all
	Left           time.Time // agent: when he was cut off; zero while he is not
	Proven         time.Time // citizen: when a provider last vouched for her
	NoPaper        bool      // citizen: a paper key is never to stand for a log-in of hers
}

// Safe is a row per opened safe.
type Safe struct {
	ID        SafeID
	Account   AccountID
	VK        []byte // 33 bytes, SPEC.md §2
	Recipient string // vault recipient in use
	KeyLeaf   int64  // log index of the key fact in force; -1 until sequenced
	Created   time.Time
	// Exposed is when its keys, as they still are, were last used on a machine
	// that is not the holder's; zero is never.
	Exposed time.Time
}

// Sealed is an opaque versioned object: a keyring container or a manifest.
// Hash is what ETag shows; Epoch grows by one with each replacement.
type Sealed struct {
	Epoch int64
	Hash  [32]byte
	Body  []byte
	At    time.Time
}

// VersionState says how far a version has come.
type VersionState string

const (
	// Reserved: ids and room are set aside, bytes may be on their way.
	Reserved VersionState = "reserved"
	// Stored: the object is durable and verified; not yet in the safe.
	Stored VersionState = "stored"
	// Inbox: deposited from outside, waits for the holder.
	Inbox VersionState = "inbox"
	// Kept: part of the safe.
	Kept VersionState = "kept"
	// Erasing: gone for everybody; the object is still to be deleted.
	Erasing VersionState = "erasing"
)

// Door says who sealed.
type Door string

const (
	ClientDoor  Door = "client"
	GatewayDoor Door = "gateway"
)

// Version is one immutable sealed object, docs/{doc}/{version}.age. The
// server knows its size and hash, never its name or type.
type Version struct {
	Doc        DocumentID
	ID         VersionID
	Safe       SafeID
	State      VersionState
	Sealed     int64 // announced, then verified, length in bytes
	SHA256     [32]byte
	Door       Door
	Depositor  string // account or system id
	Origin     AdministrationID
	OriginName string
	// Grant is the holder's own sealed grant or deposit slip; nil until
	// Inbox or Kept.
	Grant []byte
	Key   string // Idempotency-Key of the reservation, scoped to the depositor
	// Content is the commitment of whoever sealed to the plain bytes (SPEC.md
	// §9): 64 hexadecimal digits that nobody here can open; "" when there is none.
	Content string
	Created time.Time
	Expires time.Time // of a reservation or of an unadopted upload
	At      time.Time // when it became Stored or Inbox; of a document's versions, the one adopted last has the latest
}

// Object is the key of the sealed bytes in the object store.
func (v Version) Object() string { return "docs/" + string(v.Doc) + "/" + string(v.ID) + ".age" }

// Grant is the sealed key of one version for one administration.
type Grant struct {
	ID             GrantID
	Safe           SafeID
	Doc            DocumentID
	Version        VersionID
	Administration AdministrationID
	Service        string
	Purpose        string
	Procedure      string
	Sealed         []byte
	Key            string // Idempotency-Key, scoped to the safe
	Created        time.Time
	NotAfter       time.Time
	Ended          time.Time // zero while live
	Opened         time.Time // last release, zero if none
	Openings       int64
	MostOpenings   int64     // 0 is any number
	Request        RequestID // that it answers; "" is none
	Kind           string    // that the document was given as; "" is not said

	// Read with the row, for lists.
	AdministrationName string
	Holder             string
	DocSealed          int64
	Reference          string // of the request that it answers

	// Copies are what became of it; nil while it was never opened.
	Copies *Copies
}

// Service is a counter of an administration (état civil, CCAS, …).
type Service struct {
	ID   string
	Name string
}

// Administration is an organisation with a SIRET and a key of its own.
type Administration struct {
	ID        AdministrationID
	SIRET     string
	Name      string
	Services  []Service
	VK        []byte // nil until its key is made
	Recipient string
	Epoch     int64
	KeyLeaf   int64  // -1 until sequenced
	Logo      string // SHA-256 of its bytes, in hex; empty is none
}

// RegisteredSystem is a machine of an administration that authenticates by
// private_key_jwt.
type RegisteredSystem struct {
	ID             SystemID
	Administration AdministrationID
	Name           string
	Scopes         []string
	KeySet         []byte // JWK set, public keys only
	Created        time.Time
}

// Address lets one administration deposit in one safe (O21).
type Address struct {
	ID                 AddressID
	Safe               SafeID
	Administration     AdministrationID
	AdministrationName string
	Key                string
	Created            time.Time
	Ended              time.Time
}
