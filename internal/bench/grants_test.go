package bench

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// wantListed is how many pages of shares a second are asked of a gateway whose
// database has a million of them.
const wantListed = 1000

// listing is one question, with a credential, asked so often.
type listing struct {
	name, path, header string
	times              int
}

// BenchmarkGrants lists what was shared with an administration, as its agents
// and systems do, among a million shares in PostgreSQL, with sessions in Redis;
// then it prints how the database answered each.
func BenchmarkGrants(b *testing.B) {
	g := newGranting(b)
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	model, _, load := machine()
	fmt.Printf("\n%s, %s, load %s at the start\n\n", time.Now().UTC().Format(time.DateOnly), model, load)
	fmt.Fprintf(out, "%s shares, 16 callers at once\trate\talone, median\tprocessor time of one: gateway\tdatabase\tcaller\t\n",
		g.db.Query(b, `SELECT count(*) FROM grants`))
	all := g.listings(b)
	b.Cleanup(func() { must(b, out.Flush()) })
	for b.Loop() {
		for _, l := range all {
			g.measure(b, out, l)
		}
	}
	for _, l := range all {
		if l.header != g.system { // whose token may be over by now; an agent's page is the same
			fmt.Printf("\n%s\n%s", l.name, g.plan(b, l))
		}
	}
}

func (g *granting) listings(b *testing.B) []listing {
	b.Helper()
	const path = "/api/v1/administration/grants"
	middle := g.middle(b)
	return []listing{
		{"system, first 50", path, g.system, 1500},
		{"system, 50 in the middle", path + "?after=" + middle, g.system, 1500},
		{"agent, first 50", path, g.agent, 1500},
		{"agent, first 200", path + "?limit=200", g.agent, 1000},
		{"agent, 50 in the middle", path + "?after=" + middle, g.agent, 1500},
		{"agent of a small service, first 50", path, g.narrow, 1500},
		{"agent of a small service, 50 in the middle", path + "?after=" + middle, g.narrow, 1500},
		{"agent, those in force", path + "?state=live", g.agent, 1000},
		{"agent, those ended", path + "?state=ended", g.agent, 1000},
		{"agent, past ones (there are none)", path + "?state=expired", g.agent, 30},
		{"agent, of a small service", path + "?service=ccas", g.agent, 1000},
		{"agent, of a rare kind", path + "?kind=diploma", g.agent, 100},
		{"agent, of a reference", path + "?reference=2026-0042", g.agent, 100},
		{"agent, by a citizen's name", path + "?q=4711", g.agent, 16},
		{"agent, by words that nobody wrote", path + "?q=introuvable", g.agent, 16},
	}
}

func (g *granting) measure(b *testing.B, out io.Writer, l listing) {
	b.Helper()
	n := l.times
	one := func() error { return g.ask(l) }
	took(b, min(n, 100), atOnce, one) // statements are prepared, and pages read
	used := func() [3]float64 { return [3]float64{cpu(b, g.pid), postgresCPU(b, g.db.PID()), cpu(b, os.Getpid())} }
	before := used()
	t := took(b, n, atOnce, one)
	after := used()
	var alone []time.Duration
	for range min(n, 100) {
		alone = append(alone, took(b, 1, 1, one))
	}
	fmt.Fprintf(out, "%s\t%.0f/s\t%.1f ms", l.name, float64(n)/t.Seconds(), median(alone).Seconds()*1000)
	for i := range after {
		fmt.Fprintf(out, "\t%.2f ms", (after[i]-before[i])/float64(n)*1000)
	}
	fmt.Fprintln(out, "\t")
	if got := float64(n) / t.Seconds(); got < wantListed {
		fmt.Printf("below target: %s: %.0f/s, want %d\n", l.name, got, wantListed)
	}
}

// plan is how the database answers, as it says itself when it really does.
func (g *granting) plan(b *testing.B, l listing) string {
	b.Helper()
	g.explain(b, "0")
	defer g.explain(b, "-1")
	from := len(g.db.Log(0))
	must(b, g.ask(l))
	said := g.db.Log(0)[from:]
	_, found, ok := strings.Cut(said, "FROM grants")
	if !ok {
		return said
	}
	_, found, _ = strings.Cut(found, "\n")
	var plan strings.Builder
	for text := range strings.Lines(found) {
		if !strings.HasPrefix(text, "\t") {
			break
		}
		plan.WriteString(text)
	}
	return plan.String()
}

// explain has the database write down how it does what takes so long, in
// milliseconds; -1 is nothing.
func (g *granting) explain(b *testing.B, least string) {
	b.Helper()
	g.db.Query(b, `ALTER SYSTEM SET auto_explain.log_min_duration = `+least)
	g.db.Query(b, `SELECT pg_reload_conf()`)
	for g.db.Query(b, `SHOW auto_explain.log_min_duration`) != least {
		time.Sleep(10 * time.Millisecond)
	}
}
