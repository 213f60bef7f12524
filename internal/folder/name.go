package folder

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Usual is the template of names.
const Usual = "{reference}_{kind}_{name}_{date}"

// Fields of a template.
func Fields() []string { return []string{"reference", "kind", "name", "citizen", "date"} }

// longest name in bytes, ending included: what comes after it still fits.
const longest = 120

// CheckTemplate refuses a template with a field that there is not, or with none
// that tells one document from another.
func CheckTemplate(template string) error {
	for _, m := range regexp.MustCompile(`\{([^{}]*)\}`).FindAllStringSubmatch(template, -1) {
		if !slices.Contains(Fields(), m[1]) {
			return fmt.Errorf("read template: no field {%.40s}: there are {%s}", m[1], strings.Join(Fields(), "}, {"))
		}
	}
	if !strings.Contains(template, "{") {
		return fmt.Errorf("read template: it has none of {%s}", strings.Join(Fields(), "}, {"))
	}
	return nil
}

// Named is what a template puts together. Name has the document's ending in it;
// the ending stays at the end.
type Named struct{ Reference, Kind, Name, Citizen, Date string }

// fileName is one name of a file on any system, whatever citizens call their
// documents. try 1 is the first.
func fileName(template string, n Named, try int) string {
	stem, ending := parted(n.Name)
	said := strings.NewReplacer(
		"{reference}", strings.TrimSpace(n.Reference), "{kind}", strings.TrimSpace(n.Kind), "{name}", strings.TrimSpace(stem),
		"{citizen}", strings.TrimSpace(n.Citizen), "{date}", strings.TrimSpace(n.Date),
	).Replace(template)
	said = regexp.MustCompile(`_[\s_-]*_`).ReplaceAllString(said, "_") // what is not known leaves no gap
	if try > 1 {
		ending = fmt.Sprintf(" (%d)%s", try, ending)
	}
	trim := func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("._-", r) }
	tidy := strings.TrimLeftFunc(tidied(said), func(r rune) bool { return r == '~' || trim(r) })
	tidy = strings.TrimRightFunc(cut(strings.TrimRightFunc(tidy, trim), longest-len(ending)), trim)
	if tidy == "" {
		tidy = "document"
	}
	if reserved().MatchString(tidy + ending) {
		tidy = "_" + tidy
	}
	for strings.HasSuffix(folded(tidy+ending), sidecarEnding) { // it would be taken for one
		tidy += "_"
	}
	return tidy + ending
}

// reserved are the names that Windows keeps for devices.
func reserved() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)`)
}

// parted takes the ending off, when it is what an ending can be.
func parted(name string) (stem, ending string) {
	m := regexp.MustCompile(`(?is)^(.+?)(\.[a-z0-9]{1,8})$`).FindStringSubmatch(name)
	if m == nil {
		return name, ""
	}
	return m[1], m[2]
}

// tidied leaves out what is not seen and what is no part of a name.
func tidied(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) && r != '\n' && r != '\r' && r != '\t' && r != '\v' && r != '\f':
			return ' '
		case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co, unicode.Zl, unicode.Zp):
			return -1
		case strings.ContainsRune(`/\:*?"<>|∕⁄⧵＼／：`, r):
			return '-'
		case !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(s, "")))
	s = regexp.MustCompile(` {2,}`).ReplaceAllString(s, " ")
	return regexp.MustCompile(`\.{2,}`).ReplaceAllString(s, ".")
}

// cut shortens to so many bytes, by whole characters with their marks.
func cut(s string, most int) string {
	for len(s) > most {
		for marked := true; marked; {
			r, n := utf8.DecodeLastRuneInString(s)
			marked, s = unicode.Is(unicode.M, r), s[:len(s)-n]
		}
	}
	return s
}
