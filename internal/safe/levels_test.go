package safe_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// TestLevelsAreTheOperators (O8): what he writes holds, what he mistypes is
// refused with what there is, and nobody is left to guess.
func TestLevelsAreTheOperators(t *testing.T) {
	got, err := safe.LevelsOf(map[string]int{"recover": 2, "share": 3})
	must(t, err)
	if len(got) != 2 || got[safe.ActRecover] != 2 || got[safe.ActShare] != 3 {
		t.Errorf("levels are %v", got)
	}
	for name, c := range map[string]struct {
		written map[string]int
		want    string
	}{
		"an act that is none":   {map[string]int{"recuperer": 2}, "recover"},
		"an act of the machine": {map[string]int{"register": 2}, "there is no act"},
		"level 0":               {map[string]int{"share": 0}, "write 1, 2 or 3"},
		"level 4":               {map[string]int{"share": 4}, "write 1, 2 or 3"},
	} {
		if got, err := safe.LevelsOf(c.written); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	for act := range safe.DefaultPolicy().Levels { // none is forgotten
		if _, err := safe.LevelsOf(map[string]int{string(act): 1}); err != nil || len(act.By()) == 0 {
			t.Errorf("%s: %v, for %v", act, err, act.By())
		}
	}
	if !slices.Contains(safe.ActShare.By(), safe.Citizen) || !slices.Contains(safe.ActReceive.By(), safe.Agent) {
		t.Error("acts are somebody else's")
	}
}

// TestTooLowSaysHowHigh: the caller can be told what to ask for.
func TestTooLowSaysHowHigh(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "angela")
	strict := w.with(func(c *safe.Config) { c.Policy.Levels = map[safe.Act]int{safe.ActExport: 3} })
	_, err := strict.Export(w.ctx, c.Actor)
	var refused *safe.Error
	if !errors.As(err, &refused) || refused.Kind != safe.LevelTooLow || refused.Level != 3 {
		t.Errorf("error is %+v", err)
	}
}

// TestAHelpersHandIsInTheJournal: in every entry, from the log-in on, done or
// refused.
func TestAHelpersHandIsInTheJournal(t *testing.T) {
	w := newWorld(t)
	c := w.citizen(t, "marcel")
	d := c.put(t, 1000)
	helped := c.Actor
	helped.Through = "Aidants Connect"
	_, err := w.ReleaseOwn(w.ctx, helped, d.v.Doc)
	must(t, err)
	if e := w.events(t, c.Safe)[0]; e.What != journal.WhatDocumentOpened || e.Who.Through != "Aidants Connect" {
		t.Errorf("the journal says %+v", e)
	}
	strict := w.with(func(c *safe.Config) { c.Policy.Levels = map[safe.Act]int{safe.ActExport: 3} })
	_, err = strict.Export(w.ctx, helped)
	wantKind(t, err, safe.LevelTooLow)
	if e := w.events(t, c.Safe)[0]; e.Result != journal.ResultRefused || e.Who.Through != "Aidants Connect" {
		t.Errorf("the journal says %+v", e)
	}
	_, err = w.ReleaseOwn(w.ctx, c.Actor, d.v.Doc)
	must(t, err)
	if e := w.events(t, c.Safe)[0]; e.Who.Through != "" {
		t.Errorf("her own hand is said to be a helper's: %+v", e)
	}
}
