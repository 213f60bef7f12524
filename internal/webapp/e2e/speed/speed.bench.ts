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
	say(`the self-test chose: ${maker}`);
	await both(1, 100e6, 'worker');
	await bench.throttle(6);
	await both(6, 16e6, 'page');
}, 900_000);

/** In turns, so that whatever else the machine does is shared. */
async function both(times: number, size: number, where: 'worker' | 'page'): Promise<void> {
	const made: Record<Maker, { seal: number[]; open: number[]; processor: number[] }> = {
		browser: { seal: [], open: [], processor: [] },
		library: { seal: [], open: [], processor: [] },
	};
	for (let round = 0; round < rounds; round++)
		for (const m of ['browser', 'library'] as const) {
			const before = bench.processor();
			const ask = { what: 'both', size, seal: m, open: m } as const;
			const t = await bench.ask<Timed>(ask, where);
			if (!t.same) throw new Error('opened something else');
			made[m].seal.push(size / 1000 / t.seal);
			made[m].open.push(size / 1000 / t.open);
			made[m].processor.push(((bench.processor() - before) * 100e6) / size);
		}
	for (const m of ['browser', 'library'] as const) {
		const [seal, open] = [made[m].seal, made[m].open].map((f) => median(f).toFixed(0));
		const seconds = median(made[m].processor).toFixed(1);
		say(
			`${size / 1e6} MB in the ${where}, ${times}x slower, by the ${m}: ` +
				`seals ${seal} MB/s, opens ${open} MB/s; ${seconds} s of processor for 100 MB, both ways and the test's own`,
		);
	}
}

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}
