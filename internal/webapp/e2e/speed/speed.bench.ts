import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, test } from 'vitest';
import type { Maker } from '../../src/crypto/cipher.ts';
import { launch } from '../harness/browser.ts';
import type { Tested, Timed } from './ask.ts';
import { type Bench, openBench } from './page.ts';

// What a browser seals and opens in a second, by its own cipher and by the library, side by side. Printed
// for ops/figures.md; nothing is asserted but that what was opened is what was sealed.

let browser: Browser;
let bench: Bench;
beforeAll(async () => {
	browser = await launch();
	bench = await openBench(browser);
});
afterAll(async () => {
	await bench?.close();
	await browser?.close();
});

const rounds = 3;
const median = (all: readonly number[]): number =>
	[...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;

test('sealing and opening', async () => {
	const { maker } = await bench.ask<Tested>({ what: 'self-test' });
	say(`the self-test chose: ${maker}\n`);
	for (const [times, size] of [
		[1, 32e6],
		[6, 8e6],
	] as const) {
		await bench.throttle(times);
		const figures: Record<Maker, { seal: number[]; open: number[] }> = {
			browser: { seal: [], open: [] },
			library: { seal: [], open: [] },
		};
		// In turns, so that whatever else the machine does is shared.
		for (let round = 0; round < rounds; round++)
			for (const m of ['browser', 'library'] as const) {
				const t = await bench.ask<Timed>({ what: 'both', size, seal: m, open: m });
				if (!t.same) throw new Error('opened something else');
				figures[m].seal.push(size / 1000 / t.seal);
				figures[m].open.push(size / 1000 / t.open);
			}
		for (const m of ['browser', 'library'] as const) {
			const [seal, open] = [median(figures[m].seal), median(figures[m].open)];
			say(
				`${size / 1e6} MB, ${times}x slower, ${m.padEnd(7)}: seals ${seal.toFixed(0)} MB/s, opens ${open.toFixed(0)} MB/s\n`,
			);
		}
	}
}, 900_000);

function say(line: string): void {
	process.stdout.write(line);
}
