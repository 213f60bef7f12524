package safe_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

func picture(t *testing.T, width, height int, at func(x, y int) color.Color) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.Set(x, y, at(x, y))
		}
	}
	var b bytes.Buffer
	must(t, png.Encode(&b, m))
	return b.Bytes()
}

func blue(int, int) color.Color { return color.NRGBA{0, 0, 145, 200} }

// chunk is one of a PNG, with its checksum.
func chunk(kind string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data))) //nolint:gosec // short
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// TestALogoIsNothingButPixels: what a camera, an editor or somebody else has
// put into the file besides is not kept, and citizens get the same picture.
func TestALogoIsNothingButPixels(t *testing.T) {
	w := newWorld(t)
	m := w.mairieOfTwo(t)
	plain := picture(t, 64, 32, blue)
	const header = 8 + 25 // signature, IHDR
	secret := chunk("tEXt", []byte("Comment\x00<script>alert(1)</script>"))
	loaded := append(append(append([]byte{}, plain[:header]...), secret...), plain[header:]...)
	loaded = append(loaded, "PK\x03\x04 another file"...)
	must(t, w.SetLogo(w.ctx, m.agent, loaded))
	all, _, err := w.Administrations(w.ctx, m.Name, safe.Page{})
	must(t, err)
	hash := all[0].Logo
	got, err := w.Logo(w.ctx, m.ID, hash)
	must(t, err)
	if bytes.Contains(got, []byte("script")) || bytes.Contains(got, []byte("another file")) {
		t.Error("what is no pixel is served")
	}
	shown, err := png.Decode(bytes.NewReader(got))
	must(t, err)
	if shown.Bounds() != image.Rect(0, 0, 64, 32) || shown.At(3, 3) != blue(3, 3) {
		t.Errorf("it became %v, %v", shown.Bounds(), shown.At(3, 3))
	}
	must(t, w.SetLogo(w.ctx, m.agent, got)) // what is served is what would be kept: no event
	must(t, w.SetLogo(w.ctx, m.agent, nil))
	must(t, w.SetLogo(w.ctx, m.agent, nil))
	_, err = w.Logo(w.ctx, m.ID, hash)
	wantKind(t, err, safe.NotFound)
	_, err = w.Logo(w.ctx, m.ID, "")
	wantKind(t, err, safe.NotFound)
	var told []string
	for _, e := range w.book(t, m.agent) {
		if e.What == journal.WhatLogo && e.Result == journal.ResultDone {
			told = append(told, e.Detail["logo"])
		}
	}
	if len(told) != 2 || told[0] == told[1] || told[0] != hash && told[1] != hash {
		t.Errorf("the journal tells %q", told)
	}
}

// TestWhatIsNoSmallPNGIsNoLogo, and one that would fill the memory is refused
// by what it says of itself.
func TestWhatIsNoSmallPNGIsNoLogo(t *testing.T) {
	w := newWorld(t)
	m := w.mairieOfTwo(t)
	good := picture(t, 32, 32, blue)
	bomb := bytes.Clone(good)
	copy(bomb[8:], chunk("IHDR", append(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 60_000), 60_000), 8, 6, 0, 0, 0)))
	var photo bytes.Buffer
	must(t, jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 32, 32)), nil))
	noise := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a picture that does not compress
	for name, bad := range map[string][]byte{
		"nothing":    {},
		"a JPEG":     photo.Bytes(),
		"an SVG":     []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`),
		"cut short":  good[:len(good)-20],
		"too small":  picture(t, 15, 32, blue),
		"too wide":   picture(t, 513, 16, blue),
		"a bomb":     bomb,
		"too heavy":  picture(t, 200, 200, func(int, int) color.Color { return color.Gray{uint8(noise.Uint32())} }), //nolint:gosec // any
		"a long end": append(bytes.Clone(good), make([]byte, safe.MaxLogo)...),
	} {
		err := w.SetLogo(w.ctx, m.agent, bad)
		if asError(err) == nil || asError(err).Reason != safe.ReasonLogoUnfit {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, side := range []int{16, 512} {
		must(t, w.SetLogo(w.ctx, m.agent, picture(t, side, side, blue)))
	}
}

// TestOnlyAReferentOrTheOperatorChangesALogo.
func TestOnlyAReferentOrTheOperatorChangesALogo(t *testing.T) {
	w := newWorld(t)
	m := w.mairieOfTwo(t)
	hugo := w.comes(t, m, "Hugo Petit")
	w.appoint(t, operator(), hugo, safe.AgentRole)
	w.appoint(t, operator(), m.agent, safe.Referent)
	logo := picture(t, 32, 32, blue)
	wantReason(t, w.SetLogo(w.ctx, hugo, logo), safe.Forbidden, safe.ReasonNotReferent)
	wantKind(t, w.SetLogo(w.ctx, m.system, logo), safe.Forbidden)
	wantKind(t, w.SetLogoOf(w.ctx, m.agent, m.ID, logo), safe.Forbidden)
	must(t, w.SetLogo(w.ctx, m.agent, logo))
	must(t, w.SetLogoOf(w.ctx, operator(), m.ID, nil))
	must(t, w.SetLogoOf(w.ctx, operator(), m.ID, logo))
	wantKind(t, w.SetLogoOf(w.ctx, operator(), safe.NewID[safe.AdministrationID](), logo), safe.NotFound)
}
