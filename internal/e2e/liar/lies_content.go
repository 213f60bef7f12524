package liar

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

// aboutContents: what is in the safe, and what is said of it.
func aboutContents() []Lie {
	return []Lie{
		{Name: "manifest: the liar's own", Threat: "T3", Act: List, On: onManifest, Tell: ownManifest},
		{Name: "manifest: a changed bit", Threat: "T7", Act: List, On: onManifest, Tell: flipped("sealed")},
		{Name: "manifest: another epoch", Threat: "T8", Act: List, On: onManifest, Tell: set("epoch", func(*World, object) (any, error) { return 99, nil })},
		{Name: "manifest: an old one", Threat: "T8", Act: List, On: onManifest, Tell: old},
		{Name: "manifest: in X25519 form", Threat: "T9", Act: List, On: onManifest, Tell: set("sealed", func(*World, object) (any, error) { return base64.StdEncoding.EncodeToString(classic), nil })},
		{Name: "grant: a changed bit", Threat: "T7", Act: Get, On: onRelease, Tell: flipped("grant")},
		{Name: "grant: of another document", Threat: "T5", Act: Get, On: onRelease, Tell: borrowed("grant", onRelease)},
		{Name: "grant: the liar's own", Threat: "T3", Act: Get, On: onRelease, Tell: ownGrant},
		{Name: "release: of another document", Threat: "T5", Act: Get, On: onRelease, Tell: another(onRelease)},
		{Name: "release: another version", Threat: "T5", Act: Get, On: onRelease, Tell: set("version", func(*World, object) (any, error) { return "aaaaaaaaaaaaaaaaaaaaaaaaaa", nil })},
		{Name: "grant: of another document, to the administration", Threat: "T5", Act: Fetch, On: onGrantRelease, Tell: borrowed("grant", onGrantRelease)},
		{Name: "grant: another hash", Threat: "T7", Act: Fetch, On: onGrantRelease, Tell: set("sha256", func(*World, object) (any, error) { return hex.EncodeToString(make([]byte, 32)), nil })},
		{Name: "grant: another length", Threat: "T7", Act: Fetch, On: onGrantRelease, Tell: set("sealed", func(*World, object) (any, error) { return 4096, nil })},
		{Name: "grant: a changed bit, to the administration", Threat: "T7", Act: Fetch, On: onGrantRelease, Tell: flipped("grant")},
	}
}

// classic is the header of a file for an X25519 recipient, and some bytes.
//
//nolint:gochecknoglobals // a constant in all but name
var classic = slices.Concat([]byte("age-encryption.org/v1\n-> X25519 "+
	"TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc\nEmECAEcKN+n/Vs9SbWiV+Hu0r+E8R77DdWYyd83nw7U\n"+
	"--- Vn+54jqiiUCE+WZcEVY3f1sqHjlu/z1LCQ/T7Xm7qI0\n"), bytes.Repeat([]byte{7}, 4096))

func ownManifest(w *World, a *Answer) error {
	return a.edit(func(o object) error {
		o["sealed"], o["epoch"] = "", 2
		to, err := citizenOf(w)
		if err != nil {
			return err
		}
		m := sealed.Manifest{Suite: sealed.Suite, Safe: to.safe, Epoch: 2, Previous: hex.EncodeToString(make([]byte, 32)), Time: "2026-01-01T00:00:00Z"}
		b, err := m.Seal(w.Keys.Root, to.recipient)
		o["sealed"] = base64.StdEncoding.EncodeToString(b)
		return err
	})
}

type citizen struct {
	safe      string
	recipient *sealed.Recipient
}

// citizenOf reads what everybody at the gateway can: whom to seal to.
func citizenOf(w *World) (citizen, error) {
	seen := w.Seen[onKeyring]
	if len(seen) == 0 {
		return citizen{}, errNothing
	}
	var box sealed.Container
	if err := json.Unmarshal(seen[0].Body, &box); err != nil {
		return citizen{}, err
	}
	to, err := sealed.ParseRecipient(box.Recipient)
	return citizen{box.Safe, to}, err
}

// ownSize is the length of a document of the liar's.
const ownSize = 1000

// ownGrant seals a document of the liar's to the citizen, all of it
// consistent but for the signature.
func ownGrant(w *World, a *Answer) error {
	return a.edit(func(o object) error {
		to, err := citizenOf(w)
		if err != nil {
			return err
		}
		doc, _ := o["doc"].(string)
		version, _ := o["version"].(string)
		length := sealed.SealedSize(ownSize)
		sum := sha256.Sum256([]byte("the liar's own"))
		b, err := sealed.SealGrant(sealed.Grant{
			Suite: sealed.Suite, Safe: to.safe, Doc: doc, Version: version, SHA256: hex.EncodeToString(sum[:]), Sealed: length, Size: ownSize,
			Name: "impots.pdf", Type: "application/pdf", Created: "2026-01-01T00:00:00Z", Reader: to.safe, Recipient: to.recipient.Fingerprint(),
		}, w.Keys.Root, w.Keys.Identity, to.recipient)
		o["grant"] = base64.StdEncoding.EncodeToString(b)
		return err
	})
}

// aboutInbox: deposits that nobody made, or somebody else did.
func aboutInbox() []Lie {
	return []Lie{
		{Name: "inbox: a deposit that is not there", Threat: "T3", Act: Inbox, On: onInbox, Quiet: true, Tell: each(func(_ *World, o object) error {
			o["doc"] = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
			return nil
		})},
		{Name: "inbox: from somebody else", Threat: "T3", Act: Inbox, On: onInbox, Tell: each(func(_ *World, o object) error {
			o["origin"] = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
			return nil
		})},
		{Name: "inbox: another hash", Threat: "T4", Act: Inbox, On: onInbox, Tell: each(func(_ *World, o object) error {
			o["sha256"] = hex.EncodeToString(make([]byte, 32))
			return nil
		})},
		{Name: "inbox: the liar's own slip", Threat: "T3", Act: Inbox, On: onRelease, Tell: ownSlip},
	}
}

func ownSlip(w *World, a *Answer) error {
	return a.edit(func(o object) error {
		to, err := citizenOf(w)
		if err != nil {
			return err
		}
		doc, _ := o["doc"].(string)
		version, _ := o["version"].(string)
		b, err := sealed.SealSlip(sealed.Grant{
			Suite: sealed.Suite, Safe: to.safe, Doc: doc, Version: version, SHA256: hex.EncodeToString(make([]byte, 32)), Sealed: sealed.SealedSize(ownSize), Size: ownSize,
			Name: "amende.pdf", Type: "application/pdf", Created: "2026-01-01T00:00:00Z", Reader: to.safe, Recipient: to.recipient.Fingerprint(),
			Origin: "aaaaaaaaaaaaaaaaaaaaaaaaaa", Door: "gateway",
		}, w.Keys.Identity, to.recipient)
		o["grant"] = base64.StdEncoding.EncodeToString(b)
		return err
	})
}

// aboutBytes: sealed bytes changed on their way. Each is told to the citizen
// and to the administration.
func aboutBytes() []Lie {
	const header, chunk = sealed.HeaderSize + 16, 64<<10 + 16
	change := map[string]func(w *World, b []byte) ([]byte, error){
		"T4 a changed bit": func(_ *World, b []byte) ([]byte, error) {
			b[len(b)/2] ^= 1
			return b, nil
		},
		"T4 sealed again to somebody else": func(w *World, b []byte) ([]byte, error) { return resealed(w, int64(len(b))) },
		"T6 chunks reordered": func(_ *World, b []byte) ([]byte, error) {
			one, two := b[header:header+chunk], b[header+chunk:header+2*chunk]
			return slices.Concat(b[:header], two, one, b[header+2*chunk:]), nil
		},
		"T6 a chunk dropped": func(_ *World, b []byte) ([]byte, error) {
			return slices.Concat(b[:header+chunk], b[header+2*chunk:]), nil
		},
		"T6 a chunk doubled": func(_ *World, b []byte) ([]byte, error) {
			return slices.Concat(b[:header+chunk], b[header:]), nil
		},
		"T6 cut before the last chunk": func(_ *World, b []byte) ([]byte, error) { return b[:header+chunk*((len(b)-header)/chunk)], nil },
		"T6 cut at a boundary, less 1": func(_ *World, b []byte) ([]byte, error) { return b[:header+chunk-1], nil },
		"T6 cut at a boundary":         func(_ *World, b []byte) ([]byte, error) { return b[:header+chunk], nil },
		"T6 cut at a boundary, plus 1": func(_ *World, b []byte) ([]byte, error) { return b[:header+chunk+1], nil },
		"T6 nothing":                   func(*World, []byte) ([]byte, error) { return nil, nil },
		"T6 something after the end":   func(_ *World, b []byte) ([]byte, error) { return append(b, 0), nil },
		"T9 an X25519 stanza":          func(*World, []byte) ([]byte, error) { return classic, nil },
		"T9 two stanzas":               func(_ *World, b []byte) ([]byte, error) { return twoStanzas(b) },
		"T9 armor": func(_ *World, b []byte) ([]byte, error) {
			return []byte("-----BEGIN AGE ENCRYPTED FILE-----\n" + base64.StdEncoding.EncodeToString(b) + "\n-----END AGE ENCRYPTED FILE-----\n"), nil
		},
	}
	var all []Lie
	for what, how := range change {
		tell := func(w *World, a *Answer) (err error) {
			if len(a.Body) < header+2*chunk {
				return errNothing
			}
			a.Body, err = how(w, bytes.Clone(a.Body))
			return err
		}
		all = append(all,
			Lie{Name: "content: " + what[3:], Threat: what[:2], Act: Get, On: onContent, Tell: tell},
			Lie{Name: "content: " + what[3:] + ", to the administration", Threat: what[:2], Act: Fetch, On: onGrantContent, Tell: tell})
	}
	slices.SortFunc(all, func(a, b Lie) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	return append(all,
		Lie{Name: "content: of another document", Threat: "T5", Act: Get, On: onContent, Tell: another(onContent)},
		Lie{Name: "content: of another document, to the administration", Threat: "T5", Act: Fetch, On: onGrantContent, Tell: another(onGrantContent)})
}

// resealed is a valid sealed file of the same length.
func resealed(w *World, length int64) ([]byte, error) {
	size := length
	for sealed.SealedSize(size) > length {
		size -= 1 + (sealed.SealedSize(size)-length)/2
	}
	r, err := sealed.SealDocument(bytes.NewReader(make([]byte, size)), size, w.Keys.Identity.Recipient())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	_, err = b.ReadFrom(r)
	return b.Bytes(), err
}

// twoStanzas doubles the only one.
func twoStanzas(b []byte) ([]byte, error) {
	first := bytes.IndexByte(b, '\n') + 1
	end := bytes.Index(b, []byte("\n--- "))
	if end < 0 {
		return nil, errors.New("no header")
	}
	return slices.Concat(b[:end+1], b[first:end+1], b[end+1:]), nil
}
