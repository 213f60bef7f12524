package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/coffre-citoyen/coffre/internal/gateway"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// announceServed makes public which terms and which pages this program serves,
// unless it was the last to say so.
func (s *stores) announceServed(ctx context.Context, files map[string]string) error {
	terms, err := gateway.TermsFor(s.domain.Retention())
	if err != nil {
		return err
	}
	if err := s.announce(ctx, "terms", terms.TermsFact()); err != nil {
		return err
	}
	var all []journal.WebFile
	for path, sum := range files {
		all = append(all, journal.WebFile{Path: path, SHA256: sum})
	}
	web, err := journal.NewWebFact(version, all)
	if err != nil {
		return err
	}
	return s.announce(ctx, "web", web)
}

// announce writes a fact when it is another one than the last of its name. A
// crash between the two writes makes it public twice, which says nothing else.
func (s *stores) announce(ctx context.Context, name string, f safe.Fact) error {
	entry, err := f.Encode()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(entry)
	hash, mark := hex.EncodeToString(sum[:]), "fact:"+name
	last, err := s.db.Mark(ctx, mark)
	if err != nil || last == hash {
		return err
	}
	if err := s.domain.Announce(ctx, f); err != nil {
		return err
	}
	return s.db.SetMark(ctx, mark, hash)
}

// figures is `coffred figures`.
func figures(ctx context.Context, args []string, io stdio) error {
	var o options
	if err := o.flags("figures", io).Parse(args); err != nil {
		return err
	}
	return withStores(ctx, o, io, func(ctx context.Context, s *stores) error {
		all, err := s.domain.EventFigures(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintln(io.out, "month\tevent\tresult\tcount")
		for _, m := range all {
			for _, f := range m.Counts {
				fmt.Fprintf(io.out, "%s\t%s\t%s\t%d\n", m.Month.Format("2006-01"), f.What, f.Result, f.Count)
			}
		}
		return nil
	})
}
