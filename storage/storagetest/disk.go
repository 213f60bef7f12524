package storagetest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const (
	diskDir  = "COFFRE_TEST_DISK"
	diskSize = 8 << 20
)

// Disk is a directory that takes 8 MiB.
type Disk struct {
	Dir string
	// Real: it is a disk of its own, full when all files together fill it.
	// Otherwise this machine lets nobody mount, and no single file may be
	// longer.
	Real bool
	t    *testing.T
}

// OnSmallDisk runs the rest of the test in a process of its own that has a
// small disk: a mount of its own where the machine allows it (to root, or in
// a name space), else a limit on the length of files.
func OnSmallDisk(t *testing.T, test func(*testing.T, Disk)) {
	t.Helper()
	if dir := os.Getenv(diskDir); dir != "" {
		d := Disk{Dir: filepath.Join(dir, "disk"), t: t}
		if err := os.Mkdir(d.Dir, 0o700); err != nil {
			t.Fatal(err)
		}
		d.Real = d.mount(0) == nil
		if !d.Real {
			d.limit(diskSize)
		}
		test(t, d)
		return
	}
	dir := t.TempDir()
	for _, flags := range []uintptr{syscall.CLONE_NEWNS, syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER, 0} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
		cmd.Env = append(os.Environ(), diskDir+"="+dir)
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags}
		if flags&syscall.CLONE_NEWUSER != 0 {
			cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
			cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
		}
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		switch {
		case err == nil:
			return
		case errors.As(err, &exit):
			t.Fatalf("on a small disk: %v\n%s", err, out)
		}
		// This machine does not allow it; the next way asks for less.
	}
	t.Fatal("a process cannot be started")
}

// Grow makes room.
func (d Disk) Grow() {
	d.t.Helper()
	if !d.Real {
		d.limit(16 * diskSize)
		return
	}
	if err := d.mount(syscall.MS_REMOUNT); err != nil {
		d.t.Fatal(err)
	}
}

func (d Disk) mount(flags uintptr) error {
	size := diskSize
	if flags != 0 {
		size *= 16
	}
	// Without this, name spaces may share what is mounted.
	if err := syscall.Mount("", "/", "", syscall.MS_PRIVATE|syscall.MS_REC, ""); err != nil {
		return err
	}
	return syscall.Mount("tmpfs", d.Dir, "tmpfs", flags, fmt.Sprintf("size=%d", size))
}

func (d Disk) limit(size uint64) {
	d.t.Helper()
	var l syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l)
	l.Cur = size
	if err := errors.Join(err, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l)); err != nil {
		d.t.Fatal(err)
	}
}

// Files lists everything below the disk, for what a test wants to be gone.
func (d Disk) Files() []string {
	d.t.Helper()
	var all []string
	err := filepath.WalkDir(d.Dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			all = append(all, strings.TrimPrefix(path, d.Dir))
		}
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}
