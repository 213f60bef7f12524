package folder

import (
	"errors"
	"fmt"
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

// mostRecord is how long a record or a sidecar can be.
const mostRecord = 1 << 20

// How far a grant has come.
const (
	stateAsked    = "asked"    // an opening is under way
	stateKept     = "kept"     // the document is there
	stateFailed   = "failed"   // it came altered, or cannot be opened, or was not asked for
	stateDeleting = "deleting" // it was as it had been made, and is being removed
	stateDeleted  = "deleted"
)

// record is what the folder remembers of one grant.
type record struct {
	Grant        string         `json:"grant"`
	State        string         `json:"state"`
	Attempt      client.Attempt `json:"attempt"`
	Begun        time.Time      `json:"begun,omitzero"` // the attempt
	Tries        int            `json:"tries,omitempty"`
	Next         time.Time      `json:"next,omitzero"` // not to be tried before
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
	// Refused and Unattested: the root under which the acknowledgement, or the
	// attestation, was refused for good. Under another one it is said anew.
	Refused    string `json:"refused,omitempty"`
	Unattested string `json:"unattested,omitempty"`
}

// ledger is all records, in memory and on disk. Safe for concurrent use; a record
// is one worker's at a time.
type ledger struct {
	files
	dir     string
	mu      sync.Mutex
	all     map[string]record
	names   map[string]string // who has a file, by its folded name
	strange []Told            // what is there and is not taken for what it is called
}

// openLedger reads what is there, and throws away what a kill has left half done.
func openLedger(root *os.Root, said saidBy) (*ledger, error) {
	l := &ledger{files: files{root}, dir: root.Name(), all: map[string]record{}, names: map[string]string{}}
	for _, name := range []string{quarantineDir, ownDir} {
		l.names[folded(name)] = "the folder itself"
	}
	entries, err := l.list(ownDir)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", ownDir, err)
	}
	for _, e := range entries {
		name := ownDir + "/" + e.Name()
		if strings.HasPrefix(e.Name(), ".") || strings.HasSuffix(e.Name(), ".part") {
			if err := l.root.Remove(name); err != nil {
				return nil, err
			}
			continue
		}
		grant, ours := strings.CutSuffix(e.Name(), ".json")
		if !ours {
			continue
		}
		var r record
		if err := l.readJSON(name, mostRecord, &r); err != nil {
			return nil, err
		}
		if checkID(r.Grant) != nil || r.Grant != grant {
			l.passOver(name, errors.New("a record of another grant"))
			continue
		}
		l.keep(r)
	}
	return l, l.adopt(said)
}

// passOver names a file that is not taken for what it is called.
func (l *ledger) passOver(name string, err error) {
	l.strange = append(l.strange, Told{What: Strange, File: name, Err: err})
}

func (l *ledger) keep(r record) {
	l.all[r.Grant] = r
	if r.File != "" && r.State != stateDeleted {
		l.names[folded(r.File)] = r.Grant
	}
}

func (l *ledger) get(grant string) (record, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r, known := l.all[grant]
	return r, known
}

// records is a copy of all.
func (l *ledger) records() []record {
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
	if err := checkID(r.Grant); err != nil {
		return err
	}
	if err := l.writeJSON(ours(r.Grant, ".json"), r); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if before, known := l.all[r.Grant]; known && before.File != r.File {
		delete(l.names, folded(before.File))
	}
	l.keep(r)
	return nil
}

// forget takes a record away of which nothing came.
func (l *ledger) forget(grant string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.names, folded(l.all[grant].File))
	delete(l.all, grant)
	return l.remove(ours(grant, ".json"))
}

// checkID refuses what is no id: it becomes the name of a file.
func checkID(all ...string) error {
	for _, id := range all {
		if len(id) != 26 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") != "" {
			return fmt.Errorf("not an id: %.40q", id)
		}
	}
	return nil
}

// ours is the name of a file of the folder's own.
func ours(grant, ending string) string { return ownDir + "/" + grant + ending }

// at is where a file of the folder is, for programs that take a path.
func (l *ledger) at(file string) string { return filepath.Join(l.dir, filepath.FromSlash(file)) }

// reserve finds a name for a grant that nobody has, here or on disk.
func (l *ledger) reserve(r record, sub, template string, n Named) (record, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for try := 1; ; try++ {
		file := fileName(template, n, try)
		if sub != "" {
			file = sub + "/" + file
		}
		if by := l.names[folded(file)]; by != "" && by != r.Grant {
			continue
		}
		there, err := l.exists(file)
		if err == nil && !there {
			there, err = l.exists(file + sidecarEnding)
		}
		switch {
		case err != nil:
			return r, fmt.Errorf("find a name for a document: %w", err)
		case there:
			continue
		}
		r.File = file
		l.names[folded(file)] = r.Grant
		return r, nil
	}
}

// folded is the same for names that a system may take for the same.
func folded(name string) string { return strings.ToLower(strings.ToUpper(name)) }
