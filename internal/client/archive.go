package client

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	maxMembers = 1_000_000
	maxSmall   = 16 << 20 // keyring, manifest
	maxGrant   = 64 << 10
	maxReport  = 1 << 30 // journal, receipt
	maxPacked  = 32      // how much better than stored a text is packed
)

// Archive is an export on a disk. It is read as if an enemy had made it: a
// member with another name than exports have, or in it twice, makes the whole
// unusable; none is read further than what is signed about it allows.
type Archive struct {
	file    *os.File
	members map[string]*zip.File
	box     sealed.Container
	receipt archiveReceipt
	issuers []archivedIssuer // once they were asked for
}

type archiveReceipt struct {
	Suite     int             `json:"suite"`
	Safe      string          `json:"safe"`
	Time      string          `json:"time"`
	LogKey    string          `json:"logKey"`
	VK        []byte          `json:"vk"`
	Key       *journal.Leaf   `json:"key"`
	Proof     Proof           `json:"proof"`
	Documents []archiveMember `json:"documents"`
}

type archiveMember struct {
	File    string `json:"file"`
	Doc     string `json:"doc"`
	Version string `json:"version"`
	Sealed  int64  `json:"sealed"`
	SHA256  string `json:"sha256"`
	State   string `json:"state"`
}

// Summary is what an archive holds and what was verified of it.
type Summary struct {
	Safe      string
	Time      string
	Documents int
	Inbox     int
	Events    int // proven in the log
	Waiting   int // not yet in the log when the archive was made
}

// OpenArchive opens an export. ErrArchive when it is not a whole one.
func OpenArchive(path string) (*Archive, error) {
	f, err := os.Open(path) //nolint:gosec // its owner says which
	if err != nil {
		return nil, err
	}
	a, err := readArchive(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return a, nil
}

// Close closes the file.
func (a *Archive) Close() error { return a.file.Close() }

var memberForm = regexp.MustCompile(
	`^(LISEZMOI\.txt|README\.txt|keyring\.json|manifest\.age|notices\.age|journal\.json|receipt\.json|requests\.json|issuers\.json|` +
		`keyring/[a-z]+-[a-z2-7]{26}\.age|(documents|inbox|grants)/[a-z2-7]{26}(\.[a-z2-7]{26})?\.age)$`)

func memberName(name string) bool { return memberForm.MatchString(name) }

func readArchive(f *os.File) (*Archive, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrArchive, err)
	}
	a := &Archive{file: f, members: map[string]*zip.File{}}
	if len(z.File) > maxMembers {
		return nil, fmt.Errorf("%w: too many members", ErrArchive)
	}
	for _, m := range z.File {
		if m.FileInfo().IsDir() && memberName(m.Name+strings.Repeat("a", 26)+".age") {
			continue // a folder that a tool added when it packed the archive again
		}
		if !memberName(m.Name) || !m.Mode().IsRegular() || a.members[m.Name] != nil {
			return nil, fmt.Errorf("%w: unexpected member %.80q", ErrArchive, m.Name)
		}
		a.members[m.Name] = m
	}
	if err := a.readJSON("keyring.json", maxSmall, &a.box); err != nil {
		return nil, err
	}
	if err := a.box.Check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrArchive, err)
	}
	return a, a.readJSON("receipt.json", maxReport, &a.receipt)
}

// bytes reads a whole member of at most limit bytes. Exports are stored, not
// compressed; an archive that was packed again is taken, a bomb is not.
func (a *Archive) bytes(name string, limit int64) ([]byte, error) {
	m := a.members[name]
	if m == nil {
		return nil, fmt.Errorf("%w: %s is missing", ErrArchive, name)
	}
	if packed := m.CompressedSize64; packed < uint64(limit) { //nolint:gosec // limit is positive
		limit = min(limit, int64(packed)*maxPacked+maxGrant) //nolint:gosec // packed is below limit
	}
	r, err := m.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrArchive, name, err)
	}
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %s: %w", ErrArchive, name, err)
	case int64(len(b)) > limit:
		return nil, fmt.Errorf("%w: %s is too long", ErrArchive, name)
	}
	return b, nil
}

func (a *Archive) readJSON(name string, limit int64, out any) error {
	b, err := a.bytes(name, limit)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, out); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrArchive, name, err)
	}
	return nil
}

// LogKey is the log's key as the archive states it: a claim of whoever made
// the archive, to be compared with one that is known otherwise.
func (a *Archive) LogKey() string { return a.receipt.LogKey }

// Check verifies without any key: every member of the receipt has its length
// and hash, and every event that has a place in the log is proven under vkey.
func (a *Archive) Check(vkey string) (Summary, error) {
	sum := Summary{Safe: a.receipt.Safe, Time: a.receipt.Time}
	for _, d := range a.receipt.Documents {
		if err := a.checkMember(d); err != nil {
			return sum, err
		}
		if strings.HasPrefix(d.File, "inbox/") {
			sum.Inbox++
		} else {
			sum.Documents++
		}
	}
	if err := a.checkRest(); err != nil {
		return sum, err
	}
	p, err := VerifyProof(vkey, a.receipt.Proof)
	if err != nil {
		return sum, fmt.Errorf("check receipt: %w", err)
	}
	if p.Event.Safe != a.box.Safe || a.receipt.Safe != a.box.Safe {
		return sum, mismatch("receipt of another safe")
	}
	return sum, a.checkJournal(vkey, &sum)
}

func (a *Archive) checkMember(d archiveMember) error {
	m := a.members[d.File]
	if m == nil {
		return fmt.Errorf("%w: %s is missing", ErrArchive, d.File)
	}
	r, err := m.Open()
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrArchive, d.File, err)
	}
	defer func() { _ = r.Close() }()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(r, d.Sealed+1))
	if err != nil || n != d.Sealed || hex.EncodeToString(h.Sum(nil)) != d.SHA256 {
		return fmt.Errorf("%w: %s is damaged: %w", ErrArchive, d.File, sealed.ErrHash)
	}
	return nil
}

// checkRest reads what the receipt does not name: the archive's own checksums
// hold, and the copies of the keyring are those in keyring.json. What is in
// them only a key can tell (Extract).
func (a *Archive) checkRest() error {
	copies := map[string][]byte{}
	for _, c := range a.box.Copies {
		copies["keyring/"+c.Kind+"-"+c.ID+".age"] = c.Sealed
	}
	for name := range a.members {
		if strings.HasPrefix(name, "documents/") || strings.HasPrefix(name, "inbox/") {
			continue
		}
		b, err := a.bytes(name, maxReport)
		if err != nil {
			return errors.Join(err, sealed.ErrHash)
		}
		if strings.HasPrefix(name, "keyring/") && !bytes.Equal(b, copies[name]) {
			return fmt.Errorf("%w: %s is not the copy of keyring.json: %w", ErrArchive, name, sealed.ErrMismatch)
		}
	}
	return nil
}

func (a *Archive) checkJournal(vkey string, sum *Summary) error {
	var pages []JournalPage
	if err := a.readJSON("journal.json", maxReport, &pages); err != nil {
		return err
	}
	for _, page := range pages {
		if len(page.Items) == 0 {
			continue
		}
		tree, err := journal.OpenCheckpoint(vkey, page.Checkpoint)
		if err != nil {
			return fmt.Errorf("check journal: %w", err)
		}
		for _, it := range page.Items {
			if it.Index == nil {
				sum.Waiting++
				continue
			}
			leaf := &journal.Leaf{Index: *it.Index, Size: tree.Size, Path: it.Path, Checkpoint: page.Checkpoint}
			if _, err := VerifyItem(vkey, JournalItem{Raw: it.Event, Salt: it.Salt, Leaf: leaf}); err != nil {
				return fmt.Errorf("check journal: %w", err)
			}
			sum.Events++
		}
	}
	return nil
}

// Identities are those of the vault, with which stock age opens the grants,
// the one in use first.
func (a *Archive) Identities(p sealed.Secret) ([]*sealed.Identity, error) {
	ring, err := sealed.OpenKeyring(a.box, p)
	if err != nil {
		return nil, err
	}
	return ring.Vaults(), nil
}
