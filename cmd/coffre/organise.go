package main

import (
	"context"
	"flag"
	"fmt"
)

func (a *app) renameCommand() command {
	return command{
		name: "rename", args: a.tr("NOM NOUVEAU", "NAME NEW"), online: true, secret: true, least: 2, most: 2,
		short: a.tr("donner un autre nom à un document", "give a document another name"),
		run: func(ctx context.Context, args []string) error {
			_, s, err := a.unlock(ctx)
			if err != nil {
				return err
			}
			e, err := a.find(s, args[0])
			if err != nil {
				return err
			}
			if err := s.Rename(ctx, e.ID, args[1]); err != nil {
				return err
			}
			a.say("%s → %s", clean(e.Name), clean(args[1]))
			return nil
		},
	}
}

func (a *app) moveCommand() command {
	return command{
		name: "move", args: a.tr("NOM DOSSIER", "NAME FOLDER"), online: true, secret: true, least: 2, most: 2,
		short: a.tr("ranger un document dans un dossier ; / est le haut du coffre", "file a document in a folder; / is the top of the safe"),
		run: func(ctx context.Context, args []string) error {
			_, s, err := a.unlock(ctx)
			if err != nil {
				return err
			}
			e, err := a.find(s, args[0])
			if err != nil {
				return err
			}
			if err := s.Move(ctx, e.ID, args[1]); err != nil {
				return err
			}
			moved, err := s.Find(e.ID)
			if err != nil {
				return err
			}
			a.say("%s", clean(s.Path(moved)))
			return nil
		},
	}
}

func (a *app) rmCommand() command {
	var yes bool
	return command{
		name: "rm", args: a.tr("NOM…", "NAME…"), online: true, secret: true, least: 1, most: -1,
		short: a.tr("effacer des documents et tous leurs partages, pour de bon", "erase documents and every share of them, for good"),
		flags: func(f *flag.FlagSet) {
			f.BoolVar(&yes, "yes", false, a.tr("ne pas demander de confirmation", "do not ask for confirmation"))
		},
		run: func(ctx context.Context, args []string) error {
			_, s, err := a.unlock(ctx)
			if err != nil {
				return err
			}
			var ids, names []string
			for _, name := range args {
				e, err := a.find(s, name)
				if err != nil {
					return err
				}
				ids, names = append(ids, e.ID), append(names, clean(s.Path(e)))
			}
			question := fmt.Sprintf(a.tr("Effacer pour de bon %q ?", "Erase for good %q?"), names)
			if err := a.confirm(ctx, yes, question); err != nil {
				return err
			}
			if err := s.Erase(ctx, ids...); err != nil {
				return err
			}
			for _, n := range names {
				a.say(a.tr("effacé : %s", "erased: %s"), n)
			}
			return nil
		},
	}
}
