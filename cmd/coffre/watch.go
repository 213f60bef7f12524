package main

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/folder"
)

// watchOptions are the flags of `coffre fetch --watch`.
type watchOptions struct {
	dir, template, request, reference, service, scan, scanCommand string
	parallel                                                      int
	every                                                         time.Duration
	keepDays                                                      int
	once, retry                                                   bool
}

func (a *app) watchFlags(f *flag.FlagSet, o *watchOptions) {
	f.StringVar(&o.dir, "watch", "", a.tr("`dossier` où déposer tout ce qui peut être ouvert, sans fin ; reprend après toute coupure", "`directory` to put everything that can be opened into, for ever; goes on after any interruption"))
	f.BoolVar(&o.once, "once", false, a.tr("avec --watch : un seul passage", "with --watch: once only"))
	f.DurationVar(&o.every, "every", time.Minute, a.tr("avec --watch : `durée` entre deux passages", "with --watch: `time` between two rounds"))
	f.StringVar(&o.template, "names", folder.Usual, a.tr("avec --watch : `modèle` des noms ; {citizen} aussi", "with --watch: `template` of names; {citizen} too"))
	f.StringVar(&o.request, "request", "", a.tr("avec --watch : seulement ce qui répond à cette `demande`", "with --watch: only what answers this `request`"))
	f.StringVar(&o.reference, "reference", "", a.tr("avec --watch : seulement le dossier de cette `référence`", "with --watch: only the file of this `reference`"))
	f.StringVar(&o.service, "service", "", a.tr("avec --watch : seulement ce `service`", "with --watch: only this `service`"))
	f.IntVar(&o.parallel, "parallel", 4, a.tr("avec --watch : `nombre` de documents à la fois", "with --watch: `number` of documents at a time"))
	f.IntVar(&o.keepDays, "keep-days", 0, a.tr("avec --watch : `jours` pendant lesquels une copie reste après la fin de son partage", "with --watch: `days` that a copy stays after the end of its share"))
	f.StringVar(&o.scan, "scan", "", a.tr("avec --watch : `clamd` à interroger, HÔTE:PORT ou /chemin/clamd.sock", "with --watch: `clamd` to ask, HOST:PORT or /path/clamd.sock"))
	f.StringVar(&o.scanCommand, "scan-command", "", a.tr("avec --watch : `commande` à lancer sur chaque document ; 0 sain, 1 infecté", "with --watch: `command` to run on each document; 0 clean, 1 infected"))
	f.BoolVar(&o.retry, "retry", false, a.tr("avec --watch : redemander ce qui était arrivé altéré ou illisible", "with --watch: ask anew for what had come altered or unreadable"))
}

// fetchesOne: either some shares or a directory.
func (a *app) fetchesOne(o watchOptions, args []string) error {
	if (o.dir == "") == (len(args) == 0) {
		return a.usage("%s", a.tr("Donnez les ID à ouvrir, ou --watch DOSSIER.", "Give the IDs to open, or --watch DIRECTORY."))
	}
	return nil
}

func (a *app) scanner(o watchOptions) (folder.Scanner, error) {
	switch args := strings.Fields(o.scanCommand); {
	case o.scan != "" && len(args) > 0:
		return nil, a.usage("%s", a.tr("--scan ou --scan-command, pas les deux", "--scan or --scan-command, not both"))
	case o.scan != "":
		return folder.Clamd{Address: o.scan}, nil
	case len(args) > 0:
		return folder.Command{Args: args}, nil
	}
	return nil, nil //nolint:nilnil // none is asked for
}

// watch fills a directory until it is told to stop.
func (a *app) watch(ctx context.Context, c *client.Client, office *client.Office, o watchOptions) error {
	if err := folder.CheckTemplate(o.template); err != nil {
		return a.usage("%s", clean(err.Error()))
	}
	if o.parallel < 1 || o.every < time.Second || o.keepDays < 0 {
		return a.usage("%s", a.tr("--parallel commence à 1, --every à 1s, --keep-days à 0", "--parallel begins at 1, --every at 1s, --keep-days at 0"))
	}
	scanner, err := a.scanner(o)
	if err != nil {
		return err
	}
	tell := &teller{a: a}
	dir, err := folder.Open(folder.Config{
		Dir: o.dir, Client: c, Office: office, Template: o.template, Request: o.request, Reference: o.reference, Service: o.service,
		Parallel: o.parallel, Scanner: scanner, Keep: time.Duration(o.keepDays) * 24 * time.Hour, Retry: o.retry, Tell: tell.tell, Now: a.now,
	})
	if errors.Is(err, folder.ErrBusy) {
		return a.fail(err, a.tr("Un autre « coffre fetch --watch » travaille déjà dans %s.", "Another coffre fetch --watch works in %s already."), clean(o.dir))
	}
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	if o.once {
		if err := dir.Round(ctx); err != nil {
			return a.roundError(err)
		}
		return tell.worst
	}
	return a.rounds(ctx, dir, o)
}

// roundError says what ended a round.
func (a *app) roundError(err error) error {
	if errors.Is(err, folder.ErrScanner) {
		return a.fail(err, a.tr("L'antivirus ne répond pas comme il faut : rien n'est remis sans lui. (%s)", "The scanner does not answer as it should: nothing is delivered without it. (%s)"), clean(err.Error()))
	}
	return err
}

// mostPause between two rounds that fail.
const mostPause = 15 * time.Minute

// rounds goes on for ever: an outage, or a scanner that is down, is told once,
// and tried again less and less often. A session that is over, a key that was
// replaced and an alarm about the journal itself are for a person.
func (a *app) rounds(ctx context.Context, dir *folder.Folder, o watchOptions) error {
	pause, last := o.every, ""
	for {
		err := dir.Round(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err == nil {
			pause, last = o.every, ""
		} else {
			err = a.explain(a.roundError(err))
			if client.IsAlarm(err) || errors.Is(err, client.ErrReplaced) || client.IsProblem(err, "session-expired") || client.IsProblem(err, "unauthenticated") {
				return err
			}
			pause = min(2*pause, mostPause)
			if text := err.Error(); text != last {
				a.note("%s", text)
				last = text
			}
		}
		var p *client.Problem
		if errors.As(err, &p) && p.After > 0 {
			pause = p.After
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause + rand.N(pause/5+1)): //nolint:gosec // nobody is to be surprised by it
		}
	}
}

// teller writes a line for each thing that happens, and keeps the worst.
type teller struct {
	a     *app
	mu    sync.Mutex
	worst error
}

func (t *teller) tell(what folder.Told) {
	t.mu.Lock()
	defer t.mu.Unlock()
	a, file := t.a, clean(what.File)
	switch what.What {
	case folder.Delivered:
		a.say(a.tr("reçu : %s", "received: %s"), file)
	case folder.Deleted:
		a.say(a.tr("effacé, et attesté : %s", "deleted, and attested: %s"), file)
	case folder.Quarantined:
		a.note(a.tr("INFECTÉ, mis à l'écart : %s (%s)", "INFECTED, set apart: %s (%s)"), file, clean(what.Found))
	case folder.Moved:
		a.note(a.tr("à effacer, et plus à sa place : %s. Effacez-le là où il est, puis : coffre admin deletions declare %s", "to be deleted, and no longer in its place: %s. Delete it where it is, then: coffre admin deletions declare %s"), file, clean(what.Grant))
	case folder.Changed:
		a.note(a.tr("à effacer, et modifié depuis : %s. Effacez-le, puis : coffre admin deletions declare %s", "to be deleted, and changed since: %s. Delete it, then: coffre admin deletions declare %s"), file, clean(what.Grant))
	case folder.Unproven:
		a.note(a.tr("gardé jusqu'à sa date : le serveur dit que l'usager a mis fin au partage de %s, et ne le prouve pas. S'il le confirme : coffre admin deletions declare %s", "kept until its day: the server says that the citizen has ended the share of %s, and does not prove it. If the citizen confirms it: coffre admin deletions declare %s"), file, clean(what.Grant))
	case folder.Strange:
		a.note(a.tr("laissé de côté, ce n'est pas une fiche de ce dossier : %s (%s)", "left alone, this is no sidecar of this directory: %s (%s)"), file, clean(what.Err.Error()))
	case folder.Unattested:
		a.note(a.tr("effacé, mais l'attestation est refusée : %s (%s)", "deleted, but the attestation is refused: %s (%s)"), file, clean(what.Err.Error()))
	default:
		err := a.explain(what.Err)
		a.note("%s : %s", clean(what.Grant), err.Error())
		if t.worst == nil || client.IsAlarm(err) {
			t.worst = a.fail(err, "%s", a.tr("un document au moins n'a pas été remis, voir plus haut", "one document at least was not delivered, see above"))
		}
	}
}
