package s3store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3err"
	"github.com/versity/versitygw/s3response"
)

// disk is the backend without its server, with a sync that notes what it was
// asked for and fails at the n-th call.
type disk struct {
	*durable
	synced []string // with whether the object was visible then
	failAt int
	err    error
}

func newDisk(t *testing.T) *disk {
	t.Helper()
	back, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "bucket"), 0o700); err != nil {
		t.Fatal(err)
	}
	be, err := posix.New(root, meta.XattrMeta{}, posix.PosixOpts{DataIntegrityEtag: true, NewDirPerm: 0o700, NewFilePerm: 0o600})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		be.Shutdown()
		if err := os.Chdir(back); err != nil { // the library has left
			t.Fatal(err)
		}
	})
	d := &disk{durable: newDurable(be, root)}
	d.sync = func(f *os.File) error {
		if d.synced = append(d.synced, strings.TrimPrefix(f.Name(), root)); len(d.synced) == d.failAt {
			return d.err
		}
		return f.Sync()
	}
	return d
}

func (d *disk) put(t *testing.T, body string, announced int64) error {
	t.Helper()
	bucket, key := "bucket", "docs/a/b.age"
	_, err := d.PutObject(t.Context(), s3response.PutObjectInput{
		Bucket: &bucket, Key: &key, Body: strings.NewReader(body), ContentLength: &announced,
	})
	return err
}

func (d *disk) visible() bool {
	_, err := os.Stat(filepath.Join(d.root, "bucket", "docs", "a", "b.age"))
	return err == nil
}

// TestSyncedBeforeAcknowledged: the bytes before the object is visible, then
// the object with its attributes and each directory up to the root.
func TestSyncedBeforeAcknowledged(t *testing.T) {
	d := newDisk(t)
	plain := d.sync
	var before, after int
	d.sync = func(f *os.File) error {
		if d.visible() {
			after++
		} else {
			before++
		}
		return plain(f)
	}
	if err := d.put(t, "sealed", 6); err != nil {
		t.Fatal(err)
	}
	want := []string{"/bucket/docs/a/b.age", "/bucket/docs/a", "/bucket/docs", "/bucket", ""}
	if before != 1 || after != len(want) || !slices.Equal(d.synced[1:], want) {
		t.Errorf("%d synced before it was visible, %d after: %q", before, after, d.synced)
	}
}

// TestNothingIsSaidThatIsNotSynced: whichever sync fails, the caller hears of
// it; a full disk by its name.
func TestNothingIsSaidThatIsNotSynced(t *testing.T) {
	for n := 1; n <= 6; n++ {
		d := newDisk(t)
		d.failAt, d.err = n, syscall.EIO
		if err := d.put(t, "sealed", 6); err == nil {
			t.Errorf("sync %d failed and the object was acknowledged", n)
		}
		if n == 1 && d.visible() {
			t.Error("bytes that are not on disk became visible")
		}
		d = newDisk(t)
		d.failAt, d.err = n, &os.PathError{Op: "sync", Path: "x", Err: syscall.ENOSPC}
		var full s3err.APIError
		if err := d.put(t, "sealed", 6); !errors.As(err, &full) || full.Code != "InsufficientStorage" {
			t.Errorf("sync %d on a full disk: %v", n, err)
		}
	}
}

// TestStagedLengthIsTheAnnouncedOne, or nothing becomes visible.
func TestStagedLengthIsTheAnnouncedOne(t *testing.T) {
	for _, announced := range []int64{5, 7} {
		d := newDisk(t)
		if err := d.put(t, "sealed", announced); err == nil || d.visible() {
			t.Errorf("6 bytes announced as %d: %v, visible %v", announced, err, d.visible())
		}
	}
}

// TestStagingIsCleared: what a kill left unfinished is gone at the next start.
func TestStagingIsCleared(t *testing.T) {
	c := EmbeddedConfig{Dir: t.TempDir(), Bucket: "coffre"}
	staging := filepath.Join(c.Dir, c.Bucket, posix.MetaTmpDir)
	if err := os.MkdirAll(staging, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(staging, "half"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := prepare(c); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(staging); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
