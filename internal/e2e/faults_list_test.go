package e2e_test

import (
	"net/http"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// fault is one bad day.
type fault struct {
	name   string
	strike func(w *ward)
	mend   func(w *ward)
	// at is the moment of a step's own request at which it strikes: such a
	// step has begun when all was well. "" is before the first step, and all
	// of them meet it.
	at string
	// races says that a step may come through or not, by chance; those that do
	// not are told this.
	races string
	// loggedOut says that nobody's session is left when it is mended.
	loggedOut bool
}

const (
	slowly = 200 * time.Millisecond
	// aRoundTrip is asked for dozens of times by one act.
	aRoundTrip = 10 * time.Millisecond
)

// toldOf waits until citizen and agent are told so: for a moment the gateway
// goes on with the sessions that it has read.
func (w *ward) toldOf(slug string) {
	w.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		_, err := w.citizen.Me(w.t.Context())
		_, agents := w.office.Accept(w.t.Context(), strings.Repeat("a", 26)) // nobody's
		switch {
		case client.IsProblem(err, slug) && client.IsProblem(agents, slug):
			return
		case time.Now().After(deadline):
			w.t.Fatalf("%s is expected; told are %v and %v", slug, err, agents)
		}
	}
}

// bothWays spoils the two halves of a line.
func bothWays(how func(servers.Direction)) {
	how(servers.ToServer)
	how(servers.FromServer)
}

func faultsOfObjects() []fault {
	forge := func(instead func(http.ResponseWriter, *http.Request) bool, change func(*http.Response) error) func(w *ward) {
		return func(w *ward) { w.forger.tell(instead, change) }
	}
	honest, whole := forge(nil, nil), func(w *ward) { w.objects.Mend() }
	return []fault{
		{name: "object store slow", strike: func(w *ward) { w.objects.Slow(servers.FromServer, slowly) }, mend: whole},
		{name: "object store down", strike: func(w *ward) { w.objects.Refuse() }, mend: whole},
		{name: "object store goes down in mid-flight", at: halfway, strike: func(w *ward) { w.objects.Refuse() }, mend: whole},
		{name: "object store hangs", strike: func(w *ward) { w.objects.Hang(servers.FromServer) }, mend: whole},
		{name: "object store hangs in mid-flight", at: halfway, strike: func(w *ward) { bothWays(w.objects.Hang) }, mend: whole},
		{name: "line to the object store cut after 20 kB", strike: func(w *ward) {
			bothWays(func(d servers.Direction) { w.objects.Cut(d, 20_000) })
		}, mend: whole},
		{
			name:   "object store answers 503 to everything",
			strike: forge(refusing(http.StatusServiceUnavailable, "SlowDown", "GET", "PUT", "POST", "HEAD", "DELETE"), nil), mend: honest,
		},
		{name: "object store full", strike: forge(refusing(http.StatusInsufficientStorage, "XMinioStorageFull", "PUT", "POST"), nil), mend: honest},
		{name: "object store gives other bytes", strike: forge(nil, flipped), mend: honest},
	}
}

func faultsOfRows() []fault {
	whole := func(w *ward) { w.rows.Mend() }
	return []fault{
		{name: "database slow", strike: func(w *ward) { w.rows.Slow(servers.FromServer, aRoundTrip) }, mend: whole},
		{name: "database down", strike: func(w *ward) { w.rows.Refuse() }, mend: whole},
		{
			name: "database killed in mid-flight, another takes over", at: sent, races: "unavailable",
			strike: func(w *ward) {
				w.postgres.Kill()
				must(w.t, w.postgres.Restart(w.t.Context()))
			},
			mend: func(*ward) {},
		},
		{
			name: "database read-only",
			strike: func(w *ward) {
				w.postgres.Query(w.t, "ALTER SYSTEM SET default_transaction_read_only = on")
				w.postgres.Query(w.t, "SELECT pg_reload_conf()")
				w.rows.Mend() // every connection is a new one, with it
			},
			mend: func(w *ward) {
				w.postgres.Query(w.t, "ALTER SYSTEM RESET default_transaction_read_only")
				w.postgres.Query(w.t, "SELECT pg_reload_conf()")
			},
		},
	}
}

func faultsOfState() []fault {
	whole, nothing := func(w *ward) { w.state.Mend() }, func(*ward) {}
	return []fault{
		{name: "Redis slow", strike: func(w *ward) { w.state.Slow(servers.FromServer, slowly) }, mend: whole},
		{
			name: "Redis killed, and back with nothing in it", loggedOut: true, mend: func(w *ward) { w.redis.Restart(w.t) },
			strike: func(w *ward) { w.redis.Kill(); w.toldOf("unavailable") },
		},
		{name: "Redis hangs", mend: whole, strike: func(w *ward) { bothWays(w.state.Hang); w.toldOf("unavailable") }},
		{
			name: "Redis emptied", loggedOut: true, mend: nothing,
			strike: func(w *ward) { w.redis.Command(w.t, "FLUSHALL"); w.toldOf("session-expired") },
		},
		{
			name: "Redis emptied in mid-flight", at: halfway, races: "session-expired", loggedOut: true, mend: nothing,
			strike: func(w *ward) { w.redis.Command(w.t, "FLUSHALL") },
		},
	}
}
