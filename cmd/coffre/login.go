package main

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"runtime"

	"github.com/coffre-citoyen/coffre/internal/client"
)

func (a *app) loginCommand() command {
	var device string
	var noBrowser bool
	return command{
		name: "login", online: true, most: 0,
		short: a.tr("se connecter, par un code à confirmer dans le navigateur", "log in, with a code to confirm in the browser"),
		long: a.tr(
			`Affiche une adresse et un code. Ouvrez l'adresse dans un navigateur, sur cette
machine ou une autre, connectez-vous comme d'habitude, vérifiez que le code est le
même, puis autorisez. La connexion dure 30 jours ; elle n'ouvre aucun document :
votre clé papier ou votre phrase de passe reste demandée.`,
			`Shows an address and a code. Open the address in a browser, on this machine or
another, log in as usual, check that the code is the same, then allow it. The log-in
lasts 30 days; it opens no document: your paper key or passphrase is still asked for.`),
		flags: func(f *flag.FlagSet) {
			f.StringVar(&device, "device-name", "", a.tr("`nom` de cette machine dans la liste de vos connexions", "`name` of this machine in the list of your log-ins"))
			f.BoolVar(&noBrowser, "no-browser", false, a.tr("ne pas proposer d'ouvrir le navigateur", "do not offer to open the browser"))
		},
		run: func(ctx context.Context, _ []string) error { return a.login(ctx, device, noBrowser) },
	}
}

func (a *app) login(ctx context.Context, device string, noBrowser bool) error {
	server, p, err := a.here()
	if err != nil {
		return err
	}
	c, err := a.newClient(p, "")
	if err != nil {
		return err
	}
	if err := c.TrustLog(ctx); err != nil {
		return err
	}
	if device == "" {
		device = deviceName()
	}
	d, err := c.StartDevice(ctx, device)
	if err != nil {
		return err
	}
	a.say(a.tr("Ouvrez cette adresse dans un navigateur :\n  %s\net confirmez ce code :\n  %s\nEn attente de votre accord…",
		"Open this address in a browser:\n  %s\nand confirm this code:\n  %s\nWaiting for you to allow it…"), clean(d.VerificationURI), clean(d.UserCode))
	if !noBrowser {
		a.offerBrowser(ctx, server, d.VerificationURIComplete)
	}
	t, err := c.AwaitDevice(ctx, d)
	if err != nil {
		return err
	}
	return a.greet(ctx, p, t.AccessToken)
}

// greet keeps the token and says what comes next.
func (a *app) greet(ctx context.Context, p *profile, token string) error {
	c, err := a.newClient(p, token)
	if err != nil {
		return err
	}
	me, err := c.Me(ctx)
	if err != nil {
		return err
	}
	before := *p
	p.Token, p.Name = token, me.Name
	if err := p.keep(); err != nil {
		return err
	}
	if err := a.endSession(ctx, &before); err != nil { // nobody holds its token any more
		a.note(a.tr("La connexion précédente n'a pas pu être terminée : %s", "The log-in before could not be ended: %s"), clean(err.Error()))
	}
	a.say(a.tr("Connecté : %s.", "Logged in: %s."), clean(me.Name))
	terms, err := c.Terms(ctx)
	if err != nil {
		return err
	}
	switch {
	case me.Kind == "citizen" && me.TermsAccepted != terms.Version:
		a.say("%s", a.tr("Lisez les conditions : coffre terms", "Read the terms: coffre terms"))
	case me.Kind == "citizen" && (me.Safe == nil || me.Safe.State != "open"):
		a.say("%s", a.tr("Votre coffre reste à ouvrir, dans le navigateur ou avec : coffre init", "Your safe is still to be opened, in the browser or with: coffre init"))
	}
	return nil
}

func deviceName() string {
	host, err := os.Hostname()
	if err != nil || host == "" {
		return "coffre"
	}
	return "coffre, " + clean(host)
}

// offerBrowser opens the page when the person presses Enter, and only a page
// of the server that was named.
func (a *app) offerBrowser(ctx context.Context, server, page string) {
	opener := browserCommand(a.getenv)
	if opener == nil || !isTerminal(a.stdio.out) || !pageOf(server, page) {
		return
	}
	t, err := a.tty()
	if err != nil {
		return
	}
	go func() { // lives until Enter or the end of the program
		defer func() { _ = t.Close() }()
		if _, err := t.ReadLine(ctx, a.tr("(Entrée l'ouvre ici.) ", "(Enter opens it here.) ")); err != nil {
			return
		}
		cmd := exec.CommandContext(ctx, opener[0], append(opener[1:], page)...) //nolint:gosec // a page of the named server
		_ = cmd.Run()                                                           // the address is on the screen
	}()
}

// pageOf says whether an address, which is the server's word, is a page of
// that very server.
func pageOf(server, page string) bool {
	u, err := url.Parse(page)
	return err == nil && u.User == nil && u.Scheme+"://"+u.Host == server
}

// browserCommand is nil where no browser can be seen.
func browserCommand(getenv func(string) string) []string {
	switch {
	case runtime.GOOS == "darwin":
		return []string{"open"}
	case runtime.GOOS == "windows":
		return []string{"rundll32", "url.dll,FileProtocolHandler"}
	case getenv("DISPLAY") != "" || getenv("WAYLAND_DISPLAY") != "":
		return []string{"xdg-open"}
	}
	return nil
}

func (a *app) logoutCommand() command {
	return command{
		name: "logout", online: true, most: 0,
		short: a.tr("terminer la connexion de cette machine", "end this machine's log-in"),
		long: a.tr(`Termine la session sur le serveur et efface le jeton de cette machine.`,
			`Ends the session at the server and removes the token from this machine.`),
		run: func(ctx context.Context, _ []string) error {
			_, p, err := a.here()
			if err != nil {
				return err
			}
			ended := a.endSession(ctx, p)
			if err := p.forget(); err != nil {
				return err
			}
			if ended != nil {
				return a.fail(ended, a.tr("Le jeton est effacé d'ici, mais le serveur n'a pas pu être prévenu (%s) : terminez la session dans le navigateur, sous « Connexions ».",
					"The token is removed from here, but the server could not be told (%s): end the session in the browser, under Log-ins."), clean(ended.Error()))
			}
			a.say("%s", a.tr("Déconnecté.", "Logged out."))
			return nil
		},
	}
}

// endSession is nil when there is none any more.
func (a *app) endSession(ctx context.Context, p *profile) error {
	if p.Token == "" {
		return nil
	}
	c, err := a.newClient(p, p.Token)
	if err != nil {
		return err
	}
	me, err := c.Me(ctx)
	if err == nil {
		err = c.EndSession(ctx, me.Session.ID)
	}
	if client.IsProblem(err, "session-expired") || client.IsProblem(err, "not-found") {
		return nil
	}
	return err
}

func (a *app) whoamiCommand() command {
	var asJSON bool
	return command{
		name: "whoami", online: true, most: 0,
		short: a.tr("qui est connecté, et où", "who is logged in, and where"),
		flags: func(f *flag.FlagSet) { f.BoolVar(&asJSON, "json", false, "JSON") },
		run: func(ctx context.Context, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			me, err := c.Me(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				return a.json(me)
			}
			a.say("%s — %s", clean(me.Name), clean(c.Server()))
			a.say(a.tr("  connexion jusqu'au %s", "  logged in until %s"), a.moment(me.Session.Expires))
			if me.Office != nil {
				a.say("  %s", clean(me.Office.Name))
			}
			return a.figures(ctx, c, me)
		},
	}
}

func (a *app) figures(ctx context.Context, c *client.Client, me client.Me) error {
	if me.Kind != "citizen" {
		return nil
	}
	if me.Safe == nil || me.Safe.State != "open" {
		a.say("%s", a.tr("  coffre pas encore ouvert", "  safe not opened yet"))
		return nil
	}
	f, err := c.Figures(ctx)
	if err != nil {
		return err
	}
	a.say(a.tr("  coffre : %d documents, %d dépôts en attente, %s sur %s", "  safe: %d documents, %d deposits waiting, %s of %s"),
		f.Documents, f.Inbox, a.size(f.Used), a.size(f.Limits.Safe))
	return nil
}

func (a *app) termsCommand() command {
	var accept bool
	return command{
		name: "terms", online: true, most: 0,
		short: a.tr("lire, puis accepter, les conditions d'utilisation", "read, then accept, the terms of use"),
		flags: func(f *flag.FlagSet) {
			f.BoolVar(&accept, "accept", false, a.tr("accepter la version en vigueur", "accept the version in force"))
		},
		run: func(ctx context.Context, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			t, err := c.Terms(ctx)
			if err != nil {
				return err
			}
			if accept {
				if err := c.AcceptTerms(ctx, t.Version); err != nil {
					return err
				}
				a.say(a.tr("Conditions %s acceptées.", "Terms %s accepted."), clean(t.Version))
				return nil
			}
			a.printTerms(t)
			return nil
		},
	}
}

func (a *app) printTerms(t client.Terms) {
	a.say(a.tr("Conditions d'utilisation, version %s", "Terms of use, version %s"), clean(t.Version))
	for _, section := range t.Texts[a.lang] {
		a.say("\n%s", clean(section.Title))
		for _, par := range section.Body {
			a.say("  %s", clean(par))
		}
	}
	a.say("%s", fmt.Sprintf("\n%s", a.tr("Pour accepter : coffre terms --accept", "To accept: coffre terms --accept")))
}
