package gateway

import (
	"net/http"
	"strings"

	"github.com/coffre-citoyen/coffre/auth/machine"
)

// machineToken is a bearer token that looks like a JWT: a system's. A command
// line's is opaque and read by the session manager. Only systems' tokens are
// ever bound to a key.
func machineToken(r *http.Request) string {
	header := r.Header.Get("Authorization")
	if token, ok := strings.CutPrefix(header, "DPoP "); ok {
		return token
	}
	token, ok := strings.CutPrefix(header, "Bearer ")
	if ok && strings.Count(token, ".") == 2 {
		return token
	}
	return ""
}

// callOf is what a proof of possession speaks about. Where the gateway is, a
// proof says by its public address: behind a proxy no request tells it.
func callOf(r *http.Request) machine.Call {
	scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return machine.Call{Method: r.Method, Path: r.URL.EscapedPath(), Scheme: scheme, Proofs: r.Header.Values("DPoP")}
}

// challenge tells a client library what was wrong (RFC 9449 §7.1).
func challenge(code string) string {
	return `DPoP realm="coffre", error="` + code + `", algs="` + strings.Join(machine.ProofAlgorithms(), " ") + `"`
}
