package gateway

import (
	"encoding/hex"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// The JSON of openapi.yaml. Times are RFC 3339 in UTC, hashes hexadecimal,
// bytes base64 by encoding/json.

type serviceView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type administrationView struct {
	ID        string        `json:"id"`
	Name      string        `json:"name"`
	SIRET     string        `json:"siret"`
	Services  []serviceView `json:"services"`
	Recipient string        `json:"recipient,omitempty"`
	VK        []byte        `json:"vk,omitempty"`
	Epoch     int64         `json:"epoch,omitempty"`
	Key       *journal.Leaf `json:"key,omitempty"`
	Logo      string        `json:"logo,omitempty"`
}

func viewAdministration(a safe.AdministrationView) administrationView {
	v := administrationView{
		ID: string(a.ID), Name: a.Name, SIRET: a.SIRET, Services: []serviceView{},
		Recipient: a.Recipient, VK: a.VK, Epoch: a.Epoch, Key: a.Key, Logo: a.Logo,
	}
	for _, s := range a.Services {
		v.Services = append(v.Services, serviceView(s))
	}
	return v
}

type limitsView struct {
	Document int64 `json:"document"`
	Safe     int64 `json:"safe"`
}

type safeView struct {
	ID        string        `json:"id"`
	State     string        `json:"state"`
	Documents int64         `json:"documents"`
	Inbox     int64         `json:"inbox"`
	Used      int64         `json:"used"`
	Limits    limitsView    `json:"limits"`
	Recipient string        `json:"recipient,omitempty"`
	VK        []byte        `json:"vk,omitempty"`
	Key       *journal.Leaf `json:"key,omitempty"`
	Exposed   *time.Time    `json:"exposed,omitempty"`
}

func viewSafe(v safe.SafeView) safeView {
	state := "absent"
	if v.Open {
		state = "open"
	}
	return safeView{
		ID: string(v.Safe.ID), State: state, Documents: v.Usage.Documents, Inbox: v.Usage.Inbox, Used: v.Usage.Bytes,
		Limits: limitsView(v.Limits), Recipient: v.Safe.Recipient, VK: v.Safe.VK, Key: v.Key,
		Exposed: optional(v.Safe.Exposed),
	}
}

type storedView struct {
	Doc       string    `json:"doc"`
	Version   string    `json:"version"`
	Depositor string    `json:"depositor"`
	Deposited time.Time `json:"deposited"`
	Sealed    int64     `json:"sealed"`
	Algorithm string    `json:"algorithm"`
	SHA256    string    `json:"sha256"`
	Door      string    `json:"door"`
}

func viewStored(v safe.Version) storedView {
	return storedView{
		Doc: string(v.Doc), Version: string(v.ID), Depositor: v.Depositor, Deposited: v.At.UTC(), Sealed: v.Sealed,
		Algorithm: "SHA-256", SHA256: hex.EncodeToString(v.SHA256[:]), Door: string(v.Door),
	}
}

type eventView struct {
	Event string        `json:"event"`
	Salt  []byte        `json:"salt"`
	Leaf  *journal.Leaf `json:"leaf,omitempty"`
}

func viewProof(p safe.Proof) eventView {
	return eventView{Event: string(p.Event), Salt: p.Salt[:], Leaf: &p.Leaf}
}

type releaseView struct {
	Doc     string        `json:"doc"`
	Version string        `json:"version"`
	Sealed  int64         `json:"sealed"`
	SHA256  string        `json:"sha256"`
	Grant   []byte        `json:"grant"`
	VK      []byte        `json:"vk,omitempty"`
	Key     *journal.Leaf `json:"key,omitempty"`
	Proof   eventView     `json:"proof"`
	// Mandate and Deposit come with what a mediator gives.
	Mandate []byte     `json:"mandate,omitempty"`
	Deposit *eventView `json:"deposit,omitempty"`
}

func viewRelease(r safe.Release) releaseView {
	v := releaseView{
		Doc: string(r.Version.Doc), Version: string(r.Version.ID), Sealed: r.Version.Sealed,
		SHA256: hex.EncodeToString(r.Version.SHA256[:]), Grant: r.Grant, VK: r.VK, Key: r.Key, Proof: viewProof(r.Proof),
		Mandate: r.Mandate,
	}
	if r.Deposit != nil {
		in := viewProof(*r.Deposit)
		v.Deposit = &in
	}
	return v
}

type grantView struct {
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
	State              string     `json:"state"`
	Ended              *time.Time `json:"ended,omitempty"`
	Opened             *time.Time `json:"opened,omitempty"`
	Openings           int64      `json:"openings"`
	MostOpenings       int64      `json:"mostOpenings,omitempty"`
	Used               bool       `json:"used,omitempty"`
	Request            string     `json:"request,omitempty"`
	Kind               string     `json:"kind,omitempty"`
	Reference          string     `json:"reference,omitempty"`
	Safe               string     `json:"safe,omitempty"`
	Sealed             int64      `json:"sealed"`
	Acknowledgement    *saidView  `json:"acknowledgement,omitempty"`
	Deletion           *saidView  `json:"deletion,omitempty"`
	DeleteBy           *time.Time `json:"deleteBy,omitempty"`
	Overdue            bool       `json:"overdue,omitempty"`
}

// viewGrant shows whose it is only to the administration.
func viewGrant(g safe.Grant, now time.Time, toOffice bool) grantView {
	v := grantView{
		ID: string(g.ID), Doc: string(g.Doc), Version: string(g.Version), Administration: string(g.Administration),
		AdministrationName: g.AdministrationName, Service: g.Service, Purpose: g.Purpose, Procedure: g.Procedure,
		Created: g.Created.UTC(), NotAfter: g.NotAfter.UTC(), State: "live", Ended: optional(g.Ended), Opened: optional(g.Opened),
		Openings: g.Openings, MostOpenings: g.MostOpenings, Used: g.Used(), Request: string(g.Request), Kind: g.Kind, Sealed: g.DocSealed,
	}
	switch {
	case !g.Ended.IsZero():
		v.State = "ended"
	case !g.Live(now):
		v.State = "expired"
	}
	viewCopies(&v, g.Copies, now)
	if toOffice {
		v.Holder, v.Safe, v.Reference = g.Holder, string(g.Safe), g.Reference
	}
	return v
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

type depositView struct {
	Doc        string    `json:"doc"`
	Version    string    `json:"version"`
	Origin     string    `json:"origin"`
	OriginName string    `json:"originName"`
	Deposited  time.Time `json:"deposited"`
	Sealed     int64     `json:"sealed"`
	SHA256     string    `json:"sha256"`
}

type addressView struct {
	ID                 string    `json:"id"`
	Administration     string    `json:"administration"`
	AdministrationName string    `json:"administrationName"`
	Created            time.Time `json:"created"`
}

func viewAddress(a safe.Address) addressView {
	return addressView{
		ID: string(a.ID), Administration: string(a.Administration), AdministrationName: a.AdministrationName, Created: a.Created.UTC(),
	}
}

// list is every page of items; next is absent on the last one.
type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

func listOf[T, V any](items []T, next string, view func(T) V) list[V] {
	l := list[V]{Items: make([]V, len(items)), Next: next}
	for i, it := range items {
		l.Items[i] = view(it)
	}
	return l
}
