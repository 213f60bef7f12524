package gateway

import (
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// codesAnHour bounds how many mails somebody has sent to addresses that may be
// other people's.
const codesAnHour = 5

type noticeView struct {
	ID       string     `json:"id"`
	Way      string     `json:"way"`
	State    string     `json:"state"`
	Address  string     `json:"address,omitempty"`
	Language string     `json:"language"`
	Created  time.Time  `json:"created"`
	Told     *time.Time `json:"told,omitempty"`
	Failed   *time.Time `json:"failed,omitempty"`
}

func viewNotice(n safe.NoticeView) noticeView {
	v := noticeView{
		ID: string(n.ID), Way: string(n.Way), State: "active", Address: n.Address, Language: n.Language, Created: n.Created.UTC(),
		Told: optional(n.Reach.Told), Failed: optional(n.Reach.Failed),
	}
	switch {
	case n.Address == "": // sealed by a key that the operator has lost
		v.State = "lost"
	case n.Confirmed.IsZero():
		v.State = "unconfirmed"
	case v.Failed != nil:
		v.State = "failing"
	}
	return v
}

type noticesView struct {
	Offered []safe.Way   `json:"offered"`
	PushKey []byte       `json:"pushKey,omitempty"`
	Items   []noticeView `json:"items"`
}

func (g *Gateway) listNotices(w http.ResponseWriter, r *http.Request) error {
	all, err := g.safe.Notices(r.Context(), actor(r))
	if err != nil {
		return err
	}
	out := noticesView{Offered: g.safe.Outlets().Offers(), PushKey: g.safe.Outlets().PushKey, Items: []noticeView{}}
	for _, n := range all {
		out.Items = append(out.Items, viewNotice(n))
	}
	return writeJSON(w, http.StatusOK, out)
}

func (g *Gateway) chooseNotice(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Way      string `json:"way"`
		Address  string `json:"address"`
		Language string `json:"language"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	a := actor(r)
	choose := g.safe.ChooseEmail
	switch safe.Way(in.Way) {
	case safe.ByEmail:
		if err := g.count(r.Context(), g.limiter, "notice/"+string(a.Account), codesAnHour, time.Hour); err != nil {
			return err
		}
	case safe.ByPush:
		choose = g.safe.ChoosePush
	case safe.ByWebhook:
		fallthrough
	default:
		return problem.New("invalid")
	}
	n, err := choose(r.Context(), a, in.Address, in.Language)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, viewNotice(n))
}

func noticeOf(r *http.Request) (safe.NoticeID, error) {
	return safe.ParseID[safe.NoticeID](mux.Vars(r)["id"])
}

func (g *Gateway) confirmNotice(w http.ResponseWriter, r *http.Request) error {
	id, err := noticeOf(r)
	if err != nil {
		return err
	}
	var in struct {
		Code string `json:"code"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	if err := g.safe.ConfirmNotice(r.Context(), actor(r), id, in.Code); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (g *Gateway) endNotice(w http.ResponseWriter, r *http.Request) error {
	id, err := noticeOf(r)
	if err != nil {
		return err
	}
	if err := g.safe.EndNotice(r.Context(), actor(r), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
