package witness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

const (
	// maxLogs is how many logs a witness watches.
	maxLogs = 256
	// maxAtOnce is how many requests are looked at at the same time.
	maxAtOnce = 64
	// A log may have this many new checkpoints cosigned at once, and a second.
	logBurst, logPace = 500, 200
)

// Config of a Witness. All are needed.
type Config struct {
	Signer note.Signer // journal.Cosigner
	Logs   []string    // verifier keys of the logs that it watches
	Dir    string      // where it remembers; nobody else writes there
	Now    func() time.Time
	Log    *slog.Logger
}

// Witness cosigns checkpoints. Safe for concurrent use.
type Witness struct {
	signer  note.Signer
	logs    map[string]*watched // by origin
	disk    disk
	now     func() time.Time
	log     *slog.Logger
	callers *callers
	places  chan struct{}
	unlock  func() error
}

// watched is a log with what was cosigned last of it.
type watched struct {
	vkey     string
	verifier note.Verifier
	pace     *bucket
	mu       sync.Mutex // held from the look at last to the durable next one
	last     journal.Checkpoint
	note     string // "" before the first one
}

// New reads what the witness remembers. It refuses to start with what it
// cannot read: one that forgets is worse than none.
func New(c Config) (*Witness, error) {
	d := directory(c.Dir)
	unlock, err := d.lock()
	if err != nil {
		return nil, err
	}
	w, err := open(c, d)
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	w.unlock = unlock
	return w, nil
}

func open(c Config, d disk) (*Witness, error) {
	w := &Witness{
		signer: c.Signer, logs: map[string]*watched{}, disk: d, now: c.Now, log: c.Log,
		callers: newCallers(), places: make(chan struct{}, maxAtOnce), unlock: func() error { return nil },
	}
	if len(c.Logs) == 0 || len(c.Logs) > maxLogs {
		return nil, fmt.Errorf("watch logs: %d, and it takes 1 to %d", len(c.Logs), maxLogs)
	}
	for _, vkey := range c.Logs {
		v, err := note.NewVerifier(vkey)
		if err != nil {
			return nil, fmt.Errorf("watch log: %q is not the key of a log, as its page /log/key shows it", vkey)
		}
		if w.logs[v.Name()] != nil {
			return nil, fmt.Errorf("watch log %s: named twice", v.Name())
		}
		last, text, err := remembered(d, vkey, v.Name())
		if err != nil {
			return nil, err
		}
		w.logs[v.Name()] = &watched{vkey: vkey, verifier: v, pace: newBucket(logBurst, logPace), last: last, note: text}
	}
	return w, nil
}

// Close lets another witness take the directory. Nothing is served any more.
func (w *Witness) Close() error { return w.unlock() }

// Handler answers POST /add-checkpoint and GET /healthz.
func (w *Witness) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add-checkpoint", w.serve)
	mux.HandleFunc("GET /healthz", func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "ok\n") })
	return mux
}

// Server is the handler with the limits that slow callers meet.
func (w *Witness) Server() *http.Server {
	return &http.Server{
		Handler: w.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: 20 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(w.log.Handler(), slog.LevelDebug),
	}
}

// refusal is an answer that is not a cosignature.
type refusal struct {
	status int
	text   string
	size   bool // text is the size that was cosigned last
}

func (r *refusal) Error() string { return fmt.Sprintf("%d: %s", r.status, r.text) }

func refuse(status int, text string) error { return &refusal{status: status, text: text} }

func (w *Witness) serve(rw http.ResponseWriter, r *http.Request) {
	line, err := w.admit(rw, r)
	var no *refusal
	switch {
	case err == nil:
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(rw, line)
	case errors.As(err, &no):
		kind := "text/plain; charset=utf-8"
		if no.size {
			kind = "text/x.tlog.size"
		}
		if no.status == http.StatusTooManyRequests || no.status == http.StatusServiceUnavailable {
			rw.Header().Set("Retry-After", "1")
		}
		rw.Header().Set("Content-Type", kind)
		rw.WriteHeader(no.status)
		_, _ = io.WriteString(rw, no.text+"\n")
	default:
		w.log.ErrorContext(r.Context(), "checkpoint not cosigned", "error", err)
		http.Error(rw, "the witness cannot remember a checkpoint now, and cosigns none", http.StatusInternalServerError)
	}
}

// admit keeps callers within bounds: few at once, each so often, and whoever
// sends what no log of ours has signed, seldom. What one of ours has signed is
// heard all the same: strangers in its network, or so many of them that they
// are not told apart any more, do not shut it out.
func (w *Witness) admit(rw http.ResponseWriter, r *http.Request) (string, error) {
	from := w.callers.of(address(r), w.now())
	often := !from.asks.take(w.now())
	if often && !from.shared {
		return "", refuse(http.StatusTooManyRequests, "too many requests")
	}
	strict := often || from.bad.empty(w.now())
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
	if err != nil {
		from.bad.take(w.now())
		var long *http.MaxBytesError
		if errors.As(err, &long) {
			return "", refuse(http.StatusRequestEntityTooLarge, "the request is too long")
		}
		return "", refuse(http.StatusBadRequest, "the request was cut")
	}
	select {
	case w.places <- struct{}{}:
		defer func() { <-w.places }()
	default:
		return "", refuse(http.StatusServiceUnavailable, "too many requests at once")
	}
	if strict && !w.signed(string(body)) {
		return "", refuse(http.StatusTooManyRequests, "too many requests")
	}
	line, err := w.add(r.Context(), string(body))
	var no *refusal
	if errors.As(err, &no) && (no.status == http.StatusBadRequest || no.status == http.StatusForbidden || no.status == http.StatusNotFound) {
		from.bad.take(w.now())
	}
	return line, err
}

// signed says whether a request carries what a log of ours has signed.
func (w *Witness) signed(body string) bool {
	r, err := parseRequest(body)
	if err != nil {
		return false
	}
	origin, _, _ := strings.Cut(r.note, "\n")
	log := w.logs[origin]
	if log == nil {
		return false
	}
	_, err = note.Open([]byte(r.note), note.VerifierList(log.verifier))
	return err == nil
}

// address is the caller's; behind a proxy on this machine, as the proxy says.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return host
	}
	said := r.Header.Values("X-Forwarded-For")
	if len(said) == 0 {
		return host
	}
	all := strings.Split(said[len(said)-1], ",")
	if ip := net.ParseIP(strings.TrimSpace(all[len(all)-1])); ip != nil {
		return ip.String()
	}
	return host
}

// add is the whole of tlog-witness: a cosignature line, or a refusal.
func (w *Witness) add(ctx context.Context, body string) (string, error) {
	r, err := parseRequest(body)
	if err != nil {
		return "", refuse(http.StatusBadRequest, "the request is not one of c2sp.org/tlog-witness")
	}
	origin, _, _ := strings.Cut(r.note, "\n")
	log := w.logs[origin]
	if log == nil {
		return "", refuse(http.StatusNotFound, "this log is not watched here")
	}
	n, err := note.Open([]byte(r.note), note.VerifierList(log.verifier))
	if err != nil {
		return "", refuse(http.StatusForbidden, "the checkpoint is not signed by the log's key")
	}
	c, err := journal.OpenCheckpoint(log.vkey, r.note)
	if err != nil {
		return "", refuse(http.StatusBadRequest, "what the log has signed is not a checkpoint")
	}
	if r.old > c.Size {
		return "", refuse(http.StatusBadRequest, "the old size is larger than the checkpoint's")
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	if err := w.follows(ctx, log, c, r); err != nil {
		return "", err
	}
	if err := w.remember(log, c, r.note); err != nil {
		return "", err
	}
	return cosign(w.signer, n.Text)
}

// follows says whether the checkpoint continues what was cosigned last.
func (w *Witness) follows(ctx context.Context, log *watched, c journal.Checkpoint, r request) error {
	if r.old != log.last.Size {
		return &refusal{http.StatusConflict, fmt.Sprint(log.last.Size), true}
	}
	if c.Size == log.last.Size && c.Root != log.last.Root {
		w.log.ErrorContext(ctx, "a log has signed two histories", "log", c.Origin, "size", c.Size, "evidence", fileOf(c.Origin)+".fork")
		if err := accuse(w.disk, c.Origin, log.note, r.note); err != nil {
			w.log.ErrorContext(ctx, "evidence not kept", "log", c.Origin, "error", err)
		}
		return &refusal{http.StatusConflict, fmt.Sprint(log.last.Size), true}
	}
	if r.old == 0 || r.old == c.Size {
		if len(r.proof) > 0 {
			return refuse(http.StatusUnprocessableEntity, "a proof where there is nothing to prove")
		}
		return nil
	}
	if err := journal.VerifyConsistency(log.last, c, r.proof); err != nil {
		w.log.WarnContext(ctx, "a checkpoint does not continue the log", "log", c.Origin, "seen", log.note, "received", r.note)
		return refuse(http.StatusUnprocessableEntity, "the proof does not show that the log goes on")
	}
	return nil
}

// remember is durable on return. After an error the disk may hold either
// checkpoint; neither was cosigned for it, and the next write settles it.
func (w *Witness) remember(log *watched, c journal.Checkpoint, text string) error {
	if log.note != "" && c == log.last {
		return nil
	}
	if !log.pace.take(w.now()) { // of what only the log can send: new checkpoints
		return refuse(http.StatusTooManyRequests, "too many checkpoints of this log")
	}
	if err := remember(w.disk, c.Origin, text); err != nil {
		return err
	}
	log.last, log.note = c, text
	return nil
}

// cosign gives the signature line alone.
func cosign(signer note.Signer, text string) (string, error) {
	b, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return "", fmt.Errorf("cosign checkpoint: %w", err)
	}
	return strings.TrimPrefix(string(b), text+"\n"), nil
}
