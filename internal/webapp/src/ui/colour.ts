// The territory's colour, made readable on paper by day and by night.

type RGB = readonly [number, number, number];

const paper = { light: [250, 247, 241], dark: [33, 30, 26] } as const satisfies Record<string, RGB>;
const wanted = 5.2;

/** The colour itself where it can be read on the ground of that scheme, else moved towards ink or light. */
export function readable(colour: string, scheme: 'light' | 'dark'): string | undefined {
	const rgb = parse(colour);
	if (rgb === undefined) return undefined;
	const [hue, saturation, lightness] = toHSL(rgb);
	const end = scheme === 'light' ? 0 : 1;
	if (contrast(rgb, paper[scheme]) >= wanted) return hex(rgb);
	for (let share = 0; share < 1; share += 0.03) {
		const moved = fromHSL(hue, saturation, lightness + (end - lightness) * share);
		if (contrast(moved, paper[scheme]) >= wanted) return hex(moved);
	}
	return hex(fromHSL(hue, saturation, end));
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
/** Hue in degrees, the others from 0 to 1. Lightness moves; hue and saturation stay. */
function toHSL(c: RGB): RGB {
	const [r, g, b] = [c[0] / 255, c[1] / 255, c[2] / 255];
	const [high, low] = [Math.max(r, g, b), Math.min(r, g, b)];
	const lightness = (high + low) / 2;
	const range = high - low;
	if (range === 0) return [0, 0, lightness];
	const saturation = range / (1 - Math.abs(2 * lightness - 1));
	const sixth =
		high === r ? (g - b) / range : high === g ? (b - r) / range + 2 : (r - g) / range + 4;
	return [(sixth * 60 + 360) % 360, saturation, lightness];
}
function fromHSL(hue: number, saturation: number, lightness: number): RGB {
	const reach = saturation * Math.min(lightness, 1 - lightness);
	const at = (n: number): number => {
		const k = (n + hue / 30) % 12;
		return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
	};
	return [at(0), at(8), at(4)];
}
function hex(c: RGB): string {
	return `#${c.map((v) => v.toString(16).padStart(2, '0')).join('')}`;
}
