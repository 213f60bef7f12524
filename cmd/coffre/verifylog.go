package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

// auditor is where checkpoints of logs are remembered of which nobody logged in.
const auditor = "audit"

// memories are those of every server that was met.
func (a *app) memories() []*client.Memory {
	root, err := a.configDir()
	if err != nil {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(root, "*", "memory.json"))
	if err != nil {
		return nil
	}
	var all []*client.Memory
	for _, f := range files {
		if m, err := client.OpenMemory(f); err == nil {
			all = append(all, m)
		}
	}
	return all
}

// seenOf are the newest checkpoints of a log that this machine has accepted.
func (a *app) seenOf(vkey string) []client.Seen {
	var all []client.Seen
	for _, m := range a.memories() {
		if note := m.LastSeen(vkey); note != "" {
			all = append(all, client.Seen{Note: note, From: a.tr("cette machine", "this machine")})
		}
	}
	return all
}

// remember keeps a checkpoint that was found to continue what was seen.
func (a *app) remember(vkey, note string) error {
	root, err := a.configDir()
	if err != nil {
		return err
	}
	m, err := client.OpenMemory(filepath.Join(root, auditor, "memory.json"))
	if err != nil {
		return err
	}
	return m.KeepSeen(vkey, note)
}

// public opens a log's tiles, with the key that their checkpoints are held
// against. claimed says that nobody but the log itself vouches for the key.
func (a *app) public(ctx context.Context, where, given string) (l *client.PublicLog, vkey string, claimed bool, err error) {
	if l, err = client.OpenPublic(where, nil); err != nil {
		return nil, "", false, err
	}
	if given != "" {
		return l, given, false, nil
	}
	note, err := l.Checkpoint(ctx)
	if err != nil {
		return nil, "", false, err
	}
	origin, _, _ := strings.Cut(note, "\n")
	for _, m := range a.memories() {
		if k := m.LogKey(); strings.HasPrefix(k, origin+"+") && origin != "" {
			if _, err := journal.OpenCheckpoint(k, note); err == nil || !strings.Contains(where, "://") {
				return l, k, false, nil
			}
			vkey = k
		}
	}
	// Known, and not the one that has signed: what follows says so. A demonstration
	// on this machine (http) is thrown away and begun anew.
	if vkey != "" && !strings.HasPrefix(where, "http://") {
		return l, vkey, false, nil
	}
	if vkey, err = l.Key(ctx); err != nil {
		return nil, "", false, err
	}
	if vkey == "" {
		return nil, "", false, a.usage("%s", a.tr("Une copie du journal ne dit pas quelle est sa clé : indiquez --log-key.", "A copy of the journal does not say which key it has: give --log-key."))
	}
	a.note(a.tr("Clé du journal annoncée par le serveur lui-même, à comparer avec celle que publie l'exploitant ailleurs (--log-key) :\n  %s",
		"Journal key as the server itself states it, to be compared with the one that the operator publishes elsewhere (--log-key):\n  %s"), clean(vkey))
	return l, vkey, true, nil
}

func (a *app) verifyLog(ctx context.Context, where string, o verifyOptions) error {
	l, vkey, claimed, err := a.public(ctx, where, o.vkey)
	if err != nil {
		return err
	}
	seen := a.seenOf(vkey)
	r, err := client.VerifyLog(ctx, l, client.LogOrder{Key: vkey, Seen: seen, Progress: a.entriesRead()})
	if err != nil {
		return a.faulty(err)
	}
	a.say(a.tr("Journal entier et intact : %d entrées.", "The journal is whole and sound: %d entries."), r.Size)
	a.say(a.tr("  %d événements, dont le contenu n'est pas public ; %d faits publics%s", "  %d events, whose content is not public; %d public facts%s"), r.Events, factsOf(r), a.factList(r))
	a.say(a.tr("  clés publiées : %d coffres, %d administrations", "  keys published: %d safes, %d administrations"), r.Safes, len(r.Offices))
	for _, of := range r.Offices {
		a.say(a.tr("    %s (SIRET %s) : %d clé(s)", "    %s (SIRET %s): %d key(s)"), clean(of.Name), clean(of.SIRET), of.Keys)
	}
	a.say(a.tr("  relues en %.1f s : %.0f entrées par seconde", "  read again in %.1f s: %.0f entries per second"), r.Took.Seconds(), float64(r.Size)/max(r.Took.Seconds(), 1e-6))
	a.say(a.tr("  racine signée : %s", "  signed root: %s"), r.Root)
	a.proven(fmt.Sprintf(a.tr("chaque entrée est celle que l'exploitant a signée ; rien n'a été ôté, changé ni déplacé depuis aucun des %d points de contrôle comparés.",
		"every entry is the one that the operator has signed; nothing was dropped, changed or moved since any of the %d checkpoints compared."), r.Checkpoints))
	if len(seen) == 0 {
		a.unproven(a.tr("ce qu'était le journal avant aujourd'hui : cette machine ne l'avait jamais vu. Elle s'en souviendra.",
			"what the journal was before today: this machine had never seen it. It will remember."))
	}
	if claimed {
		a.unproven(a.tr("que cette clé est celle de l'exploitant : comparez-la.", "that this key is the operator's: compare it."))
	}
	if err := a.witnesses(o, vkey, r.Note); err != nil {
		return err
	}
	return a.remember(vkey, r.Note)
}

func factsOf(r client.LogReport) (n int64) {
	for _, k := range r.Facts {
		n += k
	}
	return n
}

// factList names the facts, the most frequent first.
func (a *app) factList(r client.LogReport) string {
	var kinds []string
	for k := range r.Facts {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(x, y string) int { return cmp.Or(cmp.Compare(r.Facts[y], r.Facts[x]), cmp.Compare(x, y)) })
	var all []string
	for _, k := range kinds {
		all = append(all, fmt.Sprintf("%s %d", clean(k), r.Facts[k]))
	}
	if len(all) == 0 {
		return ""
	}
	return " (" + strings.Join(all, ", ") + ")"
}

// entriesRead shows how far the reading is, to a person only.
func (a *app) entriesRead() func(done, all int64) {
	if !isTerminal(a.err) {
		return nil
	}
	last := int64(-1)
	return func(done, all int64) {
		if part := 100 * done / all; part != last {
			last = part
			fmt.Fprintf(a.err, "\r\x1b[K%d / %d", done, all)
		}
		if done == all {
			fmt.Fprint(a.err, "\r\x1b[K")
		}
	}
}

// verifyCheckpoint holds what was kept against the log of today.
func (a *app) verifyCheckpoint(ctx context.Context, path string, o verifyOptions) error {
	seen, err := a.noteIn(path)
	if err != nil {
		return err
	}
	where := o.from
	if where == "" {
		if where, err = a.serverAddress(); err != nil {
			return err
		}
	}
	l, vkey, claimed, err := a.public(ctx, where, o.vkey)
	if err != nil {
		return err
	}
	older, err := journal.OpenCheckpoint(vkey, seen)
	if err != nil {
		return a.fail(nil, a.tr("%s n'est pas un point de contrôle que la clé de ce journal a signé : il ne prouve rien, ni pour ni contre.",
			"%s is no checkpoint that this journal's key has signed: it proves nothing, for or against."), clean(path))
	}
	note, newer, err := a.newest(ctx, l, vkey)
	if err != nil {
		return err
	}
	if err := l.Continues(ctx, older, newer); err != nil {
		return a.faulty(contradicts(err, vkey, seen, note))
	}
	a.say(a.tr("Le journal d'aujourd'hui (%d entrées) commence par les %d entrées de ce point de contrôle.", "Today's journal (%d entries) begins with the %d entries of this checkpoint."), newer.Size, older.Size)
	a.proven(a.tr("de ce qui était signé alors, rien n'a été ôté, changé ni déplacé.", "of what was signed then, nothing was dropped, changed or moved."))
	if claimed {
		a.unproven(a.tr("que cette clé est celle de l'exploitant : comparez-la.", "that this key is the operator's: compare it."))
	}
	return a.witnesses(o, vkey, note)
}

// newest is the log's signed end.
func (a *app) newest(ctx context.Context, l *client.PublicLog, vkey string) (string, journal.Checkpoint, error) {
	note, err := l.Checkpoint(ctx)
	if err != nil {
		return "", journal.Checkpoint{}, err
	}
	c, err := journal.OpenCheckpoint(vkey, note)
	if err != nil {
		err = a.faulty(&client.Alarm{
			Err:      &client.Fault{Kind: client.FaultSignature, Index: -1, Msg: "the newest checkpoint is not signed by the log's key"},
			Evidence: map[string]any{"logKey": vkey, "received": note},
		})
	}
	return note, c, err
}

// contradicts adds both notes to what was found.
func contradicts(err error, vkey, seen, received string) error {
	if !client.IsAlarm(err) {
		return err
	}
	return &client.Alarm{Err: err, Evidence: map[string]any{"logKey": vkey, "seen": seen, "received": received}}
}

// noteIn is a signed note: a file of its own, or the one that a receipt has.
func (a *app) noteIn(path string) (string, error) {
	if r, old, err := readReceipt(path); err == nil {
		if old != nil && old.Proof.Leaf != nil {
			return old.Proof.Leaf.Checkpoint, nil
		}
		return r.Leaf.Checkpoint, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.IsDir() || info.Size() > maxReceipt {
		return "", a.usage(a.tr("%s n'est pas un point de contrôle.", "%s is no checkpoint."), clean(path))
	}
	b, err := os.ReadFile(path)
	return string(b), err
}
