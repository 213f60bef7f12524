package config

import (
	"fmt"
	"net"
	"strconv"
	"time"
)

// Objects says where sealed bytes go; without an endpoint, to the S3 server
// in the same process, with files below Data.
type Objects struct {
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
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if o.Bucket == "" {
		bad("objects.bucket is empty: name the bucket")
	}
	if o.Timeout < 0 || o.Timeout > mostTimeout {
		bad("objects.timeout is %s: write 1s to %s, or nothing", o.Timeout, mostTimeout)
	}
	if o.Endpoint == "" {
		if o.TLS || o.CAFile != "" || o.AccessKey != "" || o.SecretFile != "" {
			bad("objects.endpoint is empty, but tls, ca_file, access_key or secret_file is there: name the store, or take these out")
		}
		return errs
	}
	host, port, err := net.SplitHostPort(o.Endpoint)
	if _, number := strconv.ParseUint(port, 10, 16); err != nil || number != nil || host == "" {
		bad("objects.endpoint is %q: write host:port, without https://", o.Endpoint)
	}
	if o.AccessKey == "" || o.SecretFile == "" {
		bad("objects: access_key and secret_file are needed to use %s", o.Endpoint)
	}
	if o.CAFile != "" && !o.TLS {
		bad("objects.ca_file is named, but tls is false: write tls: true, or take ca_file out")
	}
	if mode == Production && !o.TLS && err == nil && !loopback(host) {
		bad("objects.endpoint is %q without tls: whoever is on that network could change and delete what citizens keep, and see who uses what when; write tls: true (and ca_file for an authority of your own)", o.Endpoint)
	}
	return errs
}
