package witness

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/coffre-citoyen/coffre/internal/journal"
)

// patience is how long a checkpoint waits for its witnesses: whoever waits for
// a document waits as long. One that takes longer is asked again.
const patience = time.Second

// maxAsked is how often a witness is asked about one checkpoint, since it may
// have to say first what it has seen.
const maxAsked = 3

// ErrForked: a witness has cosigned another history of this log.
var ErrForked = errors.New("a witness has seen another history")

// CircleConfig of a Circle; HTTP may be nil.
type CircleConfig struct {
	Policy journal.Policy
	LogKey string // verifier key
	// Prove shows that the log's first from entries are those of its first to,
	// 1 ≤ from ≤ to.
	Prove func(ctx context.Context, from, to int64) ([][]byte, error)
	HTTP  *http.Client
}

// Circle is the witnesses that a gateway asks. Safe for concurrent use.
type Circle struct {
	c     CircleConfig
	asked []asked
	mu    sync.Mutex
	seen  map[string]int64 // what each witness has cosigned last, as far as known
}

// asked is a witness with an address.
type asked struct {
	journal.Witness
	verifier note.Verifier
}

// NewCircle refuses a policy that nobody could ever meet: one of another log,
// or one whose witnesses have no addresses.
func NewCircle(c CircleConfig) (*Circle, error) {
	if !c.Policy.Knows(c.LogKey) {
		return nil, fmt.Errorf("read policy: it lists logs, and not this one: add the line: log %s", c.LogKey)
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{
			Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	circle := &Circle{c: c, seen: map[string]int64{}}
	for _, w := range c.Policy.Witnesses() {
		if w.URL == "" {
			continue
		}
		u, err := url.Parse(w.URL)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" {
			return nil, fmt.Errorf("read policy: witness %s: %q is no address: write https://host, where /add-checkpoint is asked", w.Name, w.URL)
		}
		v, err := journal.NewCosignatureVerifier(w.Key)
		if err != nil {
			return nil, err
		}
		circle.asked = append(circle.asked, asked{w, v})
	}
	if !c.Policy.Reachable(func(w journal.Witness) bool { return w.URL != "" }) {
		return nil, errors.New("read policy: the quorum cannot be met by the witnesses that have an address: write it at the end of their lines")
	}
	return circle, nil
}

// answer of one witness.
type answer struct {
	from asked
	line string
	err  error
}

// Cosign is a journal.Cosign: it asks every witness at once and returns as
// soon as the quorum is met, or with journal.ErrQuorum and what each has said.
func (c *Circle) Cosign(ctx context.Context, older int64, text []byte) ([]byte, error) {
	if !c.c.Policy.Asks() {
		return text, nil
	}
	head, err := journal.OpenCheckpoint(c.c.LogKey, string(text))
	if err != nil {
		return nil, err
	}
	asking, stop := context.WithTimeout(ctx, patience)
	answers := make(chan answer, len(c.asked))
	var all sync.WaitGroup
	for _, w := range c.asked {
		all.Go(func() {
			line, err := c.ask(asking, w, older, head, string(text))
			answers <- answer{w, line, err}
		})
	}
	defer all.Wait()
	defer stop()
	var why []error
	out := string(text)
	for range c.asked {
		a := <-answers
		if a.err != nil {
			why = append(why, fmt.Errorf("%s: %w", a.from.Name, a.err))
			continue
		}
		out += a.line
		if _, err := c.c.Policy.Check(c.c.LogKey, out); err == nil {
			return []byte(out), nil
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, fmt.Errorf("%w: %w", journal.ErrQuorum, errors.Join(why...))
}

// ask returns a line that the witness's key has verified.
func (c *Circle) ask(ctx context.Context, w asked, older int64, head journal.Checkpoint, text string) (string, error) {
	old := c.guess(w.Name, older, head.Size)
	for range maxAsked {
		r := request{old: old, note: text}
		var err error
		if 0 < old && old < head.Size {
			if r.proof, err = c.c.Prove(ctx, old, head.Size); err != nil {
				return "", err
			}
		}
		status, body, err := c.post(ctx, w.URL, r.text())
		switch {
		case err != nil:
			return "", err
		case status == http.StatusOK:
			c.saw(w.Name, head.Size)
			return w.own(text, body)
		case status == http.StatusUnprocessableEntity:
			return "", fmt.Errorf("of %d entries: %w", old, ErrForked)
		case status != http.StatusConflict:
			return "", fmt.Errorf("it answers %d: %s", status, firstLine(body))
		}
		has, err := parseSize(strings.TrimSuffix(body, "\n"))
		if err != nil {
			return "", fmt.Errorf("it answers %d without a size", status)
		}
		if has == old {
			return "", fmt.Errorf("of %d entries: %w", has, ErrForked)
		}
		if c.saw(w.Name, has); has > head.Size {
			return "", fmt.Errorf("it has seen %d entries already, these are %d", has, head.Size)
		}
		old = has
	}
	return "", errors.New("it changes its mind about what it has seen")
}

// own takes of an answer what this witness has signed, and nothing else.
func (w asked) own(text, lines string) (string, error) {
	body := text[:strings.LastIndex(text, "\n\n")+2]
	n, err := note.Open([]byte(body+lines), note.VerifierList(w.verifier))
	if err != nil || len(n.Sigs) != 1 {
		return "", errors.New("its answer is not signed by its key")
	}
	return fmt.Sprintf("— %s %s\n", n.Sigs[0].Name, n.Sigs[0].Base64), nil
}

// guess is what the witness has cosigned last: as it said, else the newest
// public checkpoint.
func (c *Circle) guess(name string, older, size int64) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if seen, ok := c.seen[name]; ok {
		older = seen
	}
	return min(older, size)
}

func (c *Circle) saw(name string, size int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[name] = size
}

func (c *Circle) post(ctx context.Context, at, body string) (int, string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(at, "/")+"/add-checkpoint", strings.NewReader(body))
	if err != nil {
		return 0, "", fmt.Errorf("make request: %w", err)
	}
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	resp, err := c.c.HTTP.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return 0, "", fmt.Errorf("read answer: %w", err)
	}
	return resp.StatusCode, string(b), nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return fmt.Sprintf("%.200q", line)
}
