//go:build demo

package simulator

import (
	"html/template"
	"net/http"
	"net/url"
)

const pageText = `<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}} — simulateur</title><link rel="stylesheet" href="{{.Style}}"></head>
<body><main>
<p class="mark">SIMULATEUR — démonstration, personnes fictives</p>
<h1>{{.Title}}</h1>
{{if .Error}}<p>{{.Error}}</p><p>Code {{.Code}}. Revenez au coffre, puis recommencez.</p><p><a href="/">Revenir au coffre</a></p>
{{else}}<p>Qui voulez-vous être ?</p>
<form method="post" action="?{{.Query}}">
<ul>{{range .People}}<li><button name="persona" value="{{.ID}}"><strong>{{.Name}}</strong> <span>{{.Role}}</span></button></li>{{end}}</ul>
<p><button class="back" name="persona" value="">Revenir en arrière</button></p>
</form>{{end}}
</main></body></html>`

const pageStyle = `:root{color-scheme:light dark;--ink:#1c2a30;--paper:#fbf9f5;--line:#c9c2b4;--mark:#7a4b00;--card:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e9e6df;--paper:#161d20;--line:#4a5559;--mark:#f0c27a;--card:#1f282c}}
body{margin:0;background:var(--paper);color:var(--ink);font:1.125rem/1.5 system-ui,sans-serif}
main{max-width:34rem;margin:0 auto;padding:2rem 1rem}
.mark{color:var(--mark);font-weight:600;border:2px dashed currentColor;padding:.5rem .75rem;border-radius:.5rem}
ul{list-style:none;padding:0;display:grid;gap:.75rem}
button{font:inherit;color:inherit;width:100%;min-height:3.5rem;text-align:left;padding:.75rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem;cursor:pointer}
button span{display:block}
button:hover,button:focus-visible{outline:3px solid currentColor;outline-offset:2px}
.back{width:auto}a{color:inherit}`

type page struct {
	Title, Style, Error, Code string
	Query                     template.URL
	People                    []Persona
}

func (p *side) title() string {
	return p.client.Label
}

func (p *side) render(w http.ResponseWriter, status int, v page) {
	v.Style = Prefix + p.id + "/api/v2/style.css"
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = template.Must(template.New("page").Parse(pageText)).Execute(w, v)
}

func (p *side) personaPage(w http.ResponseWriter, q url.Values) {
	v := page{Title: p.title(), Query: template.URL(q.Encode())} //nolint:gosec // encoded by net/url
	for _, x := range Personas() {
		if p.knows(x) {
			v.People = append(v.People, x)
		}
	}
	p.render(w, http.StatusOK, v)
}

// errorPage tells the errors that people meet, by their numbers.
func (p *side) errorPage(w http.ResponseWriter, code string) {
	text := map[string]string{
		"Y030007": "La demande de connexion n'est pas conforme.",
		"Y030031": "L'adresse de retour n'est pas celle qui a été déclarée.",
		"Y030111": "L'adresse de retour après déconnexion n'est pas celle qui a été déclarée.",
	}[code]
	p.render(w, http.StatusBadRequest, page{Title: p.title(), Error: text, Code: code})
}

func style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write([]byte(pageStyle))
}
