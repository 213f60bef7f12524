package sealed

import (
	"encoding/base64"
	"testing"

	"pgregory.net/rapid"
)

// TestPointsOfAnotherMaker: npm's shamir-secret-sharing 0.0.4 made these of
// 00 01 … 1f, and combines ours (testdata/go-custody.json is read there).
func TestPointsOfAnotherMaker(t *testing.T) {
	var points []Point
	for _, s := range []string{
		"pwbOVdlxCAXoqLFzuH2I77L0l/YOZ7hr8yCnQKvPSt+b",
		"YIAZIdauH7uDtlgFGcUFhE2n+6X5Ye56tyOXwuuIgKFn",
		"n5KHzi6NO7f1Xe8OjP488qzPyM2lVidp+7U0A3RSYxcQ",
	} {
		b := must(base64.StdEncoding.DecodeString(s))(t)
		points = append(points, must(ParsePoint(b))(t))
	}
	for i, a := range points {
		for j, b := range points {
			got, err := Combine(a, b)
			if i == j {
				refused(t, "one point twice", err, ErrMismatch)
			} else if err != nil || got != counting() {
				t.Errorf("points %d and %d give another secret, %v", i, j, err)
			}
		}
	}
}

// TestTheFieldIsOne: every element has its inverse, products commute and are
// those of the schoolbook, over all 65,536 pairs.
func TestTheFieldIsOne(t *testing.T) {
	slow := func(a, b int) (out int) {
		for i := range 8 {
			if b>>i&1 == 1 {
				out ^= a << i
			}
		}
		for i := 14; i >= 8; i-- {
			if out>>i&1 == 1 {
				out ^= 0x11b << (i - 8)
			}
		}
		return out
	}
	for a := range 256 {
		if a != 0 && times(byte(a), inverse(byte(a))) != 1 {
			t.Errorf("%d has no inverse", a)
		}
		for b := range 256 {
			if got := times(byte(a), byte(b)); int(got) != slow(a, b) || got != times(byte(b), byte(a)) {
				t.Fatalf("%d times %d is %d", a, b, got)
			}
		}
	}
}

// TestTwoOfThree: any two of what Split gives is the secret, whatever it is;
// and one alone fits every secret there is.
func TestTwoOfThree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := Secret(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "secret"))
		points := Split(secret)
		i, j := rapid.IntRange(0, 2).Draw(t, "one"), rapid.IntRange(1, 2).Draw(t, "further")
		got, err := Combine(points[i], points[(i+j)%3])
		if err != nil || got != secret {
			t.Fatalf("two points give another secret, %v", err)
		}
		other := Secret(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "other"))
		fits := points[(i+j)%3] // the point that makes the first one fit the other secret
		div := inverse(points[i][32])
		for at := range other {
			slope := times(points[i][at]^other[at], div)
			fits[at] = other[at] ^ times(slope, fits[32])
		}
		if got, err := Combine(points[i], fits); err != nil || got != other {
			t.Fatalf("one point rules a secret out, %v", err)
		}
	})
}

func TestPointsThatAreNone(t *testing.T) {
	_, err := ParsePoint(make([]byte, 32))
	refused(t, "short", err, ErrLength)
	_, err = ParsePoint(make([]byte, 33))
	refused(t, "x = 0", err, ErrForm)
	p := Split(counting())
	_, err = Combine(Point{}, p[0])
	refused(t, "x = 0", err, ErrMismatch)
	if again := Split(counting()); again[0] == p[0] {
		t.Error("the line is the same each time")
	}
}
