package gateway_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// TestRanges: every form of RFC 9110 §14, on both doors to sealed bytes.
func TestRanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, o := w.citizen(t, "angela"), w.office(t, "Mairie de Valmont", valmont)
	d := c.put(t, 3000)
	n := len(d.sealed)
	tag := w.do(t, request{who: c.caller, method: "HEAD", path: "/api/v1/safe/documents/" + d.doc + "/content"}).is(t, 200).header.Get("ETag")
	own := request{who: c.caller, method: "GET", path: "/api/v1/safe/documents/" + d.doc + "/content"}
	shared := request{who: o.system, method: "GET", path: "/api/v1/administration/grants/" + c.share(t, d, o) + "/content"}
	for _, tc := range []struct {
		rng, ifRange string
		status       int
		from, to     int // exclusive
	}{
		{"", "", 200, 0, n},
		{"bytes=0-0", "", 206, 0, 1},
		{"bytes=0-", "", 206, 0, n},
		{"bytes=10-19", "", 206, 10, 20},
		{fmt.Sprintf("bytes=%d-", n-1), "", 206, n - 1, n},
		{"bytes=100-999999999", "", 206, 100, n},
		{"bytes=-1", "", 206, n - 1, n},
		{"bytes=-100", "", 206, n - 100, n},
		{"bytes=-999999999", "", 206, 0, n},
		{fmt.Sprintf("bytes=%d-", n), "", 416, 0, 0},
		{"bytes=99999999-100000000", "", 416, 0, 0},
		{"bytes=-0", "", 416, 0, 0},
		{"bytes=20-10", "", 416, 0, 0},
		{"bytes=--5", "", 416, 0, 0},
		{"bytes=a-b", "", 416, 0, 0},
		{"bytes=99999999999999999999-", "", 416, 0, 0},
		{"bytes=0-0,10-19", "", 200, 0, n},
		{"bytes=5", "", 200, 0, n},
		{"lines=0-1", "", 200, 0, n},
		{"bytes=10-19", tag, 206, 10, 20},
		{"bytes=10-19", `"other"`, 200, 0, n},
		{"bytes=10-19", "W/" + tag, 200, 0, n},
		{"bytes=10-19", "Mon, 23 Nov 2026 09:00:00 GMT", 200, 0, n},
		{fmt.Sprintf("bytes=%d-", n), `"other"`, 200, 0, n},
	} {
		for _, r := range []request{own, shared} {
			if tc.rng != "" {
				r = r.with("Range", tc.rng)
			}
			if tc.ifRange != "" {
				r = r.with("If-Range", tc.ifRange)
			}
			a := w.do(t, r)
			checkRange(t, a, tc.rng+" if "+tc.ifRange, tc.status, d.sealed, tc.from, tc.to)
			if a.status < 400 && a.header.Get("ETag") != tag {
				t.Errorf("%s: ETag %s, want %s", a.asked, a.header.Get("ETag"), tag)
			}
		}
	}
}

func checkRange(t *testing.T, a answer, rng string, status int, all []byte, from, to int) {
	t.Helper()
	want := ""
	switch status {
	case 206:
		want = fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(all))
	case 416:
		want = fmt.Sprintf("bytes */%d", len(all))
	}
	if a.status != status || a.header.Get("Content-Range") != want {
		t.Errorf("%s: %d with Content-Range %q, want %d with %q", rng, a.status, a.header.Get("Content-Range"), status, want)
		return
	}
	if status == 416 {
		a.refuses(t, "range-not-satisfiable")
		return
	}
	if a.header.Get("Accept-Ranges") != "bytes" || a.header.Get("Content-Type") != "application/octet-stream" ||
		a.header.Get("Content-Length") != fmt.Sprint(to-from) {
		t.Errorf("%s: headers %v", rng, a.header)
	}
	if !bytes.Equal(a.body, all[from:to]) {
		t.Errorf("%s: %d other bytes came out", rng, len(a.body))
	}
}

// TestHEADSaysWhatGETWould, and reads and writes nothing.
func TestHEADSaysWhatGETWould(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.citizen(t, "angela")
	d := c.put(t, 3000)
	path := "/api/v1/safe/documents/" + d.doc + "/content"
	get := w.do(t, request{who: c.caller, method: "GET", path: path}).is(t, 200)
	head := w.do(t, request{who: c.caller, method: "HEAD", path: path, header: object{"Range": "bytes=0-9"}}).is(t, 200)
	for _, name := range []string{"Content-Length", "Content-Type", "ETag", "Accept-Ranges", "Content-Disposition"} {
		if head.header.Get(name) != get.header.Get(name) {
			t.Errorf("%s is %q for HEAD, %q for GET", name, head.header.Get(name), get.header.Get(name))
		}
	}
	if len(head.body) != 0 {
		t.Errorf("HEAD came with %d bytes", len(head.body))
	}
	w.do(t, request{who: c.caller, method: "HEAD", path: "/api/v1/safe/documents/" + newKey() + "/content"}).is(t, 404)
	w.do(t, request{method: "HEAD", path: path}).is(t, 401)
	before := w.do(t, request{who: c.caller, method: "GET", path: "/api/v1/safe/journal"}).items(t, "cursor")
	w.do(t, request{who: c.caller, method: "HEAD", path: "/api/v1/safe/export"}).is(t, 405)
	after := w.do(t, request{who: c.caller, method: "GET", path: "/api/v1/safe/journal"}).items(t, "cursor")
	if len(before) != len(after) {
		t.Errorf("%d events became %d", len(before), len(after))
	}
}

// TestALostObjectIsSaidToBeLost: not "not found", and never half of it.
func TestALostObjectIsSaidToBeLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.citizen(t, "angela")
	d := c.put(t, 3000)
	content := request{who: c.caller, method: "GET", path: "/api/v1/safe/documents/" + d.doc + "/content"}
	w.blobs.failing("Open", &safe.Error{Kind: safe.Unavailable, Msg: secretCause})
	w.do(t, content).is(t, 503).refuses(t, "unavailable")
	w.blobs.failing("Open", nil)
	must(t, w.blobs.Delete(w.ctx, "docs/"+d.doc+"/"+d.version+".age"))
	w.do(t, content).is(t, 502).refuses(t, "damaged")
}
