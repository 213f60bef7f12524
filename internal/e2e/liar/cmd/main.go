// Command cmd runs the lying gateway for clients that are not written in Go:
// the web pages in a browser. It prints its address and that of its control:
//
//	GET /lies   all of them, in order
//	PUT /lie    {"name": …}: say this one from now on
//	DELETE /lie be honest again
//	GET /told   how often it was told since then, and why it could not be
//
// Trust: part of the tests only, and of no build. It listens on this machine,
// and whoever reaches its control decides what the pages are told.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/coffre-citoyen/coffre/internal/e2e/liar"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	target := flag.String("target", "", "address of the gateway")
	flag.Parse()
	proxy, err := liar.New(*target)
	if err != nil {
		return fmt.Errorf("make liar: %w", err)
	}
	ended := make(chan error)
	for _, part := range []struct {
		name    string
		host    string
		handler http.Handler
	}{{"control", "127.0.0.1", control(proxy)}, {"listening", "localhost", proxy}} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return fmt.Errorf("listen for %s: %w", part.name, err)
		}
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			return fmt.Errorf("read address: %w", err)
		}
		server := &http.Server{Handler: part.handler, ReadHeaderTimeout: time.Minute}
		go func() { ended <- server.Serve(l) }()
		fmt.Printf("%s http://%s\n", part.name, net.JoinHostPort(part.host, port))
	}
	return <-ended
}

// told is one lie, as the control tells of it.
type told struct {
	Name   string   `json:"name"`
	Threat string   `json:"threat"`
	Act    liar.Act `json:"act"`
	Quiet  bool     `json:"quiet"`
}

func control(proxy *liar.Proxy) http.Handler {
	lies := liar.Lies()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /lies", func(w http.ResponseWriter, _ *http.Request) {
		all := make([]told, 0, len(lies))
		for _, l := range lies {
			all = append(all, told{l.Name, l.Threat, l.Act, l.Quiet})
		}
		answer(w, all)
	})
	mux.HandleFunc("PUT /lie", func(w http.ResponseWriter, r *http.Request) {
		var wanted struct{ Name string }
		err := json.NewDecoder(r.Body).Decode(&wanted)
		at := slices.IndexFunc(lies, func(l liar.Lie) bool { return l.Name == wanted.Name })
		if err != nil || at < 0 {
			http.Error(w, fmt.Sprint(errors.Join(err, errors.New("no such lie: "+wanted.Name))), http.StatusBadRequest)
			return
		}
		proxy.Say(&lies[at], 1)
	})
	mux.HandleFunc("DELETE /lie", func(http.ResponseWriter, *http.Request) { proxy.Say(nil, 0) })
	mux.HandleFunc("GET /told", func(w http.ResponseWriter, _ *http.Request) {
		n, err := proxy.Told()
		failed := ""
		if err != nil {
			failed = err.Error()
		}
		answer(w, map[string]any{"told": n, "failed": failed})
	})
	return mux
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
