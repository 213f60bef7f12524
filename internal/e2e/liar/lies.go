package liar

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
)

// Where the gateway is lied about.
const (
	onMe              = "GET /api/v1/me"
	onSafe            = "GET /api/v1/safe"
	onKeyring         = "GET /api/v1/safe/keyring"
	onManifest        = "GET /api/v1/safe/manifest"
	onRelease         = "POST /api/v1/safe/documents/*/release"
	onContent         = "GET /api/v1/safe/documents/*/content"
	onJournal         = "GET /api/v1/safe/journal"
	onInbox           = "GET /api/v1/safe/inbox"
	onExport          = "GET /api/v1/safe/export"
	onConsistency     = "GET /log/consistency"
	onAdministrations = "GET /api/v1/administrations"
	onOfficeKeyring   = "GET /api/v1/administration/keyring"
	onGrantRelease    = "POST /api/v1/administration/grants/*/release"
	onGrantContent    = "GET /api/v1/administration/grants/*/content"
)

// Lies are all of them but noise.
func Lies() []Lie {
	var all []Lie
	for _, some := range [][]Lie{aboutReaders(), aboutKeyrings(), aboutContents(), aboutInbox(), aboutBytes(), aboutProofs(), aboutHistory(), aboutCustodians(), aboutRequests()} {
		all = append(all, some...)
	}
	return all
}

// errNothing: the liar has not seen what it wanted to tell.
var errNothing = errors.New("nothing seen to lie with")

// set makes a lie that puts a value in the answer's object.
func set(member string, value func(w *World, o object) (any, error)) func(*World, *Answer) error {
	return func(w *World, a *Answer) error {
		return a.edit(func(o object) error {
			v, err := value(w, o)
			o[member] = v
			return err
		})
	}
}

// without makes one that leaves a member out.
func without(member string) func(*World, *Answer) error {
	return func(_ *World, a *Answer) error {
		return a.edit(func(o object) error {
			if _, ok := o[member]; !ok {
				return errNothing
			}
			delete(o, member)
			return nil
		})
	}
}

// inner reaches an object within an object.
func inner(o object, names ...string) (object, error) {
	for _, n := range names {
		next, ok := o[n].(object)
		if !ok {
			return nil, fmt.Errorf("no object %q: %w", n, errNothing)
		}
		o = next
	}
	return o, nil
}

// items are the objects of a list.
func items(o object) ([]object, error) {
	list, _ := o["items"].([]any)
	var all []object
	for _, v := range list {
		if it, ok := v.(object); ok {
			all = append(all, it)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("empty list: %w", errNothing)
	}
	return all, nil
}

// each makes a lie about every object of a list.
func each(change func(w *World, o object) error) func(*World, *Answer) error {
	return func(w *World, a *Answer) error {
		return a.edit(func(o object) error {
			all, err := items(o)
			for _, it := range all {
				err = errors.Join(err, change(w, it))
			}
			return err
		})
	}
}

// flip changes one bit of base64 text.
func flip(o object, member string) error {
	text, _ := o[member].(string)
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) == 0 {
		return errors.Join(err, errNothing)
	}
	b[len(b)/2] ^= 1
	o[member] = base64.StdEncoding.EncodeToString(b)
	return nil
}

// flipped makes a lie of one changed bit.
func flipped(member string, path ...string) func(*World, *Answer) error {
	return func(_ *World, a *Answer) error {
		return a.edit(func(o object) error {
			at, err := inner(o, path...)
			if err != nil {
				return err
			}
			return flip(at, member)
		})
	}
}

// another answers with what was said elsewhere.
func another(pattern string) func(*World, *Answer) error {
	return func(w *World, a *Answer) error {
		for _, before := range slices.Backward(w.Earlier(pattern)) {
			if !bytes.Equal(before.Body, a.Body) { // a document given twice is the same bytes
				a.Body = before.Body
				return nil
			}
		}
		return errNothing
	}
}

// old answers with what was said here first.
func old(w *World, a *Answer) error {
	if len(w.Seen[w.At]) == 0 {
		return errNothing
	}
	a.Body = w.Seen[w.At][0].Body
	for _, h := range []string{"Etag"} {
		a.Header[h] = w.Seen[w.At][0].Header[h]
	}
	return nil
}

// borrowed takes one member of what was said elsewhere.
func borrowed(member, pattern string) func(*World, *Answer) error {
	return set(member, func(w *World, _ object) (any, error) {
		all := w.Earlier(pattern)
		if len(all) == 0 {
			return nil, errNothing
		}
		o, err := all[len(all)-1].read()
		return o[member], err
	})
}
