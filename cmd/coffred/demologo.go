//go:build demo

package main

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// demoLogo gives the town hall of the demonstration a logo, once; it has none
// of its own elsewhere.
func demoLogo(ctx context.Context, s *stores, adm safe.Administration, d demoAdministration) error {
	if d.slug != "mairie-de-valmont" || adm.Logo != "" {
		return nil
	}
	logo, err := drawTown()
	if err != nil {
		return err
	}
	return s.domain.SetLogoOf(ctx, operator(), adm.ID, logo)
}

// drawTown is a hill, a river and the sun.
func drawTown() ([]byte, error) {
	const side = 96
	sky, sun := color.NRGBA{0xe8, 0xf1, 0xfb, 0xff}, color.NRGBA{0xf2, 0xb1, 0x34, 0xff}
	hill, river := color.NRGBA{0x1f, 0x7a, 0x4d, 0xff}, color.NRGBA{0x1d, 0x4f, 0x91, 0xff}
	m := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			c := sky
			switch dx, dy := x-side/2, y-side/2; {
			case dx*dx+dy*dy > side*side/4:
				continue // round, on nothing
			case y > 76:
				c = river
			case y > 34+abs(x-40):
				c = hill
			case (x-66)*(x-66)+(y-30)*(y-30) < 100:
				c = sun
			}
			m.SetNRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, m)
	return b.Bytes(), err
}

func abs(n int) int { return max(n, -n) }
