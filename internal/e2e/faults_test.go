package e2e_test

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// answerTime is the longest that anybody waits for an answer, whatever is
// broken, with objects.timeout at 2 seconds.
const answerTime = 30 * time.Second

// faultsFile is what operators read. It is found by the test, never written
// by hand.
const (
	faultsFile   = "../../ops/faults.md"
	writeFaults  = "COFFRE_WRITE_FAULTS"
	faultsBegin  = "<!-- found by internal/e2e, TestFaults -->\n"
	faultsEnd    = "<!-- end of what was found -->\n"
	acknowledged = "done"
)

// step is one act of the table.
type step struct {
	name    string
	request moment // its own request, after which it is done
	do      func(ctx context.Context) error
	// is says whether it has happened, once all is mended.
	is func(f facts) bool
}

// facts are what is there when all is mended.
type facts struct {
	docs, inbox map[string]bool
	grants      map[string]client.Grant // by purpose
}

// steps are all acts of a round, on what prepare has made.
func (w *ward) steps(round string) []step {
	put, given, waits, sent := round+"-new", round+"-new", round+"-waits", round+"-sent"
	doc, erased, grant := w.docs[round+"-doc"], w.docs[round+"-erased"], w.grants[round]
	openings := w.facts().grants[round].Openings
	opened, err := w.office.Accept(w.t.Context(), grant.grant.ID)
	must(w.t, err)
	return []step{
		{
			"upload",
			moment{method: http.MethodPut, path: "/versions/"},
			func(ctx context.Context) error { return w.put(ctx, put, 300_000) },
			func(f facts) bool { return f.docs[put] },
		},
		{
			"grant",
			moment{method: http.MethodPost, path: "/safe/grants"},
			func(ctx context.Context) error { return w.share(ctx, given, round+"-doc") },
			func(f facts) bool { return f.grants[given].ID != "" },
		},
		{
			"release",
			moment{method: http.MethodPost, path: "/administration/grants/"},
			func(ctx context.Context) error { _, err := w.office.Accept(ctx, grant.grant.ID); return err },
			func(f facts) bool { return f.grants[round].Openings > openings+1 },
		},
		{
			"fetch",
			moment{method: http.MethodGet, path: "/content"},
			func(ctx context.Context) error { return w.fetch(ctx, grant.grant.ID, opened, doc.plain) },
			nil,
		},
		{
			"end",
			moment{method: http.MethodDelete, path: "/safe/grants/"},
			func(ctx context.Context) error { return w.end(ctx, grant) },
			func(f facts) bool { return f.grants[round].State == "ended" },
		},
		{
			"erase",
			moment{method: http.MethodPut, path: "/safe/manifest"},
			func(ctx context.Context) error { return w.erase(ctx, erased) },
			func(f facts) bool { return !f.docs[round+"-erased"] },
		},
		{
			"deposit",
			moment{method: http.MethodPut, path: "/deposits/"},
			func(ctx context.Context) error { return w.deposit(ctx, sent, cryptorand.Text()) },
			func(f facts) bool { return f.inbox[sent] },
		},
		{
			"adopt",
			moment{method: http.MethodPut, path: "/safe/manifest"},
			func(ctx context.Context) error { return w.adopt(ctx, waits) },
			func(f facts) bool { return f.docs[waits] },
		},
	}
}

func (w *ward) fetch(ctx context.Context, id string, g sealed.OpenedGrant, plain []byte) error {
	out := filepath.Join(w.dir, "fetched")
	err := w.office.Fetch(ctx, id, g, out, client.GetOptions{Force: true})
	if err == nil {
		w.same(out, plain)
	}
	return err
}

// prepare makes what the steps are about, when all is well.
func (w *ward) prepare(round string) {
	w.t.Helper()
	ctx := w.t.Context()
	must(w.t, w.put(ctx, round+"-doc", 300_000))
	must(w.t, w.put(ctx, round+"-erased", 20_000))
	must(w.t, w.share(ctx, round, round+"-doc"))
	must(w.t, w.deposit(ctx, round+"-waits", cryptorand.Text()))
}

// TestFaults: every fault × every act, on production backends. The caller gets
// an honest answer in bounded time; when the fault is mended nobody starts
// anything again, what was acknowledged has happened and opens byte for byte,
// what was refused is there whole or not at all, and `coffred check --deep`
// finds nothing. What callers were told is the table of ops/faults.md.
func TestFaults(t *testing.T) {
	w := newWard(t, rand.New(rand.NewPCG(20261126, 2)))
	all := slices.Concat(faultsOfObjects(), faultsOfRows(), faultsOfState())
	var table strings.Builder
	for i, f := range all {
		round := fmt.Sprintf("f%02d", i)
		w.connect() // on a busy machine a system's token is over before all is done
		w.prepare(round)
		steps := w.steps(round)
		if i == 0 {
			table.WriteString("| fault |")
			for _, s := range steps {
				table.WriteString(" " + s.name + " |")
			}
			table.WriteString("\n|---" + strings.Repeat("|---", len(steps)) + "|\n")
		}
		began := time.Now()
		told := w.suffer(f, steps)
		fmt.Fprintf(&table, "| %s | %s |\n", f.name, strings.Join(told, " | "))
		w.look(false)
		w.sound()
		t.Logf("%s (%s): %s", f.name, time.Since(began).Round(time.Second/10), strings.Join(told, " | "))
	}
	w.g.stop()
	w.g.start()
	w.connect()
	w.look(true)
	w.told()
	sameFile(t, table.String())
}

// suffer does all steps under a fault and gives what was told of each.
func (w *ward) suffer(f fault, steps []step) []string {
	w.t.Helper()
	told := make([]string, len(steps))
	if f.at == "" {
		f.strike(w)
	}
	for i, s := range steps {
		struck := make(chan struct{})
		if f.at != "" {
			s.request.nth, s.request.when = 1, f.at
			w.knife.armWith(s.request, sync.OnceFunc(func() { defer close(struck); f.strike(w) }))
		}
		took, err := w.inTime(s.do)
		told[i] = w.word(f, s, took, err)
		if f.at != "" {
			<-struck
			w.mend(f)
		}
	}
	if f.at == "" {
		w.mend(f)
	}
	there := w.facts()
	for i, s := range steps {
		switch {
		case s.is != nil && told[i] == acknowledged && !s.is(there):
			w.t.Errorf("%s: %s was acknowledged, and has not happened", f.name, s.name)
		case f.races != "":
			if told[i] == acknowledged || told[i] == f.races {
				told[i] = acknowledged + " or " + f.races
			}
		case s.is != nil && told[i] != acknowledged && s.is(there):
			told[i] += ", yet done"
		}
	}
	return told
}

// mend ends a fault and waits until the gateway has found out.
func (w *ward) mend(f fault) {
	w.t.Helper()
	w.knife.arm(moment{})
	f.mend(w)
	w.mended()
	if f.loggedOut {
		w.connect()
	}
}

// word is what the caller was told, in time.
func (w *ward) word(f fault, s step, took time.Duration, err error) string {
	w.t.Helper()
	if took > answerTime {
		w.t.Errorf("%s: %s was answered after %s", f.name, s.name, took)
	}
	var p *client.Problem
	switch {
	case err == nil:
		return acknowledged
	case errors.As(err, &p) && p.Slug() != "internal" && p.Slug() != "unexpected-answer" && p.Detail != "":
		return p.Slug()
	case client.IsAlarm(err):
		return "found out"
	case errors.Is(err, client.ErrOffline) && s.request.method == http.MethodGet:
		return "broken off" // the status had been sent
	}
	w.t.Errorf("%s: %s, after %s, is told nothing that helps: %v", f.name, s.name, took, err)
	return "?"
}

func (w *ward) facts() facts {
	w.t.Helper()
	ctx := w.t.Context()
	f := facts{docs: map[string]bool{}, inbox: map[string]bool{}, grants: map[string]client.Grant{}}
	must(w.t, w.safe.Refresh(ctx))
	for _, d := range w.safe.Manifest().Docs {
		f.docs[d.Name] = true
	}
	list, err := w.safe.Inbox(ctx)
	must(w.t, err)
	for _, d := range list {
		f.inbox[d.Name] = true
	}
	grants, err := w.citizen.Grants(ctx)
	must(w.t, err)
	for _, g := range grants {
		f.grants[g.Purpose] = g
	}
	return f
}

// sameFile compares the table with the one in the tree.
func sameFile(t *testing.T, table string) {
	t.Helper()
	b, err := os.ReadFile(faultsFile)
	must(t, err)
	head, rest, begins := strings.Cut(string(b), faultsBegin)
	found, tail, ends := strings.Cut(rest, faultsEnd)
	switch {
	case !begins || !ends:
		t.Fatalf("%s has no place for the table", faultsFile)
	case found == table:
	case os.Getenv(writeFaults) != "" && !t.Failed():
		must(t, os.WriteFile(faultsFile, []byte(head+faultsBegin+table+faultsEnd+tail), 0o644))
	default:
		t.Errorf("%s says\n%s\nand this run found\n%s\nif that is right: %s=1 go test -tags demo -run TestFaults ./internal/e2e", faultsFile, found, table, writeFaults)
	}
}

// TestKilledOnProductionBackends: some of the moments of TestKilledAtEveryStep,
// on PostgreSQL, Redis and an object store elsewhere.
func TestKilledOnProductionBackends(t *testing.T) {
	all, random := shuffled(t, seed(t, 20261127))
	newWard(t, random).killed(all[:soak(8, len(all))])
}
