package canon_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/coffre-citoyen/coffre/internal/canon"
)

// value has a member of every kind that the formats use.
type value struct {
	N     int64             `json:"n"`
	Text  string            `json:"text"`
	Yes   bool              `json:"yes"`
	Bytes []byte            `json:"bytes"`
	List  []inner           `json:"list"`
	Maybe string            `json:"maybe,omitempty"`
	Other map[string]string `json:"other,omitempty"`
}

type inner struct {
	A int64 `json:"a"`
}

func TestEncodeIsRFC8785(t *testing.T) {
	for want, v := range map[string]any{
		// Members by UTF-16 code units, as in RFC 8785 §3.2.3.
		`{"\r":"Carriage Return","1":"One","` + "\u0080" + `":"Control","ö":"Latin Small Letter O With Diaeresis",` +
			`"€":"Euro Sign","😀":"Emoji: Grinning Face","` + "\ufb33" + `":"Hebrew Letter Dalet With Dagesh"}`: map[string]string{
			"€": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
			"😀": "Emoji: Grinning Face", "\u0080": "Control", "ö": "Latin Small Letter O With Diaeresis",
		},
		// Strings, §3.2.2.2: only what has to be escaped is.
		`"\u0000\u001f\b\t\n\f\r\"\\/<>&` + "\u007f\u2028\u2029\ufffd" + `"`: "\x00\x1f\b\t\n\f\r\"\\/<>&\u007f\u2028\u2029\ufffd",
		`9007199254740991`:   int64(math.MaxInt64 >> 10),
		`-9007199254740991`:  -int64(math.MaxInt64 >> 10),
		`[true,false,[],{}]`: []any{true, false, []int{}, map[string]int{}},
		`"\\ufffd"`:          `\ufffd`,
	} {
		got, err := canon.Encode(v)
		if err != nil || string(got) != want {
			t.Errorf("encode %#v: %s, %v; want %s", v, got, err, want)
		}
	}
}

func TestEncodeRefusesWhatTheFormatsHaveNoWordFor(t *testing.T) {
	for name, v := range map[string]any{
		"null":               nil,
		"nil list":           value{Bytes: []byte{}},
		"nil in a list":      []any{nil},
		"2^53":               int64(1) << 53,
		"-2^53":              -int64(1) << 53,
		"fraction":           1.5,
		"huge":               1e300,
		"not a number":       math.NaN(),
		"not UTF-8":          "a\xffb",
		"name is not UTF-8":  map[string]int{"a\xff": 1},
		"half a character":   "\xed\xa0\x80",
		"after a backslash":  `\` + "\xff",
		"a function, no way": func() {},
	} {
		if b, err := canon.Encode(v); !errors.Is(err, canon.ErrNotCanonical) {
			t.Errorf("%s: %s, %v; want ErrNotCanonical", name, b, err)
		}
	}
}

const accepted = `{"bytes":"AQI=","list":[{"a":1}],"n":-5,"text":"é","yes":true}`

func TestDecodeRefusesOtherSpellings(t *testing.T) {
	var v value
	if err := canon.Decode([]byte(accepted), &v); err != nil || v.N != -5 || v.Text != "é" || !v.Yes || len(v.List) != 1 {
		t.Fatalf("%+v, %v", v, err)
	}
	for name, change := range map[string][2]string{
		"unknown member":         {`"n":-5`, `"m":1,"n":-5`},
		"unknown inner member":   {`{"a":1}`, `{"a":1,"b":2}`},
		"missing member":         {`"n":-5,`, ``},
		"missing inner member":   {`{"a":1}`, `{}`},
		"doubled member":         {`"n":-5`, `"n":-5,"n":-5`},
		"member in capitals":     {`"n":-5`, `"N":-5`},
		"null":                   {`[{"a":1}]`, `null`},
		"null element":           {`{"a":1}`, `null`},
		"empty optional member":  {`"n":-5`, `"maybe":"","n":-5`},
		"empty optional object":  {`"text"`, `"other":{},"text"`},
		"null optional member":   {`"n":-5`, `"maybe":null,"n":-5`},
		"other order":            {`"n":-5,"text":"é"`, `"text":"é","n":-5`},
		"space":                  {`"n":-5`, `"n": -5`},
		"fraction":               {`-5`, `-5.0`},
		"exponent":               {`-5`, `-5e0`},
		"leading zero":           {`-5`, `-05`},
		"minus zero":             {`-5`, `-0`},
		"2^53":                   {`-5`, `9007199254740992`},
		"2^53+1":                 {`-5`, `9007199254740993`},
		"2^64":                   {`-5`, `18446744073709551616`},
		"number as text":         {`-5`, `"-5"`},
		"escape that need not":   {`é`, `\u00e9`},
		"escaped slash":          {`é`, `\/`},
		"half a character":       {`é`, `\ud800`},
		"not UTF-8":              {`é`, "\xe9"},
		"control character":      {`é`, "\n"},
		"base64 without padding": {`AQI=`, `AQI`},
		"base64 with spare bits": {`AQI=`, `AQJ=`},
		"base64 with line break": {`AQI=`, `AQ\nI=`},
		"base64 for addresses":   {`AQI=`, `_-8=`},
		"trailing space":         {`true}`, `true} `},
		"trailing value":         {`true}`, `true}{}`},
		"cut":                    {`true}`, `true`},
		"byte order mark":        {`{"bytes"`, "\ufeff" + `{"bytes"`},
		"an array":               {accepted, `[]`},
		"nothing":                {accepted, ``},
	} {
		in := strings.Replace(accepted, change[0], change[1], 1)
		if in == accepted {
			t.Fatalf("%s: the test changes nothing", name)
		}
		if err := canon.Decode([]byte(in), new(value)); !errors.Is(err, canon.ErrNotCanonical) {
			t.Errorf("%s: %s: error is %v, want ErrNotCanonical", name, in, err)
		}
	}
}

func TestDecodeReadsWhatEncodeWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		v := value{
			N: rapid.Int64Range(-1<<53+1, 1<<53-1).Draw(t, "n"), Text: text.Draw(t, "text"), Yes: rapid.Bool().Draw(t, "yes"),
			Bytes: rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"), List: []inner{}, Maybe: text.Draw(t, "maybe"),
			Other: rapid.MapOf(text, text).Draw(t, "other"),
		}
		b, err := canon.Encode(v)
		if err != nil {
			t.Fatal(err)
		}
		var back value
		if err := canon.Decode(b, &back); err != nil {
			t.Fatalf("decode %s: %v", b, err)
		}
		again, err := canon.Encode(back)
		if err != nil || string(again) != string(b) || back.Text != v.Text || back.N != v.N || len(back.Other) != len(v.Other) {
			t.Fatalf("%s became %s, %v", b, again, err)
		}
	})
}

// FuzzDecode: what is accepted has one spelling; everything else is refused
// with the one error.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{accepted, `{}`, `null`, `[1]`, `"\ud800"`, strings.Repeat("[", 20000), `{"n":9007199254740992}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, v := range []any{new(value), new(any), new(map[string]string)} {
			err := canon.Decode(b, v)
			if err != nil {
				if !errors.Is(err, canon.ErrNotCanonical) {
					t.Fatalf("refused with %v", err)
				}
				continue
			}
			if again, err := canon.Encode(v); err != nil || string(again) != string(b) {
				t.Fatalf("%q was accepted and is %q, %v", b, again, err)
			}
		}
	})
}
