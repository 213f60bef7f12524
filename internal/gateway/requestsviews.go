package gateway

import (
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

type kindView struct {
	Code    string   `json:"code"`
	Group   string   `json:"group"`
	French  string   `json:"fr"`
	English string   `json:"en"`
	Or      []string `json:"or"`
}

// requestView is a request with what it takes to believe it.
type requestView struct {
	ID             string             `json:"id"`
	State          string             `json:"state"`
	Request        []byte             `json:"request"` // signed
	Administration administrationView `json:"administration"`
}

func viewRequest(v safe.RequestView, now time.Time) requestView {
	return requestView{
		ID: string(v.Request.ID), State: v.Request.State(now), Request: v.Request.Body, Administration: viewAdministration(v.Administration),
	}
}

// requestSummary is what lists show: the server's word, believed once the
// request itself is opened.
type requestSummary struct {
	ID                 string     `json:"id"`
	Administration     string     `json:"administration"`
	AdministrationName string     `json:"administrationName"`
	Service            string     `json:"service,omitempty"`
	Procedure          string     `json:"procedure"`
	Purpose            string     `json:"purpose"`
	Reference          string     `json:"reference,omitempty"`
	State              string     `json:"state"`
	Created            time.Time  `json:"created"`
	AnswerBy           time.Time  `json:"answerBy"`
	NotAfter           time.Time  `json:"notAfter"`
	Closed             *time.Time `json:"closed,omitempty"`
}

func summarise(r safe.Request, now time.Time) requestSummary {
	return requestSummary{
		ID: string(r.ID), Administration: string(r.Administration), AdministrationName: r.AdministrationName, Service: r.Service,
		Procedure: r.Procedure, Purpose: r.Purpose, Reference: r.Reference, State: r.State(now), Created: r.Created.UTC(),
		AnswerBy: r.AnswerBy.UTC(), NotAfter: r.NotAfter.UTC(), Closed: optional(r.Closed),
	}
}

type replyView struct {
	ID         string    `json:"id"`
	Holder     string    `json:"holder,omitempty"`
	Safe       string    `json:"safe,omitempty"`
	State      string    `json:"state"`
	Created    time.Time `json:"created"`
	Changed    time.Time `json:"changed"`
	Given      int64     `json:"given"`
	Refused    []string  `json:"refused"`
	RefusedAll bool      `json:"refusedAll"`
	Waiting    bool      `json:"waiting"`
}

// viewReply shows whose it is only to the administration.
func viewReply(p safe.Reply, toOffice bool) replyView {
	v := replyView{
		ID: string(p.ID), State: p.State(), Created: p.Created.UTC(), Changed: p.Changed.UTC(), Given: p.Given,
		Refused: append([]string{}, p.Refused...), RefusedAll: p.RefusedAll, Waiting: p.Waiting,
	}
	if toOffice {
		v.Holder, v.Safe = p.Holder, string(p.Safe)
	}
	return v
}

type askedView struct {
	Request requestSummary `json:"request"`
	Reply   replyView      `json:"reply"`
}

// sealedNoteView is a note for one of the two sides.
type sealedNoteView struct {
	ID      string        `json:"id"`
	From    string        `json:"from"`
	About   string        `json:"about"`
	Kinds   []string      `json:"kinds"`
	Sealed  []byte        `json:"sealed"`
	VK      []byte        `json:"vk"`
	Key     *journal.Leaf `json:"key,omitempty"`
	Created time.Time     `json:"created"`
}

func viewNotes(all []safe.NoteView, toOffice bool) []sealedNoteView {
	views := make([]sealedNoteView, len(all))
	for i, n := range all {
		views[i] = sealedNoteView{
			ID: string(n.ID), From: n.From, About: n.About, Kinds: append([]string{}, n.Kinds...), Sealed: n.ForSafe,
			VK: n.VK, Key: n.Key, Created: n.Created.UTC(),
		}
		if toOffice {
			views[i].Sealed = n.ForAdministration
		}
	}
	return views
}

type beforeView struct {
	Kind string    `json:"kind"`
	Doc  string    `json:"doc"`
	At   time.Time `json:"at"`
}

type askedDetail struct {
	requestView
	Reply  *replyView       `json:"reply,omitempty"`
	Notes  []sealedNoteView `json:"notes"`
	Grants []grantView      `json:"grants"`
	Before []beforeView     `json:"before"`
}

func (g *Gateway) viewAsked(v safe.CitizenRequest) askedDetail {
	out := askedDetail{
		requestView: viewRequest(v.RequestView, g.now()), Notes: viewNotes(v.Notes, false),
		Grants: listOf(v.Grants, "", g.viewGrantFor(false)).Items, Before: make([]beforeView, len(v.Before)),
	}
	if v.Reply != nil {
		reply := viewReply(*v.Reply, false)
		out.Reply = &reply
	}
	for i, b := range v.Before {
		out.Before[i] = beforeView{Kind: b.Kind, Doc: string(b.Doc), At: b.At.UTC()}
	}
	return out
}

type tallyView struct {
	Given   int64 `json:"given"`
	Refused int64 `json:"refused"`
	Waiting int64 `json:"waiting"`
}

type officeRequestView struct {
	requestSummary
	Request   []byte    `json:"request"`
	By        string    `json:"by"`
	Addressed bool      `json:"addressed"`
	Tally     tallyView `json:"tally"`
}

func viewOfficeRequest(r safe.Request, now time.Time) officeRequestView {
	return officeRequestView{
		requestSummary: summarise(r, now), Request: r.Body, By: r.ByName, Addressed: r.Safe != "", Tally: tallyView(r.Tally),
	}
}

// sideView is one citizen's side of a request, for the administration.
type sideView struct {
	Reply     replyView        `json:"reply"`
	VK        []byte           `json:"vk"`
	Recipient string           `json:"recipient"`
	Key       *journal.Leaf    `json:"key,omitempty"`
	Notes     []sealedNoteView `json:"notes"`
	Grants    []grantView      `json:"grants"`
}

func (g *Gateway) viewSide(v safe.ReplyView) sideView {
	return sideView{
		Reply: viewReply(v.Reply, true), VK: v.Safe.VK, Recipient: v.Safe.Recipient, Key: v.Key,
		Notes: viewNotes(v.Notes, true), Grants: listOf(v.Grants, "", g.viewGrantFor(true)).Items,
	}
}
