package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/storage/s3store"
)

// childDir tells the test binary to be the object store, in that directory.
const childDir = "COFFRE_BENCH_STORE"

// address is how to reach the object store; it opens sealed bytes of a
// benchmark. CA is the file of its authority, where it speaks TLS.
type address struct{ Endpoint, Bucket, Key, Secret, CA string }

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := beStore(dir); err != nil {
			fmt.Fprintln(os.Stderr, "object store:", err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// beStore serves until its standard input ends.
func beStore(dir string) error {
	s, err := s3store.Embedded(context.Background(), s3store.EmbeddedConfig{Dir: dir, Bucket: "coffre"})
	if err != nil {
		return err
	}
	c := s.Client()
	b, err := json.Marshal(address{Endpoint: c.Endpoint, Bucket: c.Bucket, Key: c.AccessKey, Secret: string(c.Secret)})
	if err != nil {
		return err
	}
	fmt.Printf("store %s\n", b)
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return s.Close()
}

// start runs a process until the test ends, and gives what follows a word at
// the beginning of a line that it prints.
func start(b *testing.B, word string, cmd *exec.Cmd) (rest string, pid int) {
	b.Helper()
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	must(b, err)
	out, err := cmd.StdoutPipe()
	must(b, err)
	must(b, cmd.Start())
	b.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait() // the figures are printed already
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), word+" "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return rest, cmd.Process.Pid
		}
	}
	b.Fatalf("%s ended before it was ready", cmd.Path)
	return "", 0
}

func startStore(b *testing.B, dir string) address {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+filepath.Join(dir, "objects"))
	said, _ := start(b, "store", cmd)
	var a address
	must(b, json.Unmarshal([]byte(said), &a))
	return a
}

const configuration = `mode: demo
listen: 127.0.0.1:0
data: %s
log_origin: bench.example/log
agents: anyone
territory: { name: Mesures }
limits: { document: 2147483648, safe: 1099511627776, pace: 1000 }
objects: { endpoint: %q, bucket: %s, access_key: %s, secret_file: %s, tls: %t, ca_file: %q }
`

// startGateway runs bin/coffred on that store, with more lines of
// configuration, and gives its address and process.
func startGateway(b *testing.B, dir string, a address, more ...string) (url string, pid int) {
	b.Helper()
	program, err := filepath.Abs("../../bin/coffred")
	must(b, err)
	secret, file := filepath.Join(dir, "secret"), filepath.Join(dir, "coffre.yaml")
	must(b, os.WriteFile(secret, []byte(a.Secret), 0o600))
	text := fmt.Sprintf(configuration, filepath.Join(dir, "data"), a.Endpoint, a.Bucket, a.Key, secret, a.CA != "", a.CA) + strings.Join(more, "")
	must(b, os.WriteFile(file, []byte(text), 0o600))
	return start(b, "listening", exec.Command(program, "serve", "--config", file))
}

// resetPeak forgets the peak of a process's memory; peak reads it, in MiB.
func resetPeak(b *testing.B, pid int) {
	b.Helper()
	must(b, os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0o200))
}

func peak(b *testing.B, pid int) int {
	b.Helper()
	return status(b, pid, "VmHWM:") / 1024
}

func status(b *testing.B, pid int, name string) int {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	must(b, err)
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == name {
			kib, err := strconv.Atoi(f[1])
			must(b, err)
			return kib
		}
	}
	b.Fatalf("process %d has no %s", pid, name)
	return 0
}

// cpu is the processor time that a process has used, in seconds.
func cpu(b *testing.B, pid int) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	must(b, err)
	_, after, _ := strings.Cut(string(text), ") ")
	f := strings.Fields(after) // from the third field on
	user, err := strconv.ParseFloat(f[11], 64)
	must(b, err)
	system, err := strconv.ParseFloat(f[12], 64)
	must(b, err)
	return (user + system) / 100 // USER_HZ
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
