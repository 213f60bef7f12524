package sealed

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
)

// custodyVectors gives what the vectors hold, for corpora.
func custodyVectors(f *testing.F) (all []custodyVector) {
	f.Helper()
	for _, maker := range []string{"go", "ts"} {
		var v custodyVector
		if err := json.Unmarshal(must(os.ReadFile("testdata/"+maker+"-custody.json"))(f), &v); err != nil {
			f.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

// payloadFuzz gives a payload that the right root has signed.
func payloadFuzz[T any](f *testing.F, context string, open func([]byte, VK) (T, error), payloads ...string) {
	f.Helper()
	root := NewRootKey(counting())
	for _, p := range payloads {
		f.Add([]byte(p))
	}
	f.Add([]byte(`{"suite":2}`))
	f.Add([]byte(`{}`))
	if len(payloads) < 2 {
		f.Fatalf("a corpus of %d", len(payloads))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := open(root.Sign(context, b), root.VK())
		if err != nil {
			typed(t, err)
			return
		}
		sameBytes(t, got, b)
	})
}

func FuzzCustody(f *testing.F) {
	var payloads []string
	v := sealTrust(f)
	for _, spoil := range badCustodies() {
		c := v.custody
		c.Custodians = append([]Custodian{}, c.Custodians...)
		spoil(&c)
		payloads = append(payloads, string(must(Canonical(c))(f)))
	}
	for _, v := range custodyVectors(f) {
		payloads = append(payloads, v.Made.CustodyIs)
	}
	payloadFuzz(f, contextCustody, OpenCustody, payloads...)
}

func FuzzCard(f *testing.F) {
	var payloads []string
	for _, v := range custodyVectors(f) {
		payloads = append(payloads, v.Card.Is)
	}
	payloadFuzz(f, contextCard, OpenCard, payloads...)
}

func FuzzAgreement(f *testing.F) {
	var payloads []string
	for _, v := range custodyVectors(f) {
		for _, s := range v.Made.Shares {
			payloads = append(payloads, s.AgreementIs)
		}
	}
	payloadFuzz(f, contextAgreement, OpenAgreement, payloads...)
}

// FuzzShare gives the padded file under the seal.
func FuzzShare(f *testing.F) {
	root := NewRootKey(counting())
	for _, v := range custodyVectors(f) {
		for _, s := range v.Made.Shares {
			signed := root.Sign(contextShare, []byte(s.Is))
			f.Add(padLF(signed, int64(toBlock(len(signed)))))
			f.Add([]byte(s.Is))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, plain := range [][]byte{b, paddedShare(root, b)} {
			s, err := parseShare(plain, root.VK())
			if err != nil {
				typed(t, err)
				continue
			}
			sameBytes(t, s.payload, s.signed[64:])
			if again := padLF(bytes.Clone(s.signed), int64(toBlock(len(s.signed)))); !bytes.Equal(again, plain) {
				t.Error("a share with two spellings")
			}
			if _, err := ParsePoint(s.payload.Share); err != nil {
				t.Error("a share without a point")
			}
		}
	})
}

func paddedShare(root RootKey, payload []byte) []byte {
	signed := root.Sign(contextShare, payload)
	return padLF(signed, int64(toBlock(len(signed))))
}

// FuzzRequest is read from a server before anybody has signed anything.
func FuzzRequest(f *testing.F) {
	n := 0
	for _, v := range custodyVectors(f) {
		f.Add([]byte(v.Made.Request), v.Made.French)
		f.Add([]byte(v.Made.Request), v.Made.English)
		n++
	}
	if n < 2 {
		f.Fatal("no corpus")
	}
	f.Add([]byte(`{"suite":2}`), "abaisser")
	f.Fuzz(func(t *testing.T, b []byte, words string) {
		r, err := ParseRequest(b)
		if err != nil {
			typed(t, err)
			return
		}
		sameBytes(t, r, b)
		if err := CheckCode(b, words); err != nil {
			typed(t, err)
		}
	})
}

// FuzzCardCode: what is accepted is written as it is, but for case and spaces.
func FuzzCardCode(f *testing.F) {
	for _, v := range custodyVectors(f) {
		f.Add(v.Card.Code)
		f.Add(v.Card.Code[:40] + " " + v.Card.Code[40:])
	}
	f.Add("COFFREG1:")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCardCode(s)
		if err != nil {
			refused(t, "code", err, ErrKey)
			return
		}
		if c.String() != squeeze(s) || !IsCardCode(s) || checkID(c.Safe) != nil {
			t.Errorf("%q is written %q", s, c)
		}
	})
}
