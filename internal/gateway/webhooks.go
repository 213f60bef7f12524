package gateway

import (
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

type webhookView struct {
	ID      string     `json:"id"`
	URL     string     `json:"url"`
	State   string     `json:"state"`
	Created time.Time  `json:"created"`
	Told    *time.Time `json:"told,omitempty"`
	Failed  *time.Time `json:"failed,omitempty"`
	Retry   *time.Time `json:"retry,omitempty"`
	Reason  string     `json:"reason,omitempty"`
}

func viewWebhook(h safe.WebhookView) webhookView {
	v := webhookView{
		ID: string(h.ID), URL: h.URL, State: "new", Created: h.Created.UTC(),
		Told: optional(h.Reach.Told), Failed: optional(h.Reach.Failed), Retry: optional(h.Reach.Retry), Reason: h.Reach.Reason,
	}
	switch {
	case v.Failed != nil:
		v.State = "failing"
	case v.Told != nil:
		v.State = "active"
	}
	return v
}

type webhooksView struct {
	Hosts []string      `json:"hosts"`
	Items []webhookView `json:"items"`
}

func (g *Gateway) listWebhooks(w http.ResponseWriter, r *http.Request) error {
	all, err := g.safe.Webhooks(r.Context(), actor(r))
	if err != nil {
		return err
	}
	out := webhooksView{Hosts: append([]string{}, g.safe.Outlets().Hosts...), Items: []webhookView{}}
	for _, h := range all {
		out.Items = append(out.Items, viewWebhook(h))
	}
	return writeJSON(w, http.StatusOK, out)
}

func (g *Gateway) registerWebhook(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		URL string `json:"url"`
	}
	if err := decodeJSON(r, &in); err != nil {
		return err
	}
	h, err := g.safe.RegisterWebhook(r.Context(), actor(r), in.URL)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, viewWebhook(safe.WebhookView{Webhook: h}))
}

func (g *Gateway) endWebhook(w http.ResponseWriter, r *http.Request) error {
	id, err := safe.ParseID[safe.WebhookID](mux.Vars(r)["id"])
	if err != nil {
		return err
	}
	if err := g.safe.EndWebhook(r.Context(), actor(r), id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// getWebhookKey is what a receiver verifies calls with.
func (g *Gateway) getWebhookKey(w http.ResponseWriter, _ *http.Request) error {
	if g.webhookKey == "" {
		return problem.New("not-found")
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := w.Write([]byte(g.webhookKey + "\n"))
	return err
}
