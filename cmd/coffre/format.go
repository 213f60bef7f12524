package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// size is for people: powers of ten, as shops count.
func (a *app) size(n int64) string {
	if n == 1 {
		return a.tr("1 octet", "1 byte")
	}
	units := []string{a.tr("octets", "bytes"), a.tr("ko", "kB"), a.tr("Mo", "MB"), a.tr("Go", "GB"), a.tr("To", "TB")}
	v := float64(n)
	i := 0
	for v >= 1000 && i < len(units)-1 {
		v /= 1000
		i++
	}
	if i == 0 || v >= 100 {
		return fmt.Sprintf("%.0f %s", v, units[i])
	}
	s := fmt.Sprintf("%.1f", v)
	if a.lang == "fr" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s + " " + units[i]
}

// day and moment are in the machine's time zone.
func (a *app) day(t time.Time) string {
	return t.Local().Format(a.tr("02/01/2006", "2006-01-02"))
}

func (a *app) moment(t time.Time) string {
	return t.Local().Format(a.tr("02/01/2006 15:04:05", "2006-01-02 15:04:05"))
}

// dayOf reads a time of our formats; what is none is shown as it is.
func (a *app) dayOf(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return clean(s)
	}
	return a.day(t)
}

// table aligns rows under their titles.
func (a *app) table(titles []string, rows [][]string) error {
	w := tabwriter.NewWriter(a.out, 0, 4, 2, ' ', 0)
	for _, row := range append([][]string{titles}, rows...) {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = clean(c)
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	return w.Flush()
}

// json writes for programs, and for whoever sees it on a screen: what JSON
// lets through and a terminal obeys (see clean) is escaped too.
func (a *app) json(v any) error {
	var plain, shown strings.Builder
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	for _, r := range plain.String() {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&shown, `\u%04x`, unit)
			}
			continue
		}
		shown.WriteRune(r)
	}
	_, err := io.WriteString(a.out, shown.String())
	return err
}

// progress shows how far a transfer is, to a person only.
func (a *app) progress(name string) client.Progress {
	if !isTerminal(a.err) {
		return nil
	}
	words := map[string]string{
		"sealing": a.tr("scellement", "sealing"), "sending": a.tr("envoi", "sending"), "receiving": a.tr("réception", "receiving"),
		"resealing": a.tr("nouvelle serrure", "new lock"), "sharing": a.tr("nouvelle signature", "new signature"), "upgrading": a.tr("nouveau format", "new format"),
	}
	last := ""
	return func(phase string, done, total int64) {
		line := fmt.Sprintf("%s  %s %s", clean(name), words[phase], a.size(done))
		if total > 0 {
			line = fmt.Sprintf("%s  %s %d %%", clean(name), words[phase], 100*done/total)
		}
		if line == last {
			return
		}
		last = line
		fmt.Fprintf(a.err, "\r\x1b[K%s", line)
		if total > 0 && done >= total {
			fmt.Fprint(a.err, "\r\x1b[K")
		}
	}
}
