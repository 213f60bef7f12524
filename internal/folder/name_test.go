package folder

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestNamesAreFilesWhateverDocumentsAreCalled(t *testing.T) {
	of := func(name string) string {
		return fileName(Usual, Named{Reference: "2026-00417", Kind: "tax-notice", Name: name, Date: "2026-11-26"}, 1)
	}
	for name, want := range map[string]string{
		"avis.pdf":               "2026-00417_tax-notice_avis_2026-11-26.pdf",
		"../../etc/passwd":       "2026-00417_tax-notice_.-.-etc-passwd_2026-11-26",
		"..":                     "2026-00417_tax-notice_._2026-11-26",
		"a\nb\x00c\u202egpj.exe": "2026-00417_tax-notice_abcgpj_2026-11-26.exe",
		`C:\con.txt`:             "2026-00417_tax-notice_C--con_2026-11-26.txt",
		"  été   .PDF":           "2026-00417_tax-notice_été_2026-11-26.PDF",
		"$(rm -rf ~); x|y?.pdf":  "2026-00417_tax-notice_$(rm -rf ~); x-y-_2026-11-26.pdf",
	} {
		if got := of(name); got != want {
			t.Errorf("%q is called %q, want %q", name, got, want)
		}
	}
	for what, got := range map[string]string{
		"without a reference": fileName(Usual, Named{Kind: "photo", Name: "a.jpg", Date: "2026-11-26"}, 1),
		"a second one":        fileName(Usual, Named{Kind: "photo", Name: "a.jpg", Date: "2026-11-26"}, 2),
		"of a device":         fileName("{name}", Named{Name: "NUL.txt"}, 1),
		"of nothing":          fileName("{name}", Named{Name: " .. "}, 1),
		"a hidden one":        fileName("{name}", Named{Name: ".bashrc"}, 1),
		"with an option":      fileName("{name}", Named{Name: "-rf.pdf"}, 1),
		"as of a sidecar":     fileName("{name}", Named{Name: "x.coffre.json"}, 1),
		"of one, in capitals": fileName("{name}", Named{Name: "x.COFFRE.Jſon"}, 1),
		"of one, twice":       fileName("{name}", Named{Name: "x.coffre.json.coffre.json"}, 2),
	} {
		want := map[string]string{
			"without a reference": "photo_a_2026-11-26.jpg", "a second one": "photo_a_2026-11-26 (2).jpg", "of a device": "_NUL.txt",
			"of nothing": "document", "a hidden one": "bashrc", "with an option": "rf.pdf",
			"as of a sidecar": "x.coffre_.json", "of one, in capitals": "x.COFFRE_.Jſon", "of one, twice": "x.coffre.json.coffre (2).json",
		}[what]
		if got != want {
			t.Errorf("%s it is %q, want %q", what, got, want)
		}
	}
}

func FuzzFileName(f *testing.F) {
	for _, s := range []string{"avis.pdf", "../x", "a\u0301\u0301\u0301", strings.Repeat("é", 300) + ".pdf", "\xff\xfe", "CON", "a/b\\c:d", "x.coffre.json"} {
		f.Add(s, s, 1)
	}
	f.Fuzz(func(t *testing.T, name, reference string, try int) {
		got := fileName(Usual, Named{Name: name, Reference: reference, Kind: reference, Citizen: name, Date: "2026-11-26"}, max(1, min(try, 999)))
		if got == "" || len(got) > longest+8 || !utf8.ValidString(got) || strings.ContainsAny(got, `/\:*?"<>|`) || strings.HasPrefix(got, ".") ||
			strings.HasPrefix(got, "-") || strings.ContainsFunc(got, unicode.IsControl) || strings.HasSuffix(strings.ToLower(got), ".coffre.json") {
			t.Errorf("%q is called %q", name, got)
		}
	})
}

func TestTemplatesSayWhatTheyPutTogether(t *testing.T) {
	for template, ok := range map[string]bool{Usual: true, "{citizen} {name}": true, "{nom}": false, "document": false, "{name": true} {
		if err := CheckTemplate(template); (err == nil) != ok {
			t.Errorf("%q: %v", template, err)
		}
	}
}
