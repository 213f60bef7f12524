import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { contrast, parse, readable } from './colour.ts';

const grounds = { light: '#faf7f1', dark: '#211e1a' } as const;
const rgb = (c: string) => parse(c) ?? [0, 0, 0];

test("any territory's colour is readable on paper, by day and by night", () => {
	const channel = fc.integer({ min: 0, max: 255 });
	return fc.assert(
		fc.property(channel, channel, channel, (r, g, b) => {
			const given = `#${[r, g, b].map((v) => v.toString(16).padStart(2, '0')).join('')}`;
			for (const scheme of ['light', 'dark'] as const) {
				const made = readable(given, scheme) ?? '';
				expect(contrast(rgb(made), rgb(grounds[scheme]))).toBeGreaterThanOrEqual(4.5);
			}
		}),
	);
});

test('a colour that can be read stays as it is, and nonsense is no colour', () => {
	expect(readable('#1f5f6b', 'light')).toBe('#1f5f6b');
	expect(readable('javascript:1', 'light')).toBeUndefined();
	expect(readable('#12345', 'light')).toBeUndefined();
});
