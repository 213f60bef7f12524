package config

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// Objects says where sealed bytes go; without an endpoint, to the S3 server
// in the same process, with files below Data.
type Objects struct {
	Store `yaml:",inline"`
	// Second is another site that the operator copies objects to, which a
	// scrub brings back from what the first one has lost or spoiled.
	Second Store `yaml:"second"`
}

// Store is an S3 store.
type Store struct {
	Endpoint   string        `yaml:"endpoint"` // host:port
	TLS        bool          `yaml:"tls"`
	CAFile     string        `yaml:"ca_file"` // PEM; "" believes the system's authorities
	Region     string        `yaml:"region"`
	Bucket     string        `yaml:"bucket"`
	AccessKey  string        `yaml:"access_key"`
	SecretFile string        `yaml:"secret_file"`
	Timeout    time.Duration `yaml:"timeout"` // how long the store may stand still; 0 is 30 seconds
}

// mostTimeout is more than any caller of the gateway waits.
const mostTimeout = 10 * time.Minute

func (o *Objects) validate(mode string) []error {
	errs := o.Store.validate("objects", mode)
	if o.Second != (Store{}) {
		errs = append(errs, o.Second.validate("objects.second", mode)...)
		if o.Second.Endpoint == "" {
			errs = append(errs, errors.New("objects.second.endpoint is empty: name the second site, or take second out"))
		}
	}
	return errs
}

func (o *Store) validate(name, mode string) []error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if o.Bucket == "" {
		bad("%s.bucket is empty: name the bucket", name)
	}
	if o.Timeout < 0 || o.Timeout > mostTimeout {
		bad("%s.timeout is %s: write 1s to %s, or nothing", name, o.Timeout, mostTimeout)
	}
	if o.Endpoint == "" {
		if o.TLS || o.CAFile != "" || o.AccessKey != "" || o.SecretFile != "" {
			bad("%s.endpoint is empty, but tls, ca_file, access_key or secret_file is there: name the store, or take these out", name)
		}
		return errs
	}
	host, port, err := net.SplitHostPort(o.Endpoint)
	if _, number := strconv.ParseUint(port, 10, 16); err != nil || number != nil || host == "" {
		bad("%s.endpoint is %q: write host:port, without https://", name, o.Endpoint)
	}
	if o.AccessKey == "" || o.SecretFile == "" {
		bad("%s: access_key and secret_file are needed to use %s", name, o.Endpoint)
	}
	if o.CAFile != "" && !o.TLS {
		bad("%s.ca_file is named, but tls is false: write tls: true, or take ca_file out", name)
	}
	if mode == Production && !o.TLS && err == nil && !loopback(host) {
		bad("%s.endpoint is %q without tls: whoever is on that network could change and delete what citizens keep, and see who uses what when; write tls: true (and ca_file for an authority of your own)", name, o.Endpoint)
	}
	return errs
}
