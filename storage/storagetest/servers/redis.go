package servers

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// RedisMaster is the name that sentinels of tests know their servers by.
const RedisMaster = "coffre"

// RedisServer is one server, or one sentinel, on loopback, with a password.
// It keeps nothing on disk.
type RedisServer struct {
	*Process
	Address  string // host:port
	Password string
	CA       string // file of its authority; "" without TLS
	dir      string
	args     []string
	cli      string
}

// Redis starts a server by itself.
func Redis(tb testing.TB, settings ...string) *RedisServer {
	tb.Helper()
	return newRedis(tb, rand.Text(), "server", settings...)
}

// RedisTLS starts one that speaks TLS alone.
func RedisTLS(tb testing.TB) *RedisServer {
	tb.Helper()
	dir := Dir(tb, "redis-tls")
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	ca, err := makeCertificate(cert, key, filepath.Join(dir, "ca.pem"))
	if err != nil {
		tb.Fatal(err)
	}
	s := &RedisServer{Password: rand.Text(), CA: ca, dir: dir}
	s.run(tb, "server", "--port", "0", "--tls-port", portOf(FreePort(tb), s), "--requirepass", s.Password,
		"--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", ca, "--tls-auth-clients", "no")
	return s
}

func portOf(port int, s *RedisServer) string {
	s.Address = "127.0.0.1:" + strconv.Itoa(port)
	return strconv.Itoa(port)
}

func newRedis(tb testing.TB, password, name string, settings ...string) *RedisServer {
	tb.Helper()
	s := &RedisServer{Password: password, dir: Dir(tb, "redis-"+name)}
	s.run(tb, name, append([]string{
		"--port", portOf(FreePort(tb), s), "--requirepass", password, "--masterauth", password,
	}, settings...)...)
	return s
}

func (s *RedisServer) run(tb testing.TB, name string, settings ...string) {
	tb.Helper()
	program, err1 := Find("redis-server")
	cli, err2 := Find("redis-cli")
	if err := errors.Join(err1, err2); err != nil {
		tb.Fatal(err)
	}
	s.cli = cli
	s.args = append([]string{
		program, "--bind", "127.0.0.1", "--dir", s.dir, "--save", "", "--appendonly", "no",
		// A replica has what its master has as soon as both are there.
		"--repl-diskless-sync-delay", "0", "--logfile", "",
	}, settings...)
	s.start(tb, name)
}

func (s *RedisServer) start(tb testing.TB, name string) {
	tb.Helper()
	s.Process = Start(tb, Command{Name: "redis-" + name, Args: s.args, Dir: s.dir, Ready: func(ctx context.Context) error {
		out, err := s.command(ctx, "PING")
		if err == nil && out != "PONG" {
			err = errors.New(out)
		}
		return err
	}})
}

// Restart starts a server that was stopped or killed, on its port, with
// nothing in it.
func (s *RedisServer) Restart(tb testing.TB) {
	tb.Helper()
	s.start(tb, "again")
}

// Command does something as an administrator of the server would, by redis-cli.
func (s *RedisServer) Command(tb testing.TB, args ...string) string {
	tb.Helper()
	out, err := s.command(tb.Context(), args...)
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func (s *RedisServer) command(ctx context.Context, args ...string) (string, error) {
	_, port, _ := strings.Cut(s.Address, ":")
	flags := []string{"-p", port, "-e"}
	if s.CA != "" {
		flags = append(flags, "--tls", "--cacert", s.CA)
	}
	cmd := exec.CommandContext(ctx, s.cli, append(flags, args...)...) //nolint:gosec // found above
	cmd.Env = append(os.Environ(), "REDISCLI_AUTH="+s.Password)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("redis-cli %q: %w: %s%s", args, err, stdout.Bytes(), stderr.Bytes())
	}
	return strings.TrimSpace(stdout.String()), nil
}

// RedisSentinels is a master with two replicas, watched by three sentinels
// that replace it after half a second of silence.
type RedisSentinels struct {
	Addresses []string // of the sentinels
	Password  string   // of servers and sentinels
	servers   []*RedisServer
	sentinels []*RedisServer
}

// Sentinels starts them, and returns when each knows all others.
func Sentinels(tb testing.TB) *RedisSentinels {
	tb.Helper()
	s := &RedisSentinels{Password: rand.Text()}
	master := newRedis(tb, s.Password, "master")
	s.servers = append(s.servers, master)
	for range 2 {
		s.servers = append(s.servers, newRedis(tb, s.Password, "replica", "--replicaof", strings.Replace(master.Address, ":", " ", 1)))
	}
	for range 3 {
		dir := Dir(tb, "redis-sentinel")
		one := &RedisServer{Password: s.Password, dir: dir}
		text := fmt.Sprintf(`port %s
requirepass %[2]s
sentinel sentinel-pass %[2]s
sentinel monitor %[3]s %[4]s 2
sentinel auth-pass %[3]s %[2]s
sentinel down-after-milliseconds %[3]s 500
sentinel failover-timeout %[3]s 3000
`, portOf(FreePort(tb), one), s.Password, RedisMaster, strings.Replace(master.Address, ":", " ", 1))
		file := filepath.Join(dir, "sentinel.conf") // which the sentinel writes to
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			tb.Fatal(err)
		}
		program, err1 := Find("redis-server")
		cli, err2 := Find("redis-cli")
		if err := errors.Join(err1, err2); err != nil {
			tb.Fatal(err)
		}
		one.cli, one.args = cli, []string{program, file, "--sentinel", "--bind", "127.0.0.1"}
		one.start(tb, "sentinel")
		s.sentinels = append(s.sentinels, one)
		s.Addresses = append(s.Addresses, one.Address)
	}
	s.Settle(tb)
	return s
}

// Master is the server that the sentinels agree on.
func (s *RedisSentinels) Master(tb testing.TB) *RedisServer {
	tb.Helper()
	out := s.sentinels[0].Command(tb, "SENTINEL", "get-master-addr-by-name", RedisMaster)
	for _, one := range s.servers {
		if one.Address == strings.Replace(out, "\n", ":", 1) {
			return one
		}
	}
	tb.Fatalf("the master is %q, which is none of ours", out)
	return nil
}

// PauseReplicas stops the clocks of both: the master has nobody to follow it
// until resume.
func (s *RedisSentinels) PauseReplicas(tb testing.TB) (resume func()) {
	tb.Helper()
	master := s.Master(tb)
	each := func(fn func(*RedisServer) error) {
		tb.Helper()
		for _, one := range s.servers {
			if one != master {
				if err := fn(one); err != nil {
					tb.Fatal(err)
				}
			}
		}
	}
	each(func(one *RedisServer) error { return one.Pause() })
	return func() {
		tb.Helper()
		each(func(one *RedisServer) error { return one.Resume() })
	}
}

// Settle returns when the sentinels know each other and one master, whose two
// replicas follow it.
func (s *RedisSentinels) Settle(tb testing.TB) {
	tb.Helper()
	eventually(tb, func() error {
		var master string
		for _, one := range s.sentinels {
			out, err := one.command(tb.Context(), "SENTINEL", "master", RedisMaster)
			if err != nil {
				return err
			}
			is := pairs(out)
			at := is["ip"] + ":" + is["port"]
			if is["num-other-sentinels"] != "2" || is["num-slaves"] != "2" || is["flags"] != "master" || master != "" && at != master {
				return fmt.Errorf("a sentinel says %v", is)
			}
			master = at
		}
		for _, one := range s.servers {
			out, err := one.command(tb.Context(), "INFO", "replication")
			if err != nil {
				return err
			}
			if one.Address == master && strings.Count(out, "state=online") != 2 ||
				one.Address != master && !strings.Contains(out, "master_link_status:up") {
				return fmt.Errorf("%s: %s", one.Address, out)
			}
		}
		return nil
	})
}

// pairs reads an answer of names and values in turn.
func pairs(out string) map[string]string {
	all := map[string]string{}
	lines := strings.Split(out, "\n")
	for i := 0; i+1 < len(lines); i += 2 {
		all[lines[i]] = lines[i+1]
	}
	return all
}

// RedisCluster is three masters that share the keys.
type RedisCluster struct {
	Addresses []string
	Password  string
	Nodes     []*RedisServer
}

// Cluster starts them, and returns when each of them serves.
func Cluster(tb testing.TB) *RedisCluster {
	tb.Helper()
	c := &RedisCluster{Password: rand.Text()}
	for range 3 {
		// Its second port is the first and 10,000: it has to exist.
		bus := strconv.Itoa(FreePort(tb))
		one := newRedis(tb, c.Password, "node", "--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-port", bus)
		c.Nodes, c.Addresses = append(c.Nodes, one), append(c.Addresses, one.Address)
	}
	create := append([]string{"--cluster-yes", "--cluster", "create"}, c.Addresses...)
	c.Nodes[0].Command(tb, create...)
	eventually(tb, func() error {
		for _, one := range c.Nodes {
			out, err := one.command(tb.Context(), "CLUSTER", "INFO")
			if err == nil && !(strings.Contains(out, "cluster_state:ok") && strings.Contains(out, "cluster_known_nodes:3")) {
				err = errors.New(out)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return c
}

func eventually(tb testing.TB, try func() error) {
	tb.Helper()
	for deadline := time.Now().Add(patience); ; {
		err := try()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			tb.Fatal(err)
		}
		select {
		case <-tb.Context().Done():
		case <-time.After(again):
		}
	}
}
