package client

import (
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// The JSON of openapi.yaml, as answered.

// Site is who hosts this safe.
type Site struct {
	Name         string   `json:"name"`
	Mode         string   `json:"mode"`
	Version      string   `json:"version"`
	TermsVersion string   `json:"termsVersion"`
	LogKey       string   `json:"logKey"`
	Policy       string   `json:"policy"` // of witnesses; "" asks for none
	Limits       Limits   `json:"limits"`
	Languages    []string `json:"languages"`
}

// Limits in bytes.
type Limits struct {
	Document int64 `json:"document"`
	Safe     int64 `json:"safe"`
}

// Terms in force, by language.
type Terms struct {
	Version string                    `json:"version"`
	SHA256  string                    `json:"sha256"`
	Texts   map[string][]TermsSection `json:"texts"`
}

// TermsSection is a title with its paragraphs.
type TermsSection struct {
	Title string   `json:"title"`
	Body  []string `json:"body"`
}

// Me is who is logged in.
type Me struct {
	Kind          string          `json:"kind"`
	Account       string          `json:"account"`
	Name          string          `json:"name"`
	Level         string          `json:"level"`
	Provider      string          `json:"provider"`
	Session       MeSession       `json:"session"`
	TermsAccepted string          `json:"termsAccepted"`
	Safe          *MeSafe         `json:"safe"`
	Office        *Administration `json:"administration"`
}

// MeSession is the session of the request.
type MeSession struct {
	ID      string    `json:"id"`
	Expires time.Time `json:"expires"`
}

// MeSafe is the safe reserved for the account; State is "absent" or "open".
type MeSafe struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

// Figures of a safe.
type Figures struct {
	ID        string        `json:"id"`
	State     string        `json:"state"`
	Documents int64         `json:"documents"`
	Inbox     int64         `json:"inbox"`
	Used      int64         `json:"used"` // bytes
	Limits    Limits        `json:"limits"`
	Recipient string        `json:"recipient"`
	VK        []byte        `json:"vk"`
	Key       *journal.Leaf `json:"key"`
}

// Upload is a reservation.
type Upload struct {
	Doc     string    `json:"doc"`
	Version string    `json:"version"`
	Expires time.Time `json:"expires"`
}

// Stored is the technical metadata of a version (NF Z42-020).
type Stored struct {
	Doc       string    `json:"doc"`
	Version   string    `json:"version"`
	Depositor string    `json:"depositor"`
	Deposited time.Time `json:"deposited"`
	Sealed    int64     `json:"sealed"`
	Algorithm string    `json:"algorithm"`
	SHA256    string    `json:"sha256"`
	Door      string    `json:"door"`
}

// Proof is an event with its place in the log.
type Proof struct {
	Event string        `json:"event"`
	Salt  []byte        `json:"salt"`
	Leaf  *journal.Leaf `json:"leaf"`
}

// Release is a sealed grant with the proof that the journal tells of it.
type Release struct {
	Doc     string        `json:"doc"`
	Version string        `json:"version"`
	Sealed  int64         `json:"sealed"`
	SHA256  string        `json:"sha256"`
	Grant   []byte        `json:"grant"`
	VK      []byte        `json:"vk"`
	Key     *journal.Leaf `json:"key"`
	Proof   Proof         `json:"proof"`
	// Mandate, signed, of a mediator who gave it; and the deposit under it by which
	// the document came in, when the mandate does not name it.
	Mandate []byte `json:"mandate,omitempty"`
	Deposit *Proof `json:"deposit,omitempty"`
}

// Deposit waits in the inbox.
type Deposit struct {
	Doc        string    `json:"doc"`
	Version    string    `json:"version"`
	Origin     string    `json:"origin"`
	OriginName string    `json:"originName"`
	Deposited  time.Time `json:"deposited"`
	Sealed     int64     `json:"sealed"`
	SHA256     string    `json:"sha256"`
}

// Address lets one administration deposit.
type Address struct {
	ID                 string    `json:"id"`
	Administration     string    `json:"administration"`
	AdministrationName string    `json:"administrationName"`
	Created            time.Time `json:"created"`
}

// Grant is a share, as the gateway lists it: to be shown, not to be believed.
type Grant struct {
	ID                 string     `json:"id"`
	Doc                string     `json:"doc"`
	Version            string     `json:"version"`
	Administration     string     `json:"administration"`
	AdministrationName string     `json:"administrationName"`
	Service            string     `json:"service,omitempty"`
	Holder             string     `json:"holder,omitempty"`
	Purpose            string     `json:"purpose"`
	Procedure          string     `json:"procedure,omitempty"`
	Created            time.Time  `json:"created"`
	NotAfter           time.Time  `json:"notAfter"`
	State              string     `json:"state"` // live, expired, ended
	Ended              *time.Time `json:"ended,omitempty"`
	Opened             *time.Time `json:"opened,omitempty"`
	Openings           int64      `json:"openings"`
	MostOpenings       int64      `json:"mostOpenings,omitempty"` // 0 is any number
	Used               bool       `json:"used,omitempty"`         // opened as often as that
	Request            string     `json:"request,omitempty"`      // that it answers
	Kind               string     `json:"kind,omitempty"`         // that the document was given as
	Safe               string     `json:"safe,omitempty"`         // shown to the administration
	Sealed             int64      `json:"sealed"`
	Acknowledgement    *Said      `json:"acknowledgement,omitempty"` // of the last retrieval
	Deletion           *Said      `json:"deletion,omitempty"`
	DeleteBy           *time.Time `json:"deleteBy,omitempty"` // of copies that there may be
	Overdue            bool       `json:"overdue,omitempty"`
	End                *Proof     `json:"end,omitempty"` // with DueProven: that the citizen has ended it
}

// Said is what an administration has signed of a grant (SPEC.md §14): Outcome of a
// retrieval, or How copies were deleted.
type Said struct {
	Outcome string    `json:"outcome,omitempty"`
	How     string    `json:"how,omitempty"`
	At      time.Time `json:"at"`
	Signed  []byte    `json:"signed"`
	VK      []byte    `json:"vk"`
}

// Administration with its key and the leaf that carries it.
type Administration struct {
	ID        string        `json:"id"`
	Name      string        `json:"name"`
	SIRET     string        `json:"siret"`
	Services  []Service     `json:"services"`
	Recipient string        `json:"recipient"`
	VK        []byte        `json:"vk"`
	Epoch     int64         `json:"epoch"`
	Key       *journal.Leaf `json:"key"`
}

// Service of an administration.
type Service struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// DepositReceipt is what a depositor keeps.
type DepositReceipt struct {
	Doc           string    `json:"doc"`
	Version       string    `json:"version"`
	Deposited     time.Time `json:"deposited"`
	Size          int64     `json:"size"`
	ContentSHA256 string    `json:"contentSha256"`
	Sealed        int64     `json:"sealed"`
	SHA256        string    `json:"sha256"`
	Nonce         []byte    `json:"nonce"` // opens the commitment to the content
	Proof         Proof     `json:"proof"`
}

// JournalPage is a piece of the journal, newest first, as answered.
type JournalPage struct {
	Items []struct {
		Event  string   `json:"event"`
		Salt   []byte   `json:"salt"`
		Cursor string   `json:"cursor"`
		Index  *int64   `json:"index"`
		Path   [][]byte `json:"path"`
	} `json:"items"`
	Checkpoint string `json:"checkpoint"`
	Next       string `json:"next"`
}

type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next"`
}
