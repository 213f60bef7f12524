package sealed

import "strings"

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 encodes data under a human-readable part (BIP 173, without its limit
// of 90 characters, as age uses it). age exports no encoder, and derived
// identities need one.
func bech32(hrp string, data []byte) string {
	five := toFiveBits(data)
	var b strings.Builder
	b.WriteString(hrp)
	b.WriteByte('1')
	for _, v := range five {
		b.WriteByte(bech32Alphabet[v])
	}
	for _, v := range bech32Checksum(hrp, five) {
		b.WriteByte(bech32Alphabet[v])
	}
	return b.String()
}

func toFiveBits(data []byte) []byte {
	var out []byte
	var acc, bits uint32
	for _, b := range data {
		acc = acc<<8 | uint32(b)
		for bits += 8; bits >= 5; bits -= 5 {
			out = append(out, byte(acc>>(bits-5)&31))
		}
	}
	if bits > 0 {
		out = append(out, byte(acc<<(5-bits)&31))
	}
	return out
}

func bech32Checksum(hrp string, five []byte) [6]byte {
	var all []byte
	for i := range len(hrp) {
		all = append(all, hrp[i]>>5)
	}
	all = append(all, 0)
	for i := range len(hrp) {
		all = append(all, hrp[i]&31)
	}
	all = append(append(all, five...), 0, 0, 0, 0, 0, 0)
	generator := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	chk := uint32(1)
	for _, v := range all {
		top := chk >> 25
		chk = (chk&0x1ffffff)<<5 ^ uint32(v)
		for i, g := range generator {
			if top>>i&1 == 1 {
				chk ^= g
			}
		}
	}
	chk ^= 1
	var sum [6]byte
	for i := range sum {
		sum[i] = byte(chk >> (5 * (5 - i)) & 31)
	}
	return sum
}
