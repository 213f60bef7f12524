package servers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

const (
	// patience bounds what is waited for; reaching it is a failure.
	patience = time.Minute
	// again is how long to wait before an attempt to connect is repeated.
	again = 10 * time.Millisecond
	// shown is how much of a server's log a failed test shows.
	shown = 16 << 10
)

// Command is a server to start.
type Command struct {
	Name string   // as people call it
	Args []string // program (from Find) and arguments
	Env  []string // more than the test's own
	// Dir is where it runs and where its log goes: a directory from Dir.
	// It outlives the process, so that another may go on with the data.
	Dir string
	// End is what ends it in good order; SIGTERM when zero.
	End syscall.Signal
	// Plain says that it refuses to run as root.
	Plain bool
	// Ready tries to use it, by a connection of its own: nil when it serves.
	Ready func(context.Context) error
}

// Process is a server that runs.
type Process struct {
	name string
	log  string
	end  syscall.Signal
	cmd  *exec.Cmd
	// lifeline is held by this process alone: when it dies, the server's
	// watcher reads the end of it.
	lifeline io.Closer
	done     chan struct{} // closed when it has ended
}

// Start runs a server until the test ends and returns when it serves. A test
// that fails shows the server's log.
func Start(tb testing.TB, c Command) *Process {
	tb.Helper()
	p, err := start(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		p.Stop()
		if tb.Failed() {
			tb.Logf("%s wrote:\n%s", p.name, p.Log(0))
		}
	})
	return p
}

// Find gives the path of a program, looked for in these directories too.
func Find(program string, dirs ...string) (string, error) {
	for _, dir := range dirs {
		path := filepath.Join(dir, program)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, nil
		}
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return "", fmt.Errorf("%s is missing: run ops/tools/install-test-deps", program)
	}
	return path, nil
}

// Dir makes a server's directory, which is removed with the test.
func Dir(tb testing.TB, name string) string {
	tb.Helper()
	dir, err := makeDir(name)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			tb.Error(err)
		}
	})
	return dir
}

// makeDir gives it to the user that Plain commands run as.
func makeDir(name string) (string, error) {
	dir, err := os.MkdirTemp("", "coffre-"+name+"-*")
	if err != nil {
		return "", err
	}
	return dir, Own(dir)
}

// Own gives a file to the user that Plain commands run as.
func Own(path string) error {
	who, err := plain()
	if err != nil || who == nil {
		return err
	}
	return os.Chown(path, int(who.Uid), int(who.Gid))
}

// FreePort is a port of loopback that was free a moment ago.
func FreePort(tb testing.TB) int {
	tb.Helper()
	port, err := freePort()
	if err != nil {
		tb.Fatal(err)
	}
	return port
}

func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0") //nolint:noctx // it waits for nothing
	if err != nil {
		return 0, err
	}
	a, ok := l.Addr().(*net.TCPAddr)
	if err := l.Close(); err != nil || !ok {
		return 0, errors.Join(errors.New("no free port"), err)
	}
	return a.Port, nil
}

// plain is whom to be when the tests are root; nil when they are not.
func plain() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil //nolint:nilnil // nobody to become
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
	}
	return nil, errors.New("neither user postgres nor nobody is there")
}

// start gives a server that serves, or the reason with its log.
func start(ctx context.Context, c Command) (*Process, error) {
	if c.End == 0 {
		c.End = syscall.SIGTERM
	}
	p := &Process{name: c.Name, end: c.End, log: filepath.Join(c.Dir, c.Name+".log"), done: make(chan struct{})}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Name, err)
	}
	defer func() { _ = log.Close() }()             // the server has its own handle
	p.cmd = exec.Command(c.Args[0], c.Args[1:]...) //nolint:gosec,noctx // it lives as long as the test does
	p.cmd.Dir, p.cmd.Env = c.Dir, append(os.Environ(), c.Env...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	// A group of its own: what ends the tests by their group must not end the
	// watcher's work.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if c.Plain {
		if p.cmd.SysProcAttr.Credential, err = plain(); err != nil {
			return nil, fmt.Errorf("start %s: %w", c.Name, err)
		}
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Name, err)
	}
	if err := p.watch(c.Dir); err != nil {
		_ = p.cmd.Process.Kill()
		return nil, fmt.Errorf("watch %s: %w", c.Name, err)
	}
	if err := p.wait(ctx, c.Ready); err != nil {
		p.Stop()
		return nil, fmt.Errorf("start %s: %w; it wrote:\n%s", c.Name, err, p.Log(0))
	}
	return p, nil
}

// watcher ends a server when the test's process is gone, and its directory
// with it. It reads one word: none comes from a process that has died.
const watcher = `read -r word
[ "$word" = ended ] && exit 0
kill -"$1" "$2"
tries=0
while kill -0 "$2" && [ $tries -lt 50 ]; do tries=$((tries + 1)); sleep 0.1; done
kill -KILL -- "-$2"
rm -rf -- "$3"`

func (p *Process) watch(dir string) error {
	w := exec.Command("sh", "-c", watcher, "sh", strconv.Itoa(int(p.end)), strconv.Itoa(p.cmd.Process.Pid), dir) //nolint:gosec,noctx // outlives us
	w.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	lifeline, err := w.StdinPipe()
	if err != nil {
		return err
	}
	if err := w.Start(); err != nil {
		return err
	}
	p.lifeline = lifeline
	go func() {
		_ = p.cmd.Wait() // how it ended is in its log
		_, _ = io.WriteString(lifeline, "ended\n")
		_ = w.Wait()
		close(p.done)
	}()
	return nil
}

// wait tries to connect until that works, it has ended, or patience has.
func (p *Process) wait(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return errors.New("it has ended")
		case <-ctx.Done():
			return fmt.Errorf("not ready in time: %w", err)
		case <-time.After(again):
		}
	}
}

// shows lets a test that fails show what a server that it shares wrote
// meanwhile.
func (p *Process) shows(tb testing.TB) {
	tb.Helper()
	from := p.written()
	tb.Cleanup(func() {
		if tb.Failed() {
			tb.Logf("%s wrote:\n%s", p.name, p.Log(from))
		}
	})
}

// PID is the server's process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Stop ends it in good order, in bad order when that takes too long, and
// returns when it has ended. Stop of what has ended does nothing.
func (p *Process) Stop() {
	_ = p.cmd.Process.Signal(p.end) // it may have ended by itself
	select {
	case <-p.done:
	case <-time.After(patience):
		p.Kill()
	}
}

// Kill ends it and its group without warning, and returns when it has ended.
func (p *Process) Kill() {
	select {
	case <-p.done: // its number may be another's by now
		return
	default:
	}
	_ = syscall.Kill(-p.PID(), syscall.SIGKILL) // it may end at this moment
	<-p.done
}

// Pause stops its clock, as a machine that hangs does; Resume goes on.
func (p *Process) Pause() error { return syscall.Kill(-p.PID(), syscall.SIGSTOP) }

// Resume goes on after Pause.
func (p *Process) Resume() error { return syscall.Kill(-p.PID(), syscall.SIGCONT) }

// Log is what it wrote from that byte on: the last of it when it is long.
func (p *Process) Log(from int64) string {
	b, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	b = b[min(max(from, 0), int64(len(b))):]
	return string(b[max(0, len(b)-shown):])
}

// written is where its log is now.
func (p *Process) written() int64 {
	info, err := os.Stat(p.log)
	if err != nil {
		return 0
	}
	return info.Size()
}
