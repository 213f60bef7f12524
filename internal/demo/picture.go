package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
)

// photo is a landscape of 12 megapixels with the grain of a phone's sensor,
// so that it weighs what phone pictures weigh: about 5 MB.
func photo() ([]byte, error) {
	const w, h = 4000, 3000
	m := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	ridges := make([][3]int, w)
	for x := range w {
		f := float64(x)
		ridges[x] = [3]int{
			1500 + int(160*math.Sin(f/410)+70*math.Sin(f/133+1)),
			1900 + int(120*math.Sin(f/290+2)+50*math.Sin(f/97)),
			2350 + int(60*math.Sin(f/520+4)+25*math.Sin(f/61+2)),
		}
	}
	grain := uint32(2463534242)
	for y := range h {
		for x := range w {
			grain ^= grain << 13
			grain ^= grain >> 17
			grain ^= grain << 5
			luma, cb, cr := landscape(x, y, ridges[x])
			m.Y[m.YOffset(x, y)] = uint8(luma + int(grain>>24)%23 - 11) //nolint:gosec // 20 to 250
			if x%2 == 0 && y%2 == 0 {
				at := m.COffset(x, y)
				m.Cb[at], m.Cr[at] = cb, cr
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 95}); err != nil {
		return nil, fmt.Errorf("encode photo: %w", err)
	}
	return b.Bytes(), nil
}

// landscape is sky with a low sun, three ridges, and a field.
func landscape(x, y int, ridge [3]int) (luma int, cb, cr uint8) {
	dx, dy := x-2800, y-900
	switch {
	case dx*dx+dy*dy < 170*170 && y < ridge[0]:
		return 232, 100, 150
	case y < ridge[0]:
		return 150 + y*60/1500, uint8(150 - y*38/1700), uint8(112 + y*30/1700) //nolint:gosec // within a byte
	case y < ridge[1]:
		return 112, 138, 118
	case y < ridge[2]:
		return 84, 126, 116
	}
	return 66 + (y-2300)/24, 108, 122
}

// identityCard is a drawing that no counter would take for a card.
func identityCard() ([]byte, error) {
	m := image.NewRGBA(image.Rect(0, 0, 1024, 646))
	fill(m, m.Bounds(), color.RGBA{214, 228, 240, 255})
	for x := 0; x < 1024; x += 16 {
		fill(m, image.Rect(x, 0, x+1, 646), color.RGBA{198, 214, 230, 255})
	}
	blue, red, ink := color.RGBA{31, 59, 115, 255}, color.RGBA{200, 16, 46, 255}, color.RGBA{28, 34, 44, 255}
	fill(m, image.Rect(0, 0, 1024, 96), blue)
	write5x7(m, 40, 30, 5, color.White, "CARTE D'IDENTITÉ")
	fill(m, image.Rect(48, 150, 304, 470), color.RGBA{236, 240, 244, 255})
	disc(m, 176, 260, 70, color.RGBA{150, 160, 172, 255})
	disc(m, 176, 450, 118, color.RGBA{150, 160, 172, 255})
	fill(m, image.Rect(48, 470, 304, 646), color.RGBA{214, 228, 240, 255})
	for i, line := range []string{"NOM : DUBOIS", "PRÉNOM : ANGELA", "NÉE LE 24 08 1962", "À VALMONT", "N° 000000000000"} {
		write5x7(m, 350, 160+i*58, 4, ink, line)
	}
	write5x7(m, 60, 492, 17, red, "SPÉCIMEN")
	write5x7(m, 60, 624, 2, ink, "DOCUMENT FICTIF DE DÉMONSTRATION, SANS VALEUR")
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		return nil, fmt.Errorf("encode card: %w", err)
	}
	return b.Bytes(), nil
}

func fill(m draw.Image, r image.Rectangle, c color.Color) {
	draw.Draw(m, r, image.NewUniform(c), image.Point{}, draw.Src)
}

func disc(m draw.Image, cx, cy, r int, c color.Color) {
	for y := -r; y <= r; y++ {
		half := int(math.Sqrt(float64(r*r - y*y)))
		fill(m, image.Rect(cx-half, cy+y, cx+half, cy+y+1), c)
	}
}

// write5x7 writes capitals in squares of px pixels.
func write5x7(m draw.Image, x, y, px int, c color.Color, text string) {
	font := glyphs()
	for _, r := range text {
		g := font[r]
		for col, bits := range g {
			for row := range 9 {
				if bits>>row&1 == 1 {
					at := image.Pt(x+col*px, y+(row-2)*px)
					fill(m, image.Rectangle{at, at.Add(image.Pt(px, px))}, c)
				}
			}
		}
		x += 6 * px
	}
}

// glyphs are five columns of nine rows, the lowest bit on top; the two rows
// above the capitals are for accents.
func glyphs() map[rune][5]uint16 {
	plain := map[rune][5]uint16{
		'A': {0x7C, 0x12, 0x11, 0x12, 0x7C}, 'B': {0x7F, 0x49, 0x49, 0x49, 0x36}, 'C': {0x3E, 0x41, 0x41, 0x41, 0x22},
		'D': {0x7F, 0x41, 0x41, 0x41, 0x3E}, 'E': {0x7F, 0x49, 0x49, 0x49, 0x41}, 'F': {0x7F, 0x09, 0x09, 0x09, 0x01},
		'G': {0x3E, 0x41, 0x41, 0x51, 0x73}, 'I': {0x00, 0x41, 0x7F, 0x41, 0x00}, 'L': {0x7F, 0x40, 0x40, 0x40, 0x40},
		'M': {0x7F, 0x02, 0x1C, 0x02, 0x7F}, 'N': {0x7F, 0x04, 0x08, 0x10, 0x7F}, 'O': {0x3E, 0x41, 0x41, 0x41, 0x3E},
		'P': {0x7F, 0x09, 0x09, 0x09, 0x06}, 'R': {0x7F, 0x09, 0x19, 0x29, 0x46}, 'S': {0x26, 0x49, 0x49, 0x49, 0x32},
		'T': {0x03, 0x01, 0x7F, 0x01, 0x03}, 'U': {0x3F, 0x40, 0x40, 0x40, 0x3F}, 'V': {0x1F, 0x20, 0x40, 0x20, 0x1F},
		'0': {0x3E, 0x51, 0x49, 0x45, 0x3E}, '1': {0x00, 0x42, 0x7F, 0x40, 0x00}, '2': {0x72, 0x49, 0x49, 0x49, 0x46},
		'4': {0x18, 0x14, 0x12, 0x7F, 0x10}, '6': {0x3C, 0x4A, 0x49, 0x49, 0x31}, '8': {0x36, 0x49, 0x49, 0x49, 0x36},
		'9': {0x46, 0x49, 0x49, 0x29, 0x1E}, ':': {0x00, 0x00, 0x24, 0x00, 0x00}, '\'': {0x00, 0x00, 0x03, 0x00, 0x00},
		'°': {0x00, 0x06, 0x09, 0x06, 0x00}, ',': {0x00, 0x40, 0x30, 0x00, 0x00},
	}
	font := map[rune][5]uint16{}
	for r, g := range plain {
		for i := range g {
			g[i] <<= 2
		}
		font[r] = g
	}
	acute, grave := font['E'], font['A']
	acute[2], acute[3] = acute[2]|2, acute[3]|1
	grave[1], grave[2] = grave[1]|1, grave[2]|2
	font['É'], font['À'] = acute, grave
	return font
}
