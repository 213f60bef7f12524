// The colour profile that a PDF for archives has to hold: ICC version 2, the
// primaries of sRGB and its white, a gamma of 2.2. Written here from the
// figures of IEC 61966-2-1, as there is not much to it.

const primaries = {
	wtpt: [0.95045, 1, 1.08905],
	rXYZ: [0.43607, 0.22249, 0.01392],
	gXYZ: [0.38515, 0.71687, 0.09708],
	bXYZ: [0.14307, 0.06061, 0.7141],
} as const;

export function srgb(): Uint8Array<ArrayBuffer> {
	const curve = sequence(text('curv'), four(0), four(1), [2, 0x33, 0, 0]);
	const tags: (readonly [string, readonly number[]])[] = [
		['desc', sequence(text('desc'), four(0), four(5), text('sRGB'), Array<number>(79).fill(0))],
		['cprt', sequence(text('text'), four(0), text('CC0'), [0])],
		...Object.entries(primaries).map(([name, xyz]) => [name, point(xyz)] as const),
		...['rTRC', 'gTRC', 'bTRC'].map((name) => [name, curve] as const),
	];
	const table: number[] = [];
	const body: number[] = [];
	const start = 128 + 4 + 12 * tags.length;
	let last = start;
	for (const [i, [name, data]] of tags.entries()) {
		// The three curves are one.
		if (data !== tags[i - 1]?.[1]) {
			last = start + body.length;
			body.push(...data, ...Array<number>((4 - (data.length % 4)) % 4).fill(0));
		}
		table.push(...text(name), ...four(last), ...four(data.length));
	}
	const size = start + body.length;
	const head = sequence(
		four(size),
		four(0),
		[2, 0x10, 0, 0],
		text('mntrRGB XYZ '),
		[0x07, 0xd0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0],
		text('acsp'),
		Array<number>(28).fill(0),
		fixed([0.9642, 1, 0.8249]),
	);
	while (head.length < 128) head.push(0);
	return Uint8Array.from(sequence(head, four(tags.length), table, body));
}

const sequence = (...parts: readonly (readonly number[])[]): number[] => parts.flat();
const text = (s: string): number[] => [...s].map((c) => c.charCodeAt(0));
const four = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const fixed = (xyz: readonly number[]): number[] => xyz.flatMap((v) => four(Math.round(v * 65536)));
const point = (xyz: readonly number[]): number[] => sequence(text('XYZ '), four(0), fixed(xyz));
