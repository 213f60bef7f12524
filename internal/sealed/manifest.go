package sealed

import (
	"cmp"
	"fmt"
)

// Manifest is the only truth of what is in a safe (SPEC.md §8).
type Manifest struct {
	Suite    int      `json:"suite"`
	Safe     string   `json:"safe"`
	Epoch    int64    `json:"epoch"`
	Previous string   `json:"previous,omitempty"`
	Time     string   `json:"time"`
	Folders  []Folder `json:"folders"`
	Docs     []Entry  `json:"docs"`
	Gone     []Gone   `json:"gone"`
}

// Folder of the holder's making.
type Folder struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Parent string `json:"parent,omitempty"`
}

// Entry is a document in the safe.
type Entry struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`
	Sealed  int64  `json:"sealed"`
	Size    int64  `json:"size"`
	Name    string `json:"name"`
	Type    string `json:"type"`
	Folder  string `json:"folder,omitempty"`
	Added   string `json:"added"`
	Changed string `json:"changed"`
	// Origin is the administration that deposited it.
	Origin string `json:"origin,omitempty"`
}

// Ref is what the sealed document has to be.
func (e Entry) Ref() DocumentRef {
	return DocumentRef{SHA256: e.SHA256, Sealed: e.Sealed, Size: e.Size}
}

// Gone is a document that was erased: the journal still speaks of it.
type Gone struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Time string `json:"time"`
}

// Seal signs and seals. Lists have to be sorted by id.
func (m Manifest) Seal(root RootKey, to *Recipient) ([]byte, error) {
	if m.Folders == nil {
		m.Folders = []Folder{}
	}
	if m.Docs == nil {
		m.Docs = []Entry{}
	}
	if m.Gone == nil {
		m.Gone = []Gone{}
	}
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("seal manifest: %w", err)
	}
	if err := ofSuite(root.VK(), m.Suite); err != nil {
		return nil, fmt.Errorf("seal manifest: %w", err)
	}
	payload, err := Canonical(m)
	if err != nil {
		return nil, fmt.Errorf("seal manifest: %w", err)
	}
	signed := root.Sign(contextManifest, payload)
	return seal(padLF(signed, root.suite.padded(int64(len(signed)))), to)
}

// OpenManifest opens and verifies. The caller compares safe, epoch and
// previous with what it knows.
func OpenManifest(b []byte, vault *Identity, vk VK) (Manifest, error) {
	plain, err := open(b, vault)
	if err != nil {
		return Manifest{}, fmt.Errorf("open manifest: %w", err)
	}
	in, err := suiteOf(vk.Suite())
	if err != nil {
		return Manifest{}, fmt.Errorf("open manifest: %w", err)
	}
	signed := unpadLF(plain)
	if int64(len(plain)) != in.padded(int64(len(signed))) {
		return Manifest{}, fmt.Errorf("open manifest: padding: %w", ErrForm)
	}
	payload, err := vk.Open(contextManifest, signed)
	if err != nil {
		return Manifest{}, fmt.Errorf("open manifest: %w", err)
	}
	var m Manifest
	if err := decodeSuite(payload, &m, func() int { return m.Suite }); err != nil {
		return Manifest{}, fmt.Errorf("open manifest: %w", err)
	}
	if err := cmp.Or(m.check(), ofSuite(vk, m.Suite)); err != nil {
		return Manifest{}, fmt.Errorf("open manifest: %w", err)
	}
	return m, nil
}

func (m Manifest) check() error {
	if err := cmp.Or(checkSuite(m.Suite), checkID(m.Safe), checkTime(m.Time)); err != nil {
		return err
	}
	if m.Epoch < 1 || (m.Epoch == 1) != (m.Previous == "") {
		return fmt.Errorf("epoch and previous disagree: %w", ErrForm)
	}
	if m.Previous != "" {
		if err := checkHash(m.Previous); err != nil {
			return err
		}
	}
	return cmp.Or(
		sorted(m.Folders, func(f Folder) string { return f.ID }, Folder.check),
		sorted(m.Docs, func(e Entry) string { return e.ID }, Entry.check),
		sorted(m.Gone, func(g Gone) string { return g.ID }, Gone.check),
	)
}

func sorted[T any](list []T, id func(T) string, check func(T) error) error {
	for i, v := range list {
		if err := cmp.Or(checkID(id(v)), check(v)); err != nil {
			return err
		}
		if i > 0 && id(list[i-1]) >= id(v) {
			return fmt.Errorf("not sorted by id: %w", ErrForm)
		}
	}
	return nil
}

func (f Folder) check() error { return cmp.Or(CheckName(f.Name), optionalID(f.Parent)) }

func (g Gone) check() error { return cmp.Or(CheckName(g.Name), checkTime(g.Time)) }

func (e Entry) check() error {
	if e.Size < 1 || e.Sealed < 1 {
		return fmt.Errorf("document without length: %w", ErrForm)
	}
	return cmp.Or(
		checkID(e.Version), checkHash(e.SHA256), CheckName(e.Name), checkType(e.Type),
		checkTime(e.Added, e.Changed), optionalID(e.Folder), optionalID(e.Origin),
	)
}

func optionalID(id string) error {
	if id == "" {
		return nil
	}
	return checkID(id)
}
