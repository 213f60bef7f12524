package e2e_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// needle is something that must not be left on the server.
type needle struct {
	what string
	b    []byte
}

// spellings are the ways in which bytes end up in files and memory.
func (n needle) spellings() [][]byte {
	all := [][]byte{n.b, []byte(hex.EncodeToString(n.b)), []byte(strings.ToUpper(hex.EncodeToString(n.b)))}
	for skip := range 3 { // base64 depends on where in its text the bytes begin
		if part := n.b[skip:]; len(part) >= 6 {
			part = part[:len(part)/3*3]
			all = append(all, []byte(base64.StdEncoding.EncodeToString(part)), []byte(base64.URLEncoding.EncodeToString(part)))
		}
	}
	return all
}

// place is bytes that somebody with the whole machine can read.
type place struct {
	name string
	b    []byte
}

// found lists the needles that lie in a place, in any of their spellings. One
// pass looks for all of them.
func found(places []place, needles []needle) []string {
	type pattern struct {
		what string
		b    []byte
	}
	var begins [1 << 16]bool // the first two bytes of some pattern
	patterns := map[[6]byte][]pattern{}
	for _, n := range needles {
		for _, s := range n.spellings() {
			begins[int(s[0])<<8|int(s[1])] = true
			patterns[[6]byte(s)] = append(patterns[[6]byte(s)], pattern{n.what, s})
		}
	}
	var all []string
	for _, p := range places {
		for at := 0; at+6 <= len(p.b); at++ {
			if !begins[int(p.b[at])<<8|int(p.b[at+1])] {
				continue
			}
			for _, m := range patterns[[6]byte(p.b[at:])] {
				if bytes.HasPrefix(p.b[at:], m.b) {
					all = append(all, fmt.Sprintf("%s in %s at %#x", m.what, p.name, at))
				}
			}
		}
	}
	return all
}

// files are all that lie below the directories, names included.
func files(t *testing.T, dirs ...string) []place {
	t.Helper()
	var all []place
	for _, dir := range dirs {
		must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // a temporary file of the store, gone meanwhile
			}
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			if err == nil {
				all = append(all, place{path, append([]byte(path+"\n"), b...)})
			}
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}))
	}
	return all
}

// openFiles are the regular files that the process holds open, those without
// a name included.
func openFiles(t *testing.T, pid int) []place {
	t.Helper()
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	fds, err := os.ReadDir(dir)
	must(t, err)
	var all []place
	for _, fd := range fds {
		path := filepath.Join(dir, fd.Name())
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			continue // closed meanwhile, and the number perhaps a socket's now
		}
		all = append(all, place{path, b})
	}
	if len(all) == 0 {
		t.Fatal("the gateway holds no file open: this test looks at the wrong process")
	}
	return all
}

// memory is what the process can write to: heap, stacks, and what its
// libraries have mapped.
func memory(t *testing.T, pid int) []place {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	must(t, err)
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatalf("reading the gateway's memory needs the rights of a debugger (root, or ptrace of children): %v", err)
	}
	defer func() { _ = mem.Close() }()
	var all []place
	for lines := bufio.NewScanner(bytes.NewReader(maps)); lines.Scan(); {
		var from, to uint64
		var rights string
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x %s", &from, &to, &rights); err != nil || !strings.HasPrefix(rights, "rw") {
			continue
		}
		b := make([]byte, to-from)
		n, err := mem.ReadAt(b, int64(from))
		if err != nil && !errors.Is(err, io.EOF) && n == 0 {
			continue // unmapped meanwhile
		}
		all = append(all, place{fmt.Sprintf("memory %x-%x", from, to), b[:n]})
	}
	return all
}

// TestSearchFindsWhatIsThere: the search that proves absence finds presence.
func TestSearchFindsWhatIsThere(t *testing.T) {
	secret := needle{"a secret", noise(32)}
	dir := t.TempDir()
	for name, b := range map[string][]byte{
		"raw":         secret.b,
		"hex":         []byte(hex.EncodeToString(secret.b)),
		"base64":      []byte(base64.StdEncoding.EncodeToString(secret.b)),
		"base64 of 1": []byte(base64.StdEncoding.EncodeToString(append([]byte{7}, secret.b...))),
		"base64 of 2": []byte(base64.RawURLEncoding.EncodeToString(append([]byte{7, 7}, secret.b...))),
	} {
		must(t, os.WriteFile(filepath.Join(dir, name), append([]byte("before "), append(b, " after"...)...), 0o600))
		if len(found(files(t, dir), []needle{secret})) == 0 {
			t.Errorf("%s: not found", name)
		}
		must(t, os.Remove(filepath.Join(dir, name)))
	}
	if all := found(files(t, dir), []needle{secret}); len(all) > 0 {
		t.Errorf("found where nothing is: %q", all)
	}
	if len(found(memory(t, os.Getpid()), []needle{secret})) == 0 {
		t.Error("not found in this test's own memory")
	}
}
