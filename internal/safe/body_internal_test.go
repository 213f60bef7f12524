package safe

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

// TestGateHoldsTheLastByteBack: a store that waits for size bytes gets them
// only from a body that is right to its end, however it is cut into reads.
func TestGateHoldsTheLastByteBack(t *testing.T) {
	bad := errors.New("bad")
	body := []byte("0123456789")
	for name, shape := range map[string]func(io.Reader) io.Reader{
		"whole":         func(r io.Reader) io.Reader { return r },
		"byte by byte":  iotest.OneByteReader,
		"halves":        iotest.HalfReader,
		"data with EOF": iotest.DataErrReader,
	} {
		for _, tc := range []struct {
			name  string
			body  []byte
			check error
			kind  Kind
		}{
			{"right", body, nil, 0},
			{"short", body[:9], nil, WrongLength},
			{"empty", nil, nil, WrongLength},
			{"long", append(bytes.Clone(body), 'x'), nil, WrongLength},
			{"refused", body, refusal(WrongHash, "no"), WrongHash},
			{"refused otherwise", body, bad, WrongLength},
		} {
			g := &gate{r: shape(bytes.NewReader(tc.body)), left: 10, check: func() error { return tc.check }}
			got, err := io.ReadAll(g)
			if tc.kind == 0 {
				if err != nil || !bytes.Equal(got, body) {
					t.Errorf("%s, %s: %q, %v", name, tc.name, got, err)
				}
				continue
			}
			if !IsKind(err, tc.kind) {
				t.Errorf("%s, %s: error %v", name, tc.name, err)
			}
			if len(got) >= 10 {
				t.Errorf("%s, %s: all bytes came through", name, tc.name)
			}
			if _, again := g.Read(make([]byte, 1)); again == nil {
				t.Errorf("%s, %s: the error does not last", name, tc.name)
			}
		}
	}
}

func FuzzParseObject(f *testing.F) {
	f.Add(Version{Doc: NewID[DocumentID](), ID: NewID[VersionID]()}.Object())
	f.Add("docs/../x.age")
	f.Fuzz(func(t *testing.T, key string) {
		if v, ok := parseObject(key); ok && v.Object() != key {
			t.Fatalf("%q names %q", key, v.Object())
		}
	})
}

func FuzzParseID(f *testing.F) {
	f.Add(NewID[string]())
	f.Add("aaaaaaaaaaaaaaaaaaaaaaaaab")
	f.Fuzz(func(t *testing.T, s string) {
		if id, err := ParseID[DocumentID](s); err == nil && (string(id) != s || len(s) != 26) {
			t.Fatalf("%q became %q", s, id)
		}
	})
}
