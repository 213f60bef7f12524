package client

import (
	"archive/zip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// Extracted is one document of an archive and what has become of it.
type Extracted struct {
	Doc  string
	Name string // in the safe
	Path string // under the directory, with slashes; "" when Err is set
	Size int64
	// Unsigned: a deposit that the holder never adopted.
	Unsigned bool
	// Issued is what the mark of its issuer is worth; nil when it has none.
	Issued *Issued
	Err    error
}

// Extract opens every document into dir, which must be new or empty. It needs
// the archive and p, nothing else. What the signed manifest lists is
// verified byte for byte; deposits that nobody adopted go to a folder of their
// own. A document that fails is reported and does not stop the others.
func (a *Archive) Extract(p sealed.Secret, dir string, report func(Extracted)) error {
	ring, err := sealed.OpenKeyring(a.box, p)
	if err != nil {
		return err
	}
	b, err := a.bytes("manifest.age", maxSmall)
	if err != nil {
		return err
	}
	m, err := withAny(ring.Vaults(), func(id *sealed.Identity) (sealed.Manifest, error) {
		return sealed.OpenManifest(b, id, ring.Root().VK())
	})
	if err != nil {
		return ownObject(err)
	}
	if m.Safe != ring.Safe() {
		return mismatch("manifest of another safe")
	}
	root, err := emptyDir(dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	x := extraction{a: a, m: m, ring: ring, root: root, taken: map[string]bool{}, report: report}
	x.documents()
	x.others()
	return nil
}

func emptyDir(dir string) (*os.Root, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	if len(entries) > 0 {
		return nil, fmt.Errorf("open into %s: directory is not empty: %w", dir, ErrExists)
	}
	return os.OpenRoot(dir)
}

type extraction struct {
	a      *Archive
	m      sealed.Manifest
	ring   *sealed.Keyring
	root   *os.Root
	taken  map[string]bool // lower-case paths
	report func(Extracted)
}

func (x *extraction) documents() {
	for _, e := range x.m.Docs {
		out := Extracted{Doc: e.ID, Name: e.Name, Size: e.Size}
		var g sealed.OpenedGrant
		b, err := x.a.bytes("grants/"+e.ID+".age", maxGrant)
		if err == nil {
			g, err = x.grant(b)
		}
		if err == nil {
			err = sameGrant(g.Grant, sealed.Grant{
				Safe: x.m.Safe, Doc: e.ID, Version: e.Version, SHA256: e.SHA256, Sealed: e.Sealed, Size: e.Size, Reader: x.m.Safe,
			})
		}
		if err == nil {
			out.Path, out.Issued, err = x.write(FolderPath(x.m, e.Folder), e.Name, "documents/"+e.ID+".age", g)
		}
		out.Err = ownObject(err)
		x.report(out)
	}
}

// others are deposits that wait, and older versions of listed documents.
func (x *extraction) others() {
	var names []string
	for name := range x.a.members {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		folder, file, _ := strings.Cut(name, "/")
		id := strings.TrimSuffix(file, ".age")
		switch {
		case folder == "inbox":
			x.deposit(id)
		case folder == "documents" && strings.Contains(id, "."):
			x.older(id)
		}
	}
}

func (x *extraction) grant(b []byte) (sealed.OpenedGrant, error) {
	g, _, err := x.ring.OpenOwn(b)
	return g, err
}

func (x *extraction) deposit(id string) {
	out := Extracted{Doc: id, Name: id, Unsigned: true}
	var g sealed.OpenedGrant
	b, err := x.a.bytes("grants/"+id+".age", maxGrant)
	if err == nil {
		g, err = withAny(x.ring.Vaults(), func(id *sealed.Identity) (sealed.OpenedGrant, error) { return sealed.OpenSlip(b, id) })
	}
	if err == nil && (g.Grant.Safe != x.m.Safe || g.Grant.Doc != id) {
		err = mismatch("slip of another deposit")
	}
	if err == nil {
		out.Name, out.Size = g.Grant.Name, g.Grant.Size
		out.Path, out.Issued, err = x.write("_depots", out.Name, "inbox/"+id+".age", g)
	}
	out.Err = ownObject(err)
	x.report(out)
}

func (x *extraction) older(id string) {
	doc, version, _ := strings.Cut(id, ".")
	if !slices.ContainsFunc(x.m.Docs, func(e sealed.Entry) bool { return e.ID == doc }) {
		return // erased, or never adopted: the manifest is the truth
	}
	out := Extracted{Doc: doc, Name: id}
	var g sealed.OpenedGrant
	b, err := x.a.bytes("grants/"+id+".age", maxGrant)
	if err == nil {
		g, err = x.grant(b)
	}
	if err == nil && (g.Grant.Safe != x.m.Safe || g.Grant.Doc != doc || g.Grant.Version != version) {
		err = mismatch("grant of another version")
	}
	if err == nil {
		out.Name, out.Size = g.Grant.Name, g.Grant.Size
		out.Path, out.Issued, err = x.write("_versions", out.Name, "documents/"+id+".age", g)
	}
	out.Err = ownObject(err)
	x.report(out)
}

// write opens one member into a new file and gives its path, and what the mark of
// its issuer is worth. What does not verify leaves nothing behind.
func (x *extraction) write(folder, name, member string, g sealed.OpenedGrant) (string, *Issued, error) {
	ref := g.Grant.Ref()
	m := x.a.members[member]
	if m == nil {
		return "", nil, fmt.Errorf("%w: %s is missing", ErrArchive, member)
	}
	where := x.place(folder, name)
	if d := path.Dir(where); d != "." {
		if err := x.root.MkdirAll(d, 0o700); err != nil {
			return "", nil, err
		}
	}
	part := path.Join(path.Dir(where), ".coffre-"+newID())
	f, err := x.root.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", nil, err
	}
	h := sha256.New()
	src := &reopening{m: m, limit: ref.Sealed + 1}
	err = errors.Join(sealed.OpenDocument(io.MultiWriter(f, h), src, ref, g.Key), src.Close(), f.Sync(), f.Close())
	if err == nil {
		err = x.root.Rename(part, where)
	}
	if err != nil {
		return "", nil, errors.Join(err, x.root.Remove(part))
	}
	found, err := x.a.issued(g.Grant.Issue, sealed.NewContent(g.Key, [32]byte(h.Sum(nil)), ref.Size))
	return where, found, err
}

// place finds a free path. Names that a file system takes for something else,
// or for the same, get another one.
func (x *extraction) place(folder, name string) string {
	var parts []string
	for p := range strings.SplitSeq(folder, "/") {
		if p != "" {
			parts = append(parts, plain(p))
		}
	}
	base := plain(name)
	ext := path.Ext(base)
	stem := strings.TrimSuffix(base, ext)
	for n := 1; ; n++ {
		try := base
		if n > 1 {
			mark := fmt.Sprintf(" (%d)", n)
			try = shorten(stem, 255-len(ext)-len(mark)) + mark + ext
		}
		where := path.Join(append(slices.Clone(parts), try)...)
		if low := strings.ToLower(where); !x.taken[low] && !x.isDir(where) {
			x.taken[low] = true
			return where
		}
	}
}

func (x *extraction) isDir(where string) bool {
	_, err := x.root.Lstat(where)
	return !errors.Is(err, fs.ErrNotExist)
}

// plain is a name that is only a name: no dots alone, no stream or device of
// other systems.
func plain(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"|?*/\`, r) || r < 0x20 {
			return '_'
		}
		return r
	}, name)
	name = strings.TrimRight(name, ". ")
	if name == "" || strings.HasPrefix(name, ".") {
		name = "_" + name
	}
	return shorten(name, 255)
}

// shorten cuts to most bytes, between characters.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// reopening reads a member from its start each time it is rewound; nothing is
// unpacked on the disk.
type reopening struct {
	m     *zip.File
	limit int64
	open  io.ReadCloser
	r     io.Reader
}

func (s *reopening) Read(p []byte) (int, error) {
	if s.open == nil {
		var err error
		if s.open, err = s.m.Open(); err != nil {
			return 0, err
		}
		s.r = io.LimitReader(s.open, s.limit)
	}
	return s.r.Read(p)
}

// Seek goes to the start, and nowhere else.
func (s *reopening) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekStart {
		return 0, errors.New("seek in archive: only to the start")
	}
	return 0, s.Close()
}

// Close may be followed by Read, which starts again.
func (s *reopening) Close() error {
	if s.open == nil {
		return nil
	}
	err := s.open.Close()
	s.open = nil
	return err
}
