//go:build demo

package simulator

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// allowed parameters of authorize; anything else is Y030007.
func (p *side) allowed() []string {
	all := []string{"client_id", "acr_values", "claims", "response_type", "nonce", "state", "redirect_uri", "scope", "prompt", "idp_hint", "ui_locales"}
	if !p.france() {
		all = append(all, "code_challenge", "code_challenge_method", "login_hint", "siret_hint")
	}
	return all
}

func (p *side) scopes() []string {
	france := []string{"openid", "identite_pivot", "given_name", "family_name", "birthdate", "gender", "birthplace", "birthcountry", "preferred_username", "email"}
	switch p.id {
	case FranceConnect:
		return append(france, "idp_id")
	case FranceConnectPlus:
		return france
	}
	return []string{"openid", "given_name", "usual_name", "email", "uid", "siret", "idp_id", "roles", "organization_label", "phone"}
}

// levels that may be asked for.
func (p *side) levels() []string {
	switch p.id {
	case FranceConnect:
		return []string{"eidas1"}
	case FranceConnectPlus:
		return []string{"eidas2", "eidas3"}
	}
	return []string{"eidas0", "eidas0-mfa", "eidas1", "eidas1-mfa", "eidas2", "eidas3", "https://proconnect.gouv.fr/assurance/certification-dirigeant"}
}

// among says whether every word of a list is known; an empty list is.
func among(words string, known []string) bool {
	return !slices.ContainsFunc(strings.Fields(words), func(s string) bool { return !slices.Contains(known, s) })
}

// refuses says which error number a request earns, "" if none.
func (p *side) refuses(q url.Values) string {
	for name, values := range q {
		if !slices.Contains(p.allowed(), name) || len(values) != 1 {
			return "Y030007"
		}
	}
	switch {
	case q.Get("client_id") != p.client.ClientID, q.Get("response_type") != "code":
		return "Y030007"
	case q.Get("redirect_uri") != p.redirect:
		return "Y030031"
	case len(q.Get("nonce")) < 22, len(q.Get("state")) < 22:
		return "Y030007"
	case p.france() && q.Get("acr_values") == "", !among(q.Get("acr_values"), p.levels()), !among(strings.Join(claimed(q), " "), p.levels()), !among(q.Get("prompt"), []string{"login", "consent"}):
		return "Y030007"
	case q.Has("claims") && !json.Valid([]byte(q.Get("claims"))):
		return "Y030007"
	case (q.Get("code_challenge") == "") != (q.Get("code_challenge_method") == ""), q.Get("code_challenge") != "" && q.Get("code_challenge_method") != "S256":
		return "Y030007"
	case !slices.Contains(strings.Fields(q.Get("scope")), "openid"), !among(q.Get("scope"), p.scopes()):
		return "Y030007"
	}
	return ""
}

func (p *side) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if code := p.refuses(q); code != "" {
		p.errorPage(w, code)
		return
	}
	p.personaPage(w, q)
}

// choose is the click on a persona, or on turning back.
func (p *side) choose(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || p.refuses(q) != "" {
		p.errorPage(w, "Y030007")
		return
	}
	back := url.Values{"state": {q.Get("state")}, "iss": {p.issuer}}
	chosen := r.PostFormValue("persona")
	i := slices.IndexFunc(Personas(), func(x Persona) bool { return x.ID == chosen && p.knows(x) })
	switch {
	case chosen == "":
		back.Set("error", "access_denied")
		back.Set("error_description", "User auth aborted")
	case i < 0:
		p.errorPage(w, "Y030007")
		return
	default:
		back.Set("code", p.put(p.codes, grant{
			persona: Personas()[i], nonce: q.Get("nonce"), acr: p.acr(q), challenge: q.Get("code_challenge"),
			scopes: strings.Fields(q.Get("scope")),
		}, 30*time.Second))
	}
	http.Redirect(w, r, p.redirect+"?"+back.Encode(), http.StatusSeeOther)
}

// knows says who can log in here: nobody is helped at FranceConnect+.
func (p *side) knows(x Persona) bool { return x.Agent != p.france() && (!p.plus() || x.As == "") }

// acr is the first level that was asked for; "" when none was: then the ID
// token says nothing of it.
func (p *side) acr(q url.Values) string {
	asked := append(strings.Fields(q.Get("acr_values")), claimed(q)...)
	if len(asked) == 0 {
		return ""
	}
	return asked[0]
}

// claimed reads the levels of a claims parameter (OpenID Connect Core §5.5).
func claimed(q url.Values) []string {
	var c struct {
		IDToken struct {
			ACR struct {
				Values []string `json:"values"`
			} `json:"acr"`
		} `json:"id_token"`
	}
	if err := json.Unmarshal([]byte(q.Get("claims")), &c); err != nil {
		return nil
	}
	return c.IDToken.ACR.Values
}

func (p *side) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	fail := func(status int, code string) { writeJSON(w, status, map[string]string{"error": code}) }
	if !p.isClient(r) {
		fail(http.StatusUnauthorized, "invalid_client")
		return
	}
	g, ok := p.take(p.codes, r.PostFormValue("code"), false)
	if !ok || r.PostFormValue("grant_type") != "authorization_code" || r.PostFormValue("redirect_uri") != p.redirect ||
		challengeOf(r.PostFormValue("code_verifier")) != g.challenge {
		fail(http.StatusBadRequest, "invalid_grant")
		return
	}
	access := p.put(p.tokens, g, time.Minute)
	now := p.c.Now()
	half := sha256.Sum256([]byte(access))
	claims := map[string]any{
		"iss": p.issuer, "aud": p.client.ClientID, "sub": p.sub(g.persona), "nonce": g.nonce,
		"iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "auth_time": now.Unix(),
		"at_hash": base64.RawURLEncoding.EncodeToString(half[:16]),
	}
	if g.acr != "" {
		claims["acr"] = g.acr
	}
	id, err := p.sign(claims)
	if err == nil {
		id, err = p.encrypt(r.Context(), id)
	}
	if err != nil {
		fail(http.StatusInternalServerError, "server_error")
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": id})
}

// isClient takes the secret, or a signature by a key that the relying party
// publishes (private_key_jwt); never both.
func (p *side) isClient(r *http.Request) bool {
	secret, proof := r.PostFormValue("client_secret"), r.PostFormValue("client_assertion")
	if r.PostFormValue("client_id") != p.client.ClientID || (secret == "") == (proof == "") {
		return false
	}
	if proof == "" {
		return subtle.ConstantTimeCompare([]byte(secret), []byte(p.client.ClientSecret)) == 1
	}
	token, err := jwt.ParseSigned(proof, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil || r.PostFormValue("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		return false
	}
	set, err := p.clientKeys(r.Context())
	if err != nil {
		return false
	}
	var c jwt.Claims
	now := p.c.Now()
	if token.Claims(set, &c) != nil || c.ID == "" || c.Expiry == nil || c.Expiry.Time().After(now.Add(5*time.Minute)) {
		return false
	}
	err = c.Validate(jwt.Expected{Issuer: p.client.ClientID, Subject: p.client.ClientID, AnyAudience: jwt.Audience{p.issuer}, Time: now})
	if err != nil || len(c.Audience) != 1 {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_, used := p.proofs[c.ID]
	p.proofs[c.ID] = struct{}{}
	return !used
}

// userinfo is a signed JWT at all.
func (p *side) userinfo(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	g, ok := p.take(p.tokens, token, true)
	if !ok {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		http.Error(w, "invalid_token", http.StatusUnauthorized)
		return
	}
	raw, err := p.sign(p.claims(g))
	if err == nil {
		raw, err = p.encrypt(r.Context(), raw)
	}
	if err != nil {
		http.Error(w, "server_error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/jwt")
	_, _ = w.Write([]byte(raw))
}

// claims are those of the scopes that were asked for, and no other.
func (p *side) claims(g grant) map[string]any {
	all := map[string]any{"given_name": g.persona.given, "idp_id": cmp.Or(g.persona.idp, "simulateur")}
	asked := g.scopes
	if p.france() {
		all["family_name"], all["birthdate"] = g.persona.family, g.persona.birthdate
		if slices.Contains(asked, "identite_pivot") {
			asked = append([]string{"given_name", "family_name", "birthdate"}, asked...)
		}
	} else {
		all["usual_name"], all["siret"] = g.persona.family, g.persona.siret
	}
	out := map[string]any{"iss": p.issuer, "aud": p.client.ClientID, "sub": p.sub(g.persona)}
	for _, name := range asked {
		if v, ok := all[name]; ok {
			out[name] = v
		}
	}
	return out
}

// end is RP-initiated logout: the hint is mandatory, the way back registered.
func (p *side) end(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	jws, err := jose.ParseSignedCompact(q.Get("id_token_hint"), []jose.SignatureAlgorithm{jose.ES256})
	if err == nil {
		_, err = jws.Verify(p.key.Public())
	}
	if err != nil {
		p.errorPage(w, "Y030007")
		return
	}
	if q.Get("post_logout_redirect_uri") != p.logout {
		p.errorPage(w, "Y030111")
		return
	}
	http.Redirect(w, r, p.logout+"?"+url.Values{"state": {q.Get("state")}}.Encode(), http.StatusSeeOther)
}
