package sealed

import (
	"crypto/rand"
	"crypto/sha256"
	_ "embed" // the word lists
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	paperCount      = 24
	passphraseCount = 7
	qrMark          = "COFFRE1:"
	qrNumber        = "." // and the safe's id
)

var (
	//go:embed wordlists/fr.txt
	frenchWords string
	//go:embed wordlists/en.txt
	englishWords string
)

// WordsError says which word is not in the list, or why the words together
// are not a key.
type WordsError struct {
	Word  string // as typed; "" when the number of words or the checksum is wrong
	Index int    // from 0
	Count int    // how many words were typed
	Want  int
}

func (e *WordsError) Error() string {
	switch {
	case e.Word != "":
		return fmt.Sprintf("word %d is not in the list", e.Index+1)
	case e.Count != e.Want:
		return fmt.Sprintf("%d words instead of %d", e.Count, e.Want)
	default:
		return "a word is not the right one"
	}
}

// Is makes every WordsError an ErrKey.
func (e *WordsError) Is(target error) bool { return target == ErrKey }

// wordList is one BIP39 list, with its words without accents for comparing.
type wordList struct {
	words  []string // NFKD, as in the standard
	folded []string
}

//nolint:gochecknoglobals // made once, never changed
var lists = sync.OnceValue(func() map[string]wordList {
	m := map[string]wordList{}
	for lang, text := range map[string]string{"fr": frenchWords, "en": englishWords} {
		l := wordList{words: strings.Fields(text)}
		for _, w := range l.words {
			l.folded = append(l.folded, fold(w))
		}
		m[lang] = l
	}
	return m
})

func fold(w string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.M, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(w)))
}

func (l wordList) find(typed string) int {
	want := fold(typed)
	at := -1
	for i, w := range l.folded {
		if w == want {
			return i
		}
		if at < 0 && len(want) >= 4 && strings.HasPrefix(w, want) {
			at = i
		}
	}
	return at
}

// isSpace is White_Space of Unicode and the byte order mark, which some
// editors put before a text.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r == 0xfeff }

var errLanguage = errors.New("no word list of that language")

// PaperWords writes P as 24 words (BIP39), composed letters to be shown.
// lang is "fr" or "en".
func PaperWords(p Secret, lang string) ([]string, error) {
	l, ok := lists()[lang]
	if !ok {
		return nil, fmt.Errorf("write words: %w", errLanguage)
	}
	sum := sha256.Sum256(p[:])
	all := append(p.Bytes(), sum[0]) // 264 bits: 24 words of 11
	out := make([]string, paperCount)
	for i := range out {
		var v int
		for bit := i * 11; bit < (i+1)*11; bit++ {
			v = v<<1 | int(all[bit/8]>>(7-bit%8)&1)
		}
		out[i] = norm.NFC.String(l.words[v])
	}
	return out, nil
}

// PaperQR is the text of the QR code on the paper key.
func PaperQR(p Secret) string {
	return qrMark + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(p[:])
}

// ParsePaper reads the 24 words of either language, forgiving accents, case,
// spacing and everything after the fourth letter; or the text of the QR code.
// The error is a *WordsError.
func ParsePaper(text string) (Secret, error) {
	joined := strings.ToUpper(strings.Join(strings.FieldsFunc(text, isSpace), ""))
	if rest, ok := strings.CutPrefix(joined, qrMark); ok {
		rest, number, numbered := strings.Cut(rest, qrNumber)
		if numbered && checkID(strings.ToLower(number)) != nil {
			return Secret{}, &WordsError{Count: paperCount, Want: paperCount}
		}
		b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(rest)
		p, err2 := ParseSecret(b)
		if err != nil || err2 != nil || PaperQR(p) != qrMark+rest {
			return Secret{}, &WordsError{Count: paperCount, Want: paperCount}
		}
		return p, nil
	}
	index, _, err := recognise(text, paperCount)
	if err != nil {
		return Secret{}, err
	}
	var all [33]byte
	for i, v := range index {
		for bit := range 11 {
			if v>>(10-bit)&1 == 1 {
				at := i*11 + bit
				all[at/8] |= 1 << (7 - at%8)
			}
		}
	}
	if sum := sha256.Sum256(all[:32]); sum[0] != all[32] {
		return Secret{}, &WordsError{Count: paperCount, Want: paperCount}
	}
	return Secret(all[:32]), nil
}

// NewPassphrase draws 7 words, composed letters to be shown.
func NewPassphrase(lang string) ([]string, error) {
	l, ok := lists()[lang]
	if !ok {
		return nil, fmt.Errorf("draw passphrase: %w", errLanguage)
	}
	var b [2 * passphraseCount]byte
	_, _ = rand.Read(b[:])
	out := make([]string, passphraseCount)
	for i := range out {
		// 2048 divides 65536: no word is likelier than another.
		out[i] = norm.NFC.String(l.words[(int(b[2*i])<<8|int(b[2*i+1]))%len(l.words)])
	}
	return out, nil
}

// ParsePassphrase gives P for 7 typed words, as forgiving as ParsePaper.
func ParsePassphrase(text string) (Secret, error) {
	index, l, err := recognise(text, passphraseCount)
	if err != nil {
		return Secret{}, err
	}
	words := make([]string, len(index))
	for i, v := range index {
		words[i] = l.words[v]
	}
	return Derive([]byte(norm.NFKD.String(strings.Join(words, " "))), "coffre/v1/unlock/passphrase"), nil
}

// recognise finds the words in the list that knows most of them; French first.
func recognise(text string, want int) ([]int, wordList, error) {
	parts := strings.FieldsFunc(text, func(r rune) bool {
		return isSpace(r) || strings.ContainsRune(",;.-0123456789", r)
	})
	var best []int
	var list wordList
	known := -1
	for _, lang := range []string{"fr", "en"} {
		l := lists()[lang]
		index := make([]int, len(parts))
		n := 0
		for i, w := range parts {
			if index[i] = l.find(w); index[i] >= 0 {
				n++
			}
		}
		if n > known {
			best, list, known = index, l, n
		}
	}
	for i, v := range best {
		if v < 0 {
			return nil, list, &WordsError{Word: parts[i], Index: i, Count: len(parts), Want: want}
		}
	}
	if len(parts) != want {
		return nil, list, &WordsError{Count: len(parts), Want: want}
	}
	return best, list, nil
}
