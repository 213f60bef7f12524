package liar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path"
	"slices"
	"strconv"
	"sync"
)

// Answer of the gateway, on its way to the client.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Lie changes the answers to some requests.
type Lie struct {
	// Name is unique.
	Name string
	// Threat of threats.md: T1 to T14.
	Threat string
	// Act is what a client has to be doing to meet it.
	Act Act
	// On is "METHOD /path", the path a pattern of path.Match.
	On string
	// Quiet lies are refused in words, but are no alarm: a line that breaks or
	// another device of the citizen's does the same.
	Quiet bool
	// Tell changes the answer. An error says that the lie could not be told,
	// which fails the test: a lie nobody heard proves nothing.
	Tell func(w *World, a *Answer) error
}

// Act is something a client does.
type Act string

// The acts that lies are told in.
const (
	List    Act = "list"    // unlock, and list what is in the safe
	Get     Act = "get"     // open a document
	Share   Act = "share"   // share it with the town hall
	Journal Act = "journal" // read the journal
	Inbox   Act = "inbox"   // see what was deposited
	Export  Act = "export"  // take everything out
	Create  Act = "create"  // open a safe
	Fetch   Act = "fetch"   // an agent opens what was shared

	// Those of a request for documents.
	Asked     Act = "asked"     // a citizen looks at one
	Answering Act = "answering" // she gives what it asks for
	Side      Act = "side"      // an agent looks at what she did about it
	Answers   Act = "answers"   // he opens what she gave

	// Those of a recovery. The custodian holds shares of two safes.
	Guard  Act = "guard"  // a custodian looks at what she holds
	Agree  Act = "agree"  // she agrees to a recovery
	Give   Act = "give"   // she gives her share
	Guards Act = "guards" // a holder looks at whom she has named
	Name   Act = "name"   // she names custodians
	Ask    Act = "ask"    // she asks them for her safe
	Finish Act = "finish" // she opens it with two shares
	Cancel Act = "cancel" // she stops it
)

// World is what the liar knows.
type World struct {
	// Seen are all earlier honest answers with status 200, oldest first, by
	// "METHOD /path".
	Seen map[string][]Answer
	// At is the request being answered, as in Seen.
	At   string
	Keys Keys
	// Seed makes runs different and repeatable.
	Seed uint64
}

// Earlier gives the honest answers whose place matches a pattern, but for
// those of the request being answered.
func (w *World) Earlier(pattern string) []Answer {
	var places []string
	for place := range w.Seen {
		if ok, _ := path.Match(pattern, place); ok && place != w.At {
			places = append(places, place)
		}
	}
	slices.Sort(places)
	var all []Answer
	for _, place := range places {
		all = append(all, w.Seen[place]...)
	}
	return all
}

// Proxy is the liar as an http.Handler. Safe for concurrent use.
type Proxy struct {
	honest *httputil.ReverseProxy
	mu     sync.Mutex
	world  World
	lie    *Lie
	told   int
	failed error
}

// New makes one before the gateway at target, silent at first.
func New(target string) (*Proxy, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, fmt.Errorf("read address: %w", err)
	}
	keys, err := newKeys()
	if err != nil {
		return nil, err
	}
	p := &Proxy{world: World{Seen: map[string][]Answer{}, Keys: keys}}
	p.honest = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(u)
			r.Out.Host = r.In.Host
			r.Out.Header.Del("Accept-Encoding") // lies are told in plain bytes
		},
		ModifyResponse: p.pass,
	}
	return p, nil
}

// Say makes it tell a lie from now on; nil makes it honest again.
func (p *Proxy) Say(l *Lie, seed uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lie, p.told, p.failed, p.world.Seed = l, 0, nil, seed
}

// Told is how often the lie was told since Say; the error, that it could not
// be.
func (p *Proxy) Told() (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.told, p.failed
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.honest.ServeHTTP(w, r) }

func (p *Proxy) pass(res *http.Response) error {
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	a := p.answer(res.Request.Method+" "+res.Request.URL.Path, Answer{res.StatusCode, res.Header, body})
	res.StatusCode, res.Status = a.Status, ""
	res.Body = io.NopCloser(bytes.NewReader(a.Body))
	if res.Request.Method != http.MethodHead {
		res.ContentLength = int64(len(a.Body))
		res.Header.Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	return nil
}

func (p *Proxy) answer(at string, a Answer) Answer {
	p.mu.Lock()
	defer p.mu.Unlock()
	honest := Answer{a.Status, a.Header.Clone(), bytes.Clone(a.Body)}
	if p.lie != nil {
		if ok, _ := path.Match(p.lie.On, at); ok {
			p.world.At = at
			if err := p.lie.Tell(&p.world, &a); err != nil {
				p.failed = fmt.Errorf("%s at %s: %w", p.lie.Name, at, err)
			}
			if a.Status != honest.Status || !bytes.Equal(a.Body, honest.Body) {
				p.told++
			}
		}
	}
	if honest.Status == http.StatusOK {
		p.world.Seen[at] = append(p.world.Seen[at], honest)
	}
	return a
}

// object is a JSON object of an answer.
type object = map[string]any

// edit lets change alter the answer's JSON object.
func (a *Answer) edit(change func(o object) error) error {
	dec := json.NewDecoder(bytes.NewReader(a.Body))
	dec.UseNumber()
	var o object
	if err := dec.Decode(&o); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	if err := change(o); err != nil {
		return err
	}
	b, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	a.Body = b
	return nil
}

// read decodes an answer's JSON object.
func (a Answer) read() (object, error) {
	var o object
	return o, a.edit(func(in object) error {
		o = in
		return nil
	})
}
