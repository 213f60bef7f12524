package gateway

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/coffre-citoyen/coffre/auth/machine"
	"github.com/coffre-citoyen/coffre/internal/problem"
)

const (
	grantDevice = "urn:ietf:params:oauth:grant-type:device_code"
	grantClient = "client_credentials"
)

// oauthError is a refusal in the words of RFC 6749 §5.2 and RFC 8628 §3.5.
type oauthError struct {
	Code  string
	Cause error
}

func (e *oauthError) Error() string { return e.Code }

func (e *oauthError) Unwrap() error { return e.Cause }

func (g *Gateway) oauthMetadata(w http.ResponseWriter, _ *http.Request) error {
	iss := g.machine.Issuer()
	return writeJSON(w, http.StatusOK, map[string]any{
		"issuer": iss, "token_endpoint": iss + "/oauth/token", "jwks_uri": iss + "/oauth/jwks",
		"device_authorization_endpoint":                    iss + "/oauth/device",
		"grant_types_supported":                            []string{grantClient, grantDevice},
		"response_types_supported":                         []string{},
		"scopes_supported":                                 []string{"deposit", "retrieve", "request"},
		"token_endpoint_auth_methods_supported":            []string{"private_key_jwt", "none"},
		"token_endpoint_auth_signing_alg_values_supported": []string{"ES256", "PS256"},
		"dpop_signing_alg_values_supported":                machine.ProofAlgorithms(),
	})
}

func (g *Gateway) oauthKeys(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, g.machine.KeySet())
}

func (g *Gateway) deviceAuthorization(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return g.refuseOAuth(w, r, &oauthError{Code: "invalid_request", Cause: err})
	}
	if r.PostForm.Get("client_id") != deviceClient {
		return g.refuseOAuth(w, r, &oauthError{Code: "invalid_client"})
	}
	name, err := cleanDeviceName(r.PostForm.Get("device_name"))
	if err != nil {
		return g.refuseOAuth(w, r, err)
	}
	code, d, err := g.startDevice(r.Context(), name)
	if err != nil {
		return problem.Wrap("unavailable", err)
	}
	page := g.publicURL + "/appareil"
	return writeJSON(w, http.StatusOK, struct {
		DeviceCode string `json:"device_code"`
		UserCode   string `json:"user_code"`
		URI        string `json:"verification_uri"`
		Complete   string `json:"verification_uri_complete"`
		ExpiresIn  int    `json:"expires_in"`
		Interval   int    `json:"interval"`
	}{code, d.UserCode, page, page + "?code=" + d.UserCode, int(deviceTime / time.Second), int(deviceInterval / time.Second)})
}

// token answers both kinds of clients: systems with a key, command lines with
// a device code.
func (g *Gateway) token(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return g.refuseOAuth(w, r, &oauthError{Code: "invalid_request", Cause: err})
	}
	for _, values := range r.PostForm {
		if len(values) != 1 { // RFC 6749 §3.2
			return g.refuseOAuth(w, r, &oauthError{Code: "invalid_request"})
		}
	}
	switch r.PostForm.Get("grant_type") {
	case grantClient:
		t, err := g.machine.Grant(r.Context(), r.PostForm, callOf(r))
		if err != nil {
			return g.refuseOAuth(w, r, err)
		}
		return writeJSON(w, http.StatusOK, t)
	case grantDevice:
		return g.deviceToken(w, r)
	default:
		return g.refuseOAuth(w, r, &oauthError{Code: "unsupported_grant_type"})
	}
}

func (g *Gateway) deviceToken(w http.ResponseWriter, r *http.Request) error {
	if r.PostForm.Get("client_id") != deviceClient {
		return g.refuseOAuth(w, r, &oauthError{Code: "invalid_client"})
	}
	token, s, err := g.collectDevice(r.Context(), r.PostForm.Get("device_code"))
	if err != nil {
		return g.refuseOAuth(w, r, err)
	}
	return writeJSON(w, http.StatusOK, machine.Token{
		AccessToken: token, TokenType: "Bearer", ExpiresIn: int(s.Ends().Sub(g.now()) / time.Second),
	})
}

// refuseOAuth answers with RFC 6749's error document; what is no refusal is a
// backend that does not answer.
func (g *Gateway) refuseOAuth(w http.ResponseWriter, r *http.Request, err error) error {
	var code string
	var ours *oauthError
	var theirs *machine.Error
	switch {
	case errors.As(err, &ours):
		code = ours.Code
	case errors.As(err, &theirs):
		code = theirs.Code
	default:
		return problem.Wrap("unavailable", err)
	}
	if failed := g.noteSystem(r, err); failed != err { //nolint:errorlint // the very same
		return failed
	}
	g.logger.Log(r.Context(), slog.LevelInfo, "token refused", "reason", code, "cause", errors.Unwrap(err))
	status := http.StatusBadRequest
	if code == "invalid_client" {
		status = http.StatusUnauthorized
	}
	return writeJSON(w, status, struct {
		Error string `json:"error"`
	}{code})
}
