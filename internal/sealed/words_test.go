package sealed

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

const (
	countingEN = "abandon amount liar amount expire adjust cage candy arch gather drum bullet absurd math era live bid rhythm alien crouch range attend journey unaware"
	countingFR = "abaisser agréable inductif agréable éligible achat bolide boucle amateur exister dérober bison abrasif justice écharpe inonder avancer piano adulte cobra papaye anonyme hangar tomate"
	phraseFR   = "agréable bétail algèbre école zèbre tirelire abaisser"
)

// TestWordListsAreTheStandardsOwn: the files of bitcoin/bips, bip-0039.
func TestWordListsAreTheStandardsOwn(t *testing.T) {
	for want, text := range map[string]string{
		"2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda": englishWords,
		"ebc3959ab7801a1df6bac4fa7d970652f1df76b683cd2f4003c941c63d517e59": frenchWords,
	} {
		if got := sumHex([]byte(text)); got != want {
			t.Errorf("list with SHA-256 %s, want %s", got, want)
		}
	}
}

// TestFourLettersAreEnough: what the forgiving reader rests on.
func TestFourLettersAreEnough(t *testing.T) {
	for lang, l := range lists() {
		starts := map[string]bool{}
		for i, w := range l.folded {
			starts[w[:min(4, len(w))]] = true
			if got := l.find(w[:min(4, len(w))]); got != i {
				t.Errorf("%s: the start of %q is read as word %d", lang, w, got)
			}
		}
		if len(l.words) != 2048 || len(starts) != 2048 {
			t.Errorf("%s: %d words with %d starts", lang, len(l.words), len(starts))
		}
	}
}

// TestPaperKnownAnswers: made by another implementation of BIP39.
func TestPaperKnownAnswers(t *testing.T) {
	for lang, want := range map[string]string{"en": countingEN, "fr": countingFR} {
		got := must(PaperWords(counting(), lang))(t)
		if strings.Join(got, " ") != norm.NFC.String(want) {
			t.Errorf("%s: %v", lang, got)
		}
		if p, err := ParsePaper(want); err != nil || p != counting() {
			t.Errorf("%s: read as %x, %v", lang, p[:], err)
		}
	}
	qr := PaperQR(counting())
	if qr != "COFFRE1:AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQTCQKRMFYYDENBWHA5DYPQ" || len(qr) != 8+52 {
		t.Errorf("QR text %s", qr)
	}
	if _, err := PaperWords(counting(), "de"); err == nil {
		t.Error("words of a list that nobody has")
	}
}

func TestPaperForgives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Secret(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "p"))
		lang := rapid.SampledFrom([]string{"fr", "en"}).Draw(t, "lang")
		written, err := PaperWords(p, lang)
		if err != nil {
			t.Fatal(err)
		}
		typed := make([]string, len(written))
		for i, w := range written {
			typed[i] = careless(t, w)
		}
		between := rapid.SampledFrom([]string{" ", "  ", "\n", "\t", ", ", "; ", " - ", ". ", "\u00a0", "\u202f", " 1. ", "\u0085"}).Draw(t, "between")
		for _, text := range []string{strings.Join(typed, between), "\ufeff " + strings.Join(typed, between) + "\r\n", PaperQR(p), " " + strings.ToLower(PaperQR(p)) + "\n"} {
			if got, err := ParsePaper(text); err != nil || got != p {
				t.Fatalf("%q is read as %x, %v", text, got[:], err)
			}
		}
	})
}

// careless types a word as people do.
func careless(t *rapid.T, w string) string {
	switch rapid.IntRange(0, 5).Draw(t, "how") {
	case 0:
		return strings.ToUpper(w)
	case 1:
		return norm.NFD.String(w)
	case 2:
		return fold(w)
	case 3:
		return norm.NFC.String(string([]rune(norm.NFC.String(w))[:min(4, utf8.RuneCountInString(norm.NFC.String(w)))]))
	case 4:
		return strings.ToUpper(fold(w)[:min(4, len(fold(w)))])
	default:
		return w
	}
}

func TestPaperRefuses(t *testing.T) {
	good := strings.Fields(countingFR)
	swapped := slices.Clone(good)
	swapped[0], swapped[1] = swapped[1], swapped[0]
	strange := slices.Clone(good)
	strange[4] = "zzzzz"
	short := slices.Clone(good)
	short[2] = "ind"
	for name, c := range map[string]struct {
		text string
		want WordsError
	}{
		"two words swapped":   {strings.Join(swapped, " "), WordsError{Count: 24, Want: 24}},
		"a word of no list":   {strings.Join(strange, " "), WordsError{Word: "zzzzz", Index: 4, Count: 24, Want: 24}},
		"three letters":       {strings.Join(short, " "), WordsError{Word: "ind", Index: 2, Count: 24, Want: 24}},
		"23 words":            {strings.Join(good[:23], " "), WordsError{Count: 23, Want: 24}},
		"25 words":            {strings.Join(append(slices.Clone(good), "abaisser"), " "), WordsError{Count: 25, Want: 24}},
		"nothing":             {" \n", WordsError{Count: 0, Want: 24}},
		"QR text cut":         {PaperQR(counting())[:40], WordsError{Count: 24, Want: 24}},
		"QR text with more":   {PaperQR(counting()) + "A", WordsError{Count: 24, Want: 24}},
		"QR text, spare bits": {strings.TrimSuffix(PaperQR(counting()), "Q") + "R", WordsError{Count: 24, Want: 24}},
		"QR text, other mark": {strings.Replace(PaperQR(counting()), "1:", "2:", 1), WordsError{}},
	} {
		p, err := ParsePaper(c.text)
		var got *WordsError
		if !errors.As(err, &got) || !errors.Is(err, ErrKey) || p != (Secret{}) {
			t.Errorf("%s: %v, want a WordsError that is ErrKey", name, err)
			continue
		}
		if c.want != (WordsError{}) && *got != c.want {
			t.Errorf("%s: %+v, want %+v", name, *got, c.want)
		}
		if got.Error() == "" || c.want.Word != "" && strings.Contains(got.Error(), c.want.Word) {
			t.Errorf("%s: message %q: what was typed is for the screen, not for logs", name, got)
		}
	}
}

// TestPaperChecksum: of 256 last words that keep the secret's first bits, few pass.
func TestPaperChecksum(t *testing.T) {
	passed := 0
	for _, w := range lists()["en"].words {
		if _, err := ParsePaper(strings.Join(append(strings.Fields(countingEN)[:23], w), " ")); err == nil {
			passed++
		}
	}
	if passed != 8 { // 3 bits of secret in the last word, 8 of checksum
		t.Errorf("%d of 2048 last words pass the checksum, want 8", passed)
	}
}

func TestPassphrase(t *testing.T) {
	p := must(ParsePassphrase(phraseFR))(t)
	// Made with another HKDF from the NFKD of the phrase.
	if got, want := hex.EncodeToString(p[:]), "8230852bddbd3a37174d2d9404eb6ed2f12cfffcdc39d068834c84b618347fa2"; got != want {
		t.Errorf("passphrase gives %s, want %s", got, want)
	}
	for _, typed := range []string{
		strings.ToUpper(phraseFR), "AGRE beta alge ecol zebr tire abai", norm.NFD.String(phraseFR), "1. agréable, 2. bétail; 3. algèbre - école zèbre\ntirelire  abaisser.",
	} {
		if got, err := ParsePassphrase(typed); err != nil || got != p {
			t.Errorf("%q gives another secret: %v", typed, err)
		}
	}
	for _, bad := range []string{"", "abaisser", phraseFR + " abaisser", strings.Replace(phraseFR, "école", "ecal", 1), countingFR} {
		_, err := ParsePassphrase(bad)
		refused(t, bad, err, ErrKey)
	}
	if _, err := NewPassphrase("de"); err == nil {
		t.Error("a passphrase of a list that nobody has")
	}
}

func TestPassphrasesAreDrawn(t *testing.T) {
	for _, lang := range []string{"fr", "en"} {
		seen := map[string]bool{}
		for range 400 {
			drawn := must(NewPassphrase(lang))(t)
			if len(drawn) != 7 {
				t.Fatalf("%d words", len(drawn))
			}
			for _, w := range drawn {
				if lists()[lang].find(w) < 0 || !norm.NFC.IsNormalString(w) {
					t.Fatalf("%q is not in the list", w)
				}
				seen[w] = true
			}
			if _, err := ParsePassphrase(strings.Join(drawn, " ")); err != nil {
				t.Fatal(err)
			}
		}
		// 2800 draws of 2048 words leave about a quarter of them out.
		if len(seen) < 1300 {
			t.Errorf("%s: only %d different words in 2800", lang, len(seen))
		}
	}
}

// TestFrenchWinsATie: 123 words are in both lists; whoever reads them has to
// choose as everybody else does.
func TestFrenchWinsATie(t *testing.T) {
	var both []string
	for _, w := range lists()["fr"].folded {
		if slices.Contains(lists()["en"].folded, w) {
			both = append(both, w)
		}
	}
	if len(both) != 123 {
		t.Fatalf("%d words are in both lists", len(both))
	}
	_, l, err := recognise(strings.Join(both[:7], " "), 7)
	if err != nil || !slices.Equal(l.words, lists()["fr"].words) {
		t.Errorf("not read as French: %v", err)
	}
	_, l, err = recognise(strings.Join(both[:6], " ")+" zoo", 7)
	if err != nil || !slices.Equal(l.words, lists()["en"].words) {
		t.Errorf("six shared words and an English one are not read as English: %v", err)
	}
}
