// The territory's colour, made readable on paper by day and by night.

type RGB = readonly [number, number, number];

const paper = { light: [250, 247, 241], dark: [33, 30, 26] } as const satisfies Record<string, RGB>;
const wanted = 5.2;

/** The colour itself where it can be read on the ground of that scheme, else moved towards ink or light. */
export function readable(colour: string, scheme: 'light' | 'dark'): string | undefined {
	const rgb = parse(colour);
	if (rgb === undefined) return undefined;
	const towards: RGB = scheme === 'light' ? [0, 0, 0] : [255, 255, 255];
	for (let share = 0; share <= 1; share += 0.04) {
		const mixed = mix(rgb, towards, share);
		if (contrast(mixed, paper[scheme]) >= wanted) return hex(mixed);
	}
	return hex(towards);
}

export function applyColour(colour: string): void {
	const root = document.documentElement.style;
	for (const scheme of ['light', 'dark'] as const) {
		const value = readable(colour, scheme);
		if (value !== undefined) root.setProperty(`--brand-${scheme}`, value);
	}
}

/** WCAG 2.2 contrast ratio. */
export function contrast(a: RGB, b: RGB): number {
	const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
	return (high + 0.05) / (low + 0.05);
}

export function parse(colour: string): RGB | undefined {
	const m = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
	if (m === null) return undefined;
	const [r = 0, g = 0, b = 0] = m.slice(1).map((v) => Number.parseInt(v, 16));
	return [r, g, b];
}

function luminance(c: RGB): number {
	const [r = 0, g = 0, b = 0] = c.map((v) => {
		const s = v / 255;
		return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function mix(a: RGB, b: RGB, share: number): RGB {
	const at = (i: 0 | 1 | 2): number => Math.round(a[i] + (b[i] - a[i]) * share);
	return [at(0), at(1), at(2)];
}
function hex(c: RGB): string {
	return `#${c.map((v) => v.toString(16).padStart(2, '0')).join('')}`;
}
