package folder

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// The directories inside the folder.
const (
	ownDir        = ".coffre"
	quarantineDir = "quarantine"
	sidecarEnding = ".coffre.json"
)

// How far a grant has come.
const (
	stateAsked    = "asked"    // an opening is under way
	stateKept     = "kept"     // the document is there
	stateFailed   = "failed"   // it came altered, or cannot be opened
	stateDeleting = "deleting" // it was as it had been made, and is being removed
	stateDeleted  = "deleted"
)

// record is what the folder remembers of one grant.
type record struct {
	Grant        string         `json:"grant"`
	State        string         `json:"state"`
	Attempt      client.Attempt `json:"attempt"`
	Safe         string         `json:"safe,omitempty"`
	Doc          string         `json:"doc,omitempty"`
	Version      string         `json:"version,omitempty"`
	File         string         `json:"file,omitempty"` // inside the folder, with slashes
	SHA256       string         `json:"sha256,omitempty"`
	Release      string         `json:"release,omitempty"`
	Outcome      string         `json:"outcome,omitempty"`
	Signed       []byte         `json:"signed,omitempty"` // the acknowledgement
	Acknowledged bool           `json:"acknowledged,omitempty"`
	Ends         time.Time      `json:"ends"`
	Attested     bool           `json:"attested,omitempty"`
}

// ledger is all records, in memory and on disk. Safe for concurrent use; a record
// is one worker's at a time.
type ledger struct {
	dir   string
	mu    sync.Mutex
	all   map[string]record
	names map[string]string // who has a file, by its folded name
}

// openLedger reads what is there, and throws away what a kill has left half done.
func openLedger(dir string) (*ledger, error) {
	l := &ledger{dir: dir, all: map[string]record{}, names: map[string]string{}}
	own := filepath.Join(dir, ownDir)
	if err := os.MkdirAll(own, 0o700); err != nil {
		return nil, fmt.Errorf("make %s: %w", own, err)
	}
	entries, err := os.ReadDir(own)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", own, err)
	}
	for _, e := range entries {
		path := filepath.Join(own, e.Name())
		if strings.HasPrefix(e.Name(), ".") || strings.HasSuffix(e.Name(), ".part") {
			if err := os.Remove(path); err != nil {
				return nil, err
			}
			continue
		}
		if !strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		var r record
		if err := readJSON(path, &r); err != nil {
			return nil, err
		}
		l.keep(r)
	}
	return l, l.adopt()
}

// adopt takes a document for done whose own record is gone and whose sidecar is
// there.
func (l *ledger) adopt() error {
	for _, sub := range []string{"", quarantineDir} {
		entries, err := os.ReadDir(filepath.Join(l.dir, sub))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), sidecarEnding) || strings.HasPrefix(e.Name(), ".") {
				continue
			}
			var s Sidecar
			if err := readJSON(filepath.Join(l.dir, sub, e.Name()), &s); err != nil {
				return err
			}
			if _, known := l.get(s.Grant.ID); !known && s.Grant.ID != "" {
				if err := l.put(s.record(sub)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func readJSON(path string, v any) error {
	b, err := os.ReadFile(path) //nolint:gosec // the folder's own
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return nil
}

func (l *ledger) keep(r record) {
	l.all[r.Grant] = r
	if r.File != "" && r.State != stateDeleted {
		l.names[strings.ToLower(r.File)] = r.Grant
	}
}

func (l *ledger) get(grant string) (record, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r, known := l.all[grant]
	return r, known
}

// list is a copy of all.
func (l *ledger) list() []record {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]record, 0, len(l.all))
	for _, r := range l.all {
		out = append(out, r)
	}
	return out
}

// put is durable when it returns.
func (l *ledger) put(r record) error {
	if err := l.own(r.Grant); err != nil {
		return err
	}
	if err := writeJSON(l.path(r.Grant, ".json"), r); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if before, known := l.all[r.Grant]; known && before.File != r.File {
		delete(l.names, strings.ToLower(before.File))
	}
	l.keep(r)
	return nil
}

// forget takes a record away of which nothing came.
func (l *ledger) forget(grant string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.names, strings.ToLower(l.all[grant].File))
	delete(l.all, grant)
	return os.Remove(l.path(grant, ".json"))
}

// own refuses what is no id: it becomes the name of a file.
func (l *ledger) own(grant string) error {
	if len(grant) != 26 || strings.Trim(grant, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return fmt.Errorf("not the id of a grant: %.40q", grant)
	}
	return nil
}

func (l *ledger) path(grant, ending string) string {
	return filepath.Join(l.dir, ownDir, grant+ending)
}

// reserve finds a name for a grant that nobody has, here or on disk.
func (l *ledger) reserve(r record, sub, template string, n Named) (record, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for try := 1; ; try++ {
		file := fileName(template, n, try)
		if sub != "" {
			file = sub + "/" + file
		}
		if by := l.names[strings.ToLower(file)]; by != "" && by != r.Grant {
			continue
		}
		if _, err := os.Lstat(l.at(file)); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if _, err := os.Lstat(l.at(file) + sidecarEnding); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		r.File = file
		l.names[strings.ToLower(file)] = r.Grant
		return r, nil
	}
}

// at is where a file of the folder is.
func (l *ledger) at(file string) string { return filepath.Join(l.dir, filepath.FromSlash(file)) }

// writeJSON replaces a file as a whole, durably.
func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", path, err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".coffre-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(append(b, '\n'))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return moved(f.Name(), path)
}

// moved renames, durably.
func moved(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return settled(filepath.Dir(to))
}

// settled makes what happened to the names of a directory durable.
func settled(dir string) error {
	d, err := os.Open(dir) //nolint:gosec // the folder's own
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func hashOf(path string) (string, error) {
	f, err := os.Open(path) //nolint:gosec // the folder's own
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
