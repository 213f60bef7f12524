//go:build demo

package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/auth/simulator"
	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/demo"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const demoBuilt = true

// samplesDir holds documents to try, below the data directory.
const samplesDir = "exemples"

// demoAdministration is an organisation of the demonstration. Its passphrase
// is published here: a demonstration has no secret (ADR 6).
type demoAdministration struct {
	slug, siret, name, passphrase, system string
	services                              []safe.Service
}

func demoAdministrations() []demoAdministration {
	return []demoAdministration{
		{
			"mairie-de-valmont", "21370999900015", "Mairie de Valmont", "abeille maison soleil jardin bonheur cerise montagne", "Guichet unique",
			[]safe.Service{{ID: "etat-civil", Name: "État civil"}, {ID: "ecoles", Name: "Écoles et périscolaire"}, {ID: "ccas", Name: "CCAS"}},
		},
		{
			"departement-de-la-brenne", "22360999900018", "Département de la Brenne", "papier oiseau horizon village vitrine tulipe prairie", "Dossiers autonomie",
			[]safe.Service{{ID: "autonomie", Name: "Autonomie"}, {ID: "rsa", Name: "RSA"}},
		},
		{
			"universite-de-valmont", "19370999900012", "Université de Valmont", "fromage lampe fleur abeille prairie tulipe maison", "Scolarité",
			[]safe.Service{{ID: "scolarite", Name: "Scolarité"}},
		},
	}
}

// demoExtras registers the organisations, with their keys and systems, and
// mounts the simulators on the gateway's own listeners.
func demoExtras(ctx context.Context, c config.Config, s *stores, listeners []net.Listener) (extras, error) {
	if c.Mode != config.Demo {
		return extras{}, nil
	}
	passphrases := map[string]string{}
	for _, d := range demoAdministrations() {
		adm, err := s.domain.RegisterAdministration(ctx, operator(), safe.NewAdministration{SIRET: d.siret, Name: d.name, Services: d.services})
		if err != nil {
			return extras{}, fmt.Errorf("register %s: %w", d.name, err)
		}
		passphrases[string(adm.ID)] = d.passphrase
		if err := errors.Join(demoKey(ctx, s, adm, d), demoSystem(ctx, c, s, adm, d), demoLogo(ctx, s, adm, d)); err != nil {
			return extras{}, fmt.Errorf("equip %s: %w", d.name, err)
		}
	}
	if err := demoStructure(ctx, s); err != nil {
		return extras{}, err
	}
	if err := demo.Samples(filepath.Join(c.Data, samplesDir)); err != nil {
		return extras{}, err
	}
	x, err := demoSimulators(c, passphrases, listeners)
	if box, ok := s.tell.mails.(*mailbox); err == nil && ok {
		x.handlers[mailboxPath] = box
	}
	return x, err
}

func demoSimulators(c config.Config, passphrases map[string]string, listeners []net.Listener) (extras, error) {
	var addresses []string
	for _, l := range listeners {
		addresses = append(addresses, l.Addr().String())
	}
	sim, err := simulator.New(simulator.Config{Mode: c.Mode, Listeners: addresses, PublicURL: c.PublicURL, Now: time.Now})
	if err != nil {
		return extras{}, err
	}
	x := extras{handlers: map[string]http.Handler{simulator.Prefix: sim}, secrets: map[string]string{}}
	for _, p := range sim.Clients() {
		made := config.Provider{ID: p.ID, Profile: p.Profile, Kind: p.Kind, Label: p.Label, Issuer: p.Issuer, ClientID: p.ClientID}
		switch p.ID {
		case simulator.FranceConnect:
			made.HelpedBy = []string{simulator.AidantsConnect}
		case simulator.FranceConnectPlus:
			made.AccountsOf = simulator.FranceConnect
		}
		x.providers = append(x.providers, made)
		x.secrets[p.ID] = p.ClientSecret
	}
	var people []map[string]string
	for _, p := range simulator.Personas() {
		people = append(people, map[string]string{"id": p.ID, "name": p.Name, "role": p.Role})
	}
	x.site = map[string]any{"passphrases": passphrases, "personas": people}
	x.banner = demoBanner(c, people)
	return x, nil
}

// demoKey gives an administration its published key, once.
func demoKey(ctx context.Context, s *stores, adm safe.Administration, d demoAdministration) error {
	if adm.Recipient != "" {
		return nil
	}
	p, err := sealed.ParsePassphrase(d.passphrase)
	if err != nil {
		return err
	}
	_, c, err := sealed.NewKeyring(string(adm.ID), []sealed.NewUnlocker{
		{Kind: sealed.KindPassphrase, Label: "Démonstration", P: p},
		{Kind: sealed.KindPaper, Label: "Démonstration (papier)", P: sealed.Derive([]byte(d.passphrase), "coffre/demo/paper")},
	}, time.Now())
	if err != nil {
		return err
	}
	acc, err := s.domain.SignIn(ctx, safe.SignIn{
		Kind: safe.Agent, Issuer: "urn:coffre:demo", Sub: d.slug, Name: "Démonstration", SIRET: d.siret, Door: "cli",
	})
	if err != nil {
		return err
	}
	agent := safe.Actor{Kind: safe.Agent, Account: acc.ID, Administration: adm.ID, Name: acc.Name, Level: 3, Door: "cli"}
	_, err = s.domain.PutAdministrationKeyring(ctx, agent, nil, c)
	return err
}

// demoSystem registers one machine and leaves its key where a person can use
// it with `coffre token`: it authenticates, it opens nothing.
func demoSystem(ctx context.Context, c config.Config, s *stores, adm safe.Administration, d demoAdministration) error {
	path := filepath.Join(c.Data, "demo", "systems", d.slug+".jwk")
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, private, err := jwk(key, d.slug)
	if err != nil {
		return err
	}
	set, err := json.Marshal(map[string]any{"keys": []any{public}})
	if err != nil {
		return err
	}
	sys, err := s.domain.RegisterSystem(ctx, operator(), safe.NewSystem{
		Administration: adm.ID, Name: d.system, Scopes: []string{"deposit", "retrieve", "request"}, KeySet: set,
	})
	if err != nil {
		return err
	}
	private["client_id"] = string(sys.ID)
	b, err := json.MarshalIndent(private, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return writeFile(path, append(b, '\n'))
}

// jwk writes a P-256 key as RFC 7518 §6.2 has it.
func jwk(key *ecdsa.PrivateKey, kid string) (public, private map[string]string, err error) {
	point, err := key.PublicKey.Bytes() // 0x04, x, y
	if err != nil {
		return nil, nil, err
	}
	d, err := key.Bytes()
	if err != nil {
		return nil, nil, err
	}
	b64 := base64.RawURLEncoding.EncodeToString
	public = map[string]string{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid, "x": b64(point[1:33]), "y": b64(point[33:])}
	private = map[string]string{"d": b64(d)}
	for k, v := range public {
		private[k] = v
	}
	return public, private, nil
}

func demoBanner(c config.Config, people []map[string]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n  Coffre — démonstration, données fictives (demonstration, made-up data)\n\n")
	fmt.Fprintf(&b, "  Ouvrez / open        %s\n", c.PublicURL)
	fmt.Fprintf(&b, "  Données / data       %s\n", c.Data)
	fmt.Fprintf(&b, "  Exemples / samples   %s\n", filepath.Join(c.Data, samplesDir))
	fmt.Fprintf(&b, "  Arrêter / stop       Ctrl-C\n\n")
	fmt.Fprintf(&b, "  Personnages / personas\n")
	for _, p := range people {
		fmt.Fprintf(&b, "    %-28s %s\n", p["name"], p["role"])
	}
	fmt.Fprintf(&b, "\n  Phrases de passe des administrations (publiques) / passphrases of the administrations (published)\n")
	for _, d := range demoAdministrations() {
		fmt.Fprintf(&b, "    %-28s %s\n", d.name, d.passphrase)
	}
	fmt.Fprintf(&b, "\n  Clés des logiciels / keys of the systems   %s\n\n", filepath.Join(c.Data, "demo", "systems"))
	return b.String()
}

// demoStructure is where the mediators of the demonstration work: approved, and
// renewed when it is about to end.
func demoStructure(ctx context.Context, s *stores) error {
	const siret, name = "13002526500013", "France Services de Valmont"
	now := time.Now().UTC().Truncate(24 * time.Hour)
	st, err := s.domain.StructureOf(ctx, operator(), siret)
	if err == nil && st.Name == name && st.Current(now.AddDate(0, 1, 0)) {
		return nil
	}
	if err != nil && !safe.IsKind(err, safe.NotFound) {
		return fmt.Errorf("find %s: %w", name, err)
	}
	_, err = s.domain.ApproveStructure(ctx, operator(), safe.NewStructure{SIRET: siret, Name: name, From: now.AddDate(0, -1, 0), Until: now.AddDate(2, 0, 0)})
	if err != nil {
		return fmt.Errorf("approve %s: %w", name, err)
	}
	return nil
}
