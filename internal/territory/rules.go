package territory

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Rules is territory.yaml.
type Rules struct {
	// Networks are the authority's, each with the name that the public page
	// shows: addresses stay private.
	Networks []Network `yaml:"networks"`
	// Regions that an object store may be configured with; empty allows any.
	Regions []string `yaml:"regions"`
	// Certificates are SHA-256 of certificates in DER, of which a backend that
	// speaks TLS has to show one, itself or above it; empty allows any that
	// verifies.
	Certificates []string `yaml:"certificates"`

	hash [32]byte
}

// Network is one range of addresses.
type Network struct {
	Name  string       `yaml:"name"`
	Range netip.Prefix `yaml:"range"`
}

// Hash is the SHA-256 of the file.
func (r Rules) Hash() [32]byte { return r.hash }

// Load reads the file strictly and says everything that is wrong with it.
func Load(path string) (Rules, error) {
	b, err := os.ReadFile(path) //nolint:gosec // the operator says which
	if err != nil {
		return Rules{}, fmt.Errorf("read territory: %w", err)
	}
	r, err := Parse(b)
	if err != nil {
		return Rules{}, fmt.Errorf("read territory %s: %w", path, err)
	}
	return r, nil
}

// ThisMachine is the territory of a gateway that keeps everything by itself.
func ThisMachine() (Rules, error) {
	return Parse([]byte(`networks: [{name: localhost, range: 127.0.0.0/8}, {name: localhost, range: "::1/128"}]`))
}

// Parse reads the file's bytes.
func Parse(b []byte) (Rules, error) {
	var r Rules
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	if err := dec.Decode(&r); err != nil {
		return Rules{}, err
	}
	r.hash = sha256.Sum256(b)
	return r, r.validate()
}

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (r Rules) validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if len(r.Networks) == 0 {
		bad("networks is empty: no backend could be reached; name at least one")
	}
	for i, n := range r.Networks {
		switch {
		case !n.Range.IsValid():
			bad("network %d has no range: write 10.1.2.0/24", i+1)
		case n.Range.Bits() == 0:
			bad("network %s is the whole internet: name what is yours", n.Range)
		case n.Range != n.Range.Masked():
			bad("network %s: write %s", n.Range, n.Range.Masked())
		}
		if strings.TrimSpace(n.Name) == "" {
			bad("network %s has no name: the public page shows it", n.Range)
		}
	}
	for _, c := range r.Certificates {
		if !hashForm.MatchString(c) {
			bad("certificate %q: write the SHA-256 of its DER, 64 small hexadecimal digits", c)
		}
	}
	return errors.Join(errs...)
}

// network finds the range that an address is in.
func (r Rules) network(a netip.Addr) (Network, bool) {
	a = a.Unmap()
	i := slices.IndexFunc(r.Networks, func(n Network) bool { return n.Range.Contains(a) })
	if i < 0 {
		return Network{}, false
	}
	return r.Networks[i], true
}

func (r Rules) region(name string) bool {
	return len(r.Regions) == 0 || name == "" || slices.Contains(r.Regions, name)
}

func (r Rules) certificate(der []byte) bool {
	sum := sha256.Sum256(der)
	return slices.Contains(r.Certificates, hex.EncodeToString(sum[:]))
}
