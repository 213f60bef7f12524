package demo

import (
	"bytes"
	"fmt"
	"strings"
)

// page is a page of PDF 1.4 in the making: text in the standard fonts, which
// every reader has, and rectangles.
type page struct{ content bytes.Buffer }

const (
	a4Width  = 595
	a4Height = 842
)

// text writes a line in points from the lower left; bold is /F2.
func (p *page) text(x, y, size int, font, s string) {
	fmt.Fprintf(&p.content, "BT /%s %d Tf %d %d Td (%s) Tj ET\n", font, size, x, y, winAnsi(s))
}

// box fills a rectangle with a colour, in thousandths.
func (p *page) box(x, y, w, h, r, g, b int) {
	fmt.Fprintf(&p.content, "q %.3f %.3f %.3f rg %d %d %d %d re f Q\n", float64(r)/1000, float64(g)/1000, float64(b)/1000, x, y, w, h)
}

// winAnsi escapes a string of Windows-1252.
func winAnsi(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '(' || r == ')' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x7F:
			b.WriteRune(r)
		case r == '€':
			b.WriteString(`\200`)
		case r == 'Œ':
			b.WriteString(`\214`)
		case r == 'œ':
			b.WriteString(`\234`)
		case r == '’':
			b.WriteString(`\222`)
		case r <= 0xFF:
			fmt.Fprintf(&b, `\%03o`, r)
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}

// pdf writes the file: objects, their table, the trailer.
func (p *page) pdf(title string) []byte {
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R /Lang (fr-FR) /ViewerPreferences << /DisplayDocTitle true >> >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R /F3 7 0 R >> >> >>", a4Width, a4Height),
		fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", p.content.Len(), p.content.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Italic /Encoding /WinAnsiEncoding >>",
		fmt.Sprintf("<< /Title (%s) /Producer (Coffre) /CreationDate (D:20260901080000Z) >>", winAnsi(title)),
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, len(objects), table)
	return b.Bytes()
}

const fictitious = "Document fictif de démonstration, sans valeur."

// bill is one of electricity, as counters ask for to prove an address.
func bill() ([]byte, error) {
	var p page
	p.box(0, 762, a4Width, 80, 120, 360, 330)
	p.content.WriteString("1 1 1 rg\n")
	p.text(50, 795, 22, "F2", "Électricité de la Brenne")
	p.content.WriteString("0.1 0.1 0.12 rg\n")
	p.text(50, 720, 16, "F2", "Facture n° 2026-08-004217")
	p.text(50, 700, 11, "F1", "du 28 août 2026, à payer avant le 15 septembre 2026")
	for i, l := range []string{"Mme Angela DUBOIS", "12, rue de l’Œillet", "37999 VALMONT"} {
		p.text(340, 660-i*15, 12, "F1", l)
	}
	p.box(50, 560, 495, 24, 880, 930, 920)
	y := 567
	for i, row := range [][2]string{
		{"Votre consommation du 1er juin au 31 août", "Montant"},
		{"Abonnement, 3 mois, 6 kVA", "41,40 €"},
		{"Énergie, 512 kWh à 0,1952 €", "99,94 €"},
		{"Contributions et taxes", "12,71 €"},
		{"TVA", "26,03 €"},
		{"Total à payer", "180,08 €"},
	} {
		font := "F1"
		if i == 0 || i == 5 {
			font = "F2"
		}
		p.text(60, y, 11, font, row[0])
		p.text(470, y, 11, font, row[1])
		y -= 28
	}
	p.text(50, 360, 11, "F1", "Point de livraison 00000000000000 : 12, rue de l’Œillet, 37999 Valmont")
	p.text(50, 340, 11, "F1", "Relevé réel. Prochaine relève : 30 novembre 2026.")
	p.text(50, 60, 10, "F2", fictitious)
	return p.pdf("Facture d’électricité (fictive)"), nil
}

// diploma is what a university deposits.
func diploma() ([]byte, error) {
	var p page
	for _, edge := range [][4]int{{40, 40, 515, 4}, {40, 798, 515, 4}, {40, 40, 4, 762}, {551, 40, 4, 762}} {
		p.box(edge[0], edge[1], edge[2], edge[3], 480, 120, 140)
	}
	p.text(185, 730, 20, "F2", "Université de Valmont")
	p.text(190, 650, 34, "F3", "Diplôme de Licence")
	for i, l := range []string{
		"Vu le procès-verbal du jury du 27 juin 2026, le diplôme national de", "Licence de lettres, mention sciences du langage,", "est délivré à",
	} {
		p.text(110, 570-i*24, 14, "F1", l)
	}
	p.text(195, 470, 26, "F3", "Angela DUBOIS")
	p.text(110, 420, 14, "F1", "née le 24 août 1962 à Valmont, avec la mention Très bien.")
	p.text(110, 300, 12, "F1", "Fait à Valmont, le 10 juillet 2026")
	p.text(330, 250, 14, "F3", "La Présidente de l’Université")
	p.text(110, 80, 10, "F2", fictitious)
	return p.pdf("Diplôme de Licence (fictif)"), nil
}
