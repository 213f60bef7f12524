package config

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
)

// The arrangements of Redis or Valkey.
const (
	Standalone = "standalone"
	Sentinel   = "sentinel"
	Cluster    = "cluster"
)

// State says where short-lived state is: sessions, single-use codes, counts.
// Without redis, in the memory of the one process that serves.
type State struct {
	Redis                string        `yaml:"redis"`     // standalone, sentinel, cluster; "" is memory
	Addresses            []string      `yaml:"addresses"` // host:port of the server, the sentinels, some nodes
	Master               string        `yaml:"master"`    // the sentinels' name for it
	Username             string        `yaml:"username"`
	PasswordFile         string        `yaml:"password_file"`
	SentinelUsername     string        `yaml:"sentinel_username"`
	SentinelPasswordFile string        `yaml:"sentinel_password_file"`
	TLS                  bool          `yaml:"tls"`
	CAFile               string        `yaml:"ca_file"` // PEM; "" believes the system's authorities
	Database             int           `yaml:"database"`
	Prefix               string        `yaml:"prefix"` // of every key; "" is coffre
	Replicas             int           `yaml:"replicas"`
	Timeout              time.Duration `yaml:"timeout"` // of an answer; 0 is a second
}

// Keys says where the gateway's own keys are: without a directory, below
// Data, where they are made at the first start.
type Keys struct {
	Dir string `yaml:"dir"`
}

const (
	leastAnswer = 100 * time.Millisecond
	mostAnswer  = 10 * time.Second
)

func (s *State) validate(mode string) []error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	switch s.Redis {
	case "":
		if !s.empty() {
			bad("state.redis is empty, but other members of state are there: write standalone, sentinel or cluster, or take these out")
		}
		return errs
	case Standalone, Sentinel, Cluster:
	default:
		bad("state.redis is %q: write standalone, sentinel or cluster, or nothing for the memory of one process", s.Redis)
		return errs
	}
	if len(s.Addresses) == 0 || s.Redis == Standalone && len(s.Addresses) > 1 {
		bad("state.addresses has %d members: one for standalone, for sentinel those of the sentinels, for cluster those of some nodes", len(s.Addresses))
	}
	for _, a := range s.Addresses {
		errs = append(errs, s.address(a, mode)...)
	}
	if (s.Master != "") != (s.Redis == Sentinel) {
		bad("state.master is %q: it is the name that sentinels know the servers by, needed for sentinel alone", s.Master)
	}
	if s.Redis != Sentinel && (s.SentinelUsername != "" || s.SentinelPasswordFile != "") {
		bad("state.sentinel_username and sentinel_password_file are for sentinel: take them out")
	}
	if s.Username != "" && s.PasswordFile == "" || s.SentinelUsername != "" && s.SentinelPasswordFile == "" {
		bad("state: a username is there without its password_file: name the file that holds the password")
	}
	if s.CAFile != "" && !s.TLS {
		bad("state.ca_file is named, but tls is false: write tls: true, or take ca_file out")
	}
	if s.Database < 0 || s.Database > 0 && s.Redis == Cluster {
		bad("state.database is %d: write a number from 0; a cluster has 0 only", s.Database)
	}
	if strings.ContainsAny(s.Prefix, "{}* ") {
		bad("state.prefix is %q: write letters, digits and hyphens", s.Prefix)
	}
	if s.Replicas < 0 || s.Redis == Sentinel && s.Replicas == 0 {
		bad("state.replicas is %d: write how many replicas must have the end of a session before it is acknowledged, for sentinel at least 1: a failover would bring it back", s.Replicas)
	}
	if s.Timeout != 0 && (s.Timeout < leastAnswer || s.Timeout > mostAnswer) {
		bad("state.timeout is %s: write %s to %s, or nothing", s.Timeout, leastAnswer, mostAnswer)
	}
	return errs
}

func (s *State) empty() bool {
	return len(s.Addresses) == 0 && s.Master == "" && s.Username == "" && s.PasswordFile == "" && s.SentinelUsername == "" &&
		s.SentinelPasswordFile == "" && !s.TLS && s.CAFile == "" && s.Database == 0 && s.Prefix == "" && s.Replicas == 0 && s.Timeout == 0
}

// address is host:port; the path of a socket for a server of its own.
func (s *State) address(a, mode string) []error {
	if strings.HasPrefix(a, "/") && s.Redis == Standalone && !s.TLS {
		return nil
	}
	host, port, err := net.SplitHostPort(a)
	if _, number := strconv.ParseUint(port, 10, 16); err != nil || number != nil || host == "" {
		return []error{fmt.Errorf("state.addresses: %q: write host:port, without redis://, or for standalone without tls the path of a socket", a)}
	}
	if mode == Production && !s.TLS && !loopback(host) {
		return []error{fmt.Errorf("state.addresses: %q without tls: whoever is on that network could be anybody here; write tls: true (and ca_file for an authority of your own)", a)}
	}
	return nil
}
