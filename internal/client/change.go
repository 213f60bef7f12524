package client

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// mergeAttempts is how often a change is made again on top of what another
// device wrote.
const mergeAttempts = 5

// ownGrant is a version with the holder's own grant.
type ownGrant struct {
	Doc     string `json:"doc"`
	Version string `json:"version"`
	Grant   []byte `json:"grant"`
	Content string `json:"content,omitempty"` // commitment to what was uploaded
}

// version of a document.
type version struct {
	Doc     string `json:"doc"`
	Version string `json:"version"`
}

// changeBody is what is sent (openapi.yaml, Change).
type changeBody struct {
	Epoch     int64      `json:"epoch"`
	Sealed    []byte     `json:"sealed"`
	Adopt     []ownGrant `json:"adopt,omitempty"`
	Reseal    []ownGrant `json:"reseal,omitempty"`
	Erase     []string   `json:"erase,omitempty"`
	Grants    []regrant  `json:"grants,omitempty"`
	Drop      []version  `json:"drop,omitempty"`
	Signature []byte     `json:"signature"`
}

// change is an edit of the manifest with what the gateway must do besides.
// edit is applied again to newer contents when another device was faster, and
// so is more, which adds what depends on them and on the keys in use.
type change struct {
	edit  func(m *sealed.Manifest) error
	erase []string
	more  func(m sealed.Manifest, in *changeBody) error
}

// apply makes a change, all or nothing. A lost answer is recognised by the
// manifest that is then there.
func (s *Safe) apply(ctx context.Context, ch change) error {
	for attempt := 1; ; attempt++ {
		sent, err := s.put(ctx, ch)
		if err == nil {
			return nil
		}
		again := IsProblem(err, "stale") || errors.Is(err, ErrOffline)
		if !again || attempt == mergeAttempts {
			return err
		}
		if err := s.Refresh(ctx); err != nil {
			return err
		}
		if s.held.hash == sent {
			return nil
		}
	}
}

// put sends one manifest and gives its hash.
func (s *Safe) put(ctx context.Context, ch change) (sent string, err error) {
	m := s.held.manifest
	m.Folders, m.Docs, m.Gone = slices.Clone(m.Folders), slices.Clone(m.Docs), slices.Clone(m.Gone)
	before := s.held.manifest.Gone // not the copy, which is about to be sorted
	m.Suite, m.Epoch, m.Previous, m.Time = s.root.Suite(), m.Epoch+1, s.held.hash, s.time()
	if err := ch.edit(&m); err != nil {
		return "", err
	}
	sortByID(&m)
	b, err := m.Seal(s.root, s.vault.Recipient())
	if err != nil {
		return "", err
	}
	in := changeBody{Epoch: m.Epoch, Sealed: b}
	for _, id := range ch.erase { // another device may have erased it meanwhile
		if !slices.ContainsFunc(before, func(g sealed.Gone) bool { return g.ID == id }) {
			in.Erase = append(in.Erase, id)
		}
	}
	if ch.more != nil {
		if err := ch.more(m, &in); err != nil {
			return "", err
		}
	}
	if err := s.sign(&in); err != nil {
		return "", err
	}
	sent = hashHex(b)
	h := http.Header{"If-Match": {s.held.etag}}
	etag, err := s.c.call(ctx, request{method: http.MethodPut, path: "/api/v1/safe/manifest", header: h, in: in}, nil)
	if err != nil {
		return sent, err
	}
	if err := s.c.memory.checkEpoch("manifest:"+s.id, m.Epoch, sent, m.Previous); err != nil {
		return sent, err
	}
	s.held = held{manifest: m, hash: sent, etag: etag}
	return sent, nil
}

// sign shows the gateway that whoever changes the safe can open it: it takes
// nothing else from a session (SPEC.md §11).
func (s *Safe) sign(in *changeBody) (err error) {
	said := sealed.Change{
		Suite: s.root.Suite(), Safe: s.id, Epoch: in.Epoch, Match: s.held.hash, Manifest: sealed.Hash(in.Sealed), Erase: in.Erase,
	}
	for _, o := range in.Adopt {
		said.Adopt = append(said.Adopt, o.said())
	}
	for _, o := range in.Reseal {
		said.Reseal = append(said.Reseal, o.said())
	}
	for _, g := range in.Grants {
		said.Grants = append(said.Grants, sealed.ChangedGive{ID: g.ID, Version: g.Version, Grant: sealed.Hash(g.Grant)})
	}
	for _, d := range in.Drop {
		said.Drop = append(said.Drop, sealed.ChangedDrop(d))
	}
	in.Signature, err = said.Sign(s.root)
	return err
}

func (o ownGrant) said() sealed.ChangedOwn {
	return sealed.ChangedOwn{Doc: o.Doc, Version: o.Version, Grant: sealed.Hash(o.Grant)}
}

func sortByID(m *sealed.Manifest) {
	slices.SortFunc(m.Folders, func(a, b sealed.Folder) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(m.Docs, func(a, b sealed.Entry) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(m.Gone, func(a, b sealed.Gone) int { return cmp.Compare(a.ID, b.ID) })
}

// addDoc puts a document into the folder with that path, which is made when
// it is not there.
func (s *Safe) addDoc(e sealed.Entry, folder string) func(*sealed.Manifest) error {
	return func(m *sealed.Manifest) error {
		var err error
		if e.Folder, err = ensureFolder(m, folder); err != nil {
			return err
		}
		m.Docs = append(slices.DeleteFunc(m.Docs, func(d sealed.Entry) bool { return d.ID == e.ID }), e)
		return nil
	}
}

// ensureFolder finds or makes the folder with that path and gives its id; ""
// is the top.
func ensureFolder(m *sealed.Manifest, path string) (string, error) {
	parent := ""
	for name := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if name == "" {
			continue
		}
		if err := sealed.CheckName(name); err != nil {
			return "", err
		}
		i := slices.IndexFunc(m.Folders, func(f sealed.Folder) bool { return f.Parent == parent && f.Name == name })
		if i >= 0 {
			parent = m.Folders[i].ID
			continue
		}
		f := sealed.Folder{ID: newID(), Name: name, Parent: parent}
		m.Folders = append(m.Folders, f)
		parent = f.ID
	}
	return parent, nil
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

// editDoc changes one document that is still there.
func (s *Safe) editDoc(id string, edit func(*sealed.Entry)) func(*sealed.Manifest) error {
	return func(m *sealed.Manifest) error {
		i := slices.IndexFunc(m.Docs, func(d sealed.Entry) bool { return d.ID == id })
		if i < 0 {
			return fmt.Errorf("change document %s: %w", id, ErrNotFound)
		}
		edit(&m.Docs[i])
		m.Docs[i].Changed = s.time()
		return nil
	}
}

// Rename gives a document another name.
func (s *Safe) Rename(ctx context.Context, id, name string) error {
	if err := sealed.CheckName(name); err != nil {
		return err
	}
	return s.apply(ctx, change{edit: s.editDoc(id, func(e *sealed.Entry) { e.Name = name })})
}

// Move files a document in the folder with that path; "" is the top.
func (s *Safe) Move(ctx context.Context, id, folder string) error {
	return s.apply(ctx, change{edit: func(m *sealed.Manifest) error {
		at, err := ensureFolder(m, folder)
		if err != nil {
			return err
		}
		return s.editDoc(id, func(e *sealed.Entry) { e.Folder = at })(m)
	}})
}

// Erase removes documents and every grant on them, at once and for good.
func (s *Safe) Erase(ctx context.Context, ids ...string) error {
	return s.apply(ctx, change{erase: ids, edit: func(m *sealed.Manifest) error {
		for _, id := range ids {
			i := slices.IndexFunc(m.Docs, func(d sealed.Entry) bool { return d.ID == id })
			if i < 0 {
				continue
			}
			m.Gone = append(m.Gone, sealed.Gone{ID: id, Name: m.Docs[i].Name, Time: s.time()})
			m.Docs = slices.Delete(m.Docs, i, i+1)
		}
		return nil
	}})
}
