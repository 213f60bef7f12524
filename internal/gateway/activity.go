package gateway

import (
	"net/http"
	"strconv"

	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

type activityView struct {
	Year    int             `json:"year"`
	Least   int             `json:"least"` // people that a figure is about
	Periods []periodView    `json:"periods"`
	Rest    *activityMonths `json:"rest,omitempty"`
}

type activityMonths struct {
	First string `json:"first"`
	Last  string `json:"last"`
}

type periodView struct {
	activityMonths
	People   int64            `json:"people"`
	Sessions int64            `json:"sessions"`
	Minutes  int64            `json:"minutes"`
	Acts     map[string]int64 `json:"acts"`
	Total    *int64           `json:"total,omitempty"`
}

func viewActivity(v safe.Activity) activityView {
	out := activityView{Year: v.Year, Least: safe.LeastPeople, Periods: []periodView{}, Rest: (*activityMonths)(v.Rest)}
	for _, p := range v.Periods {
		out.Periods = append(out.Periods, periodView{
			activityMonths: activityMonths(p.ActivityMonths), People: p.People, Sessions: p.Sessions, Minutes: p.Minutes, Acts: p.Acts, Total: p.Total,
		})
	}
	return out
}

// getActivity is of the present year when none is named.
func (g *Gateway) getActivity(w http.ResponseWriter, r *http.Request) error {
	year := g.now().UTC().Year()
	if text := r.URL.Query().Get("year"); text != "" {
		var err error
		if year, err = strconv.Atoi(text); err != nil {
			return problem.Wrap("invalid", err)
		}
	}
	v, err := g.safe.Activity(r.Context(), actor(r), year)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewActivity(v))
}
