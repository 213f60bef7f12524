import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, test } from 'vitest';
import { seenAt } from '../../src/scan/testing/scene.ts';
import { launch } from '../harness/browser.ts';
import { jpegOf } from '../harness/photographs.ts';
import { bundled } from './page.ts';
import type { Timed } from './scanner.ts';

// How long a photograph of 12 million pixels takes to become a page of a PDF, on this machine and on one
// whose processor is six times slower. Printed for ops/figures.md.

let browser: Browser;
let server: Server;
let page: Page;
let jpeg: string;
beforeAll(async () => {
	browser = await launch();
	const corners = seenAt({ tilt: -0.4, lean: 0.1, turn: 0.06, away: 2 });
	const drawn = { corners, width: 1600, height: 1200, clutter: true };
	jpeg = (await jpegOf(browser, drawn, { larger: 2.5 })).toString('base64');
	const code = await bundled(fileURLToPath(new URL('scanner.ts', import.meta.url)));
	server = createServer((request, response) => {
		const script = request.url === '/scanner.js';
		response.writeHead(200, { 'Content-Type': script ? 'text/javascript' : 'text/html' });
		response.end(script ? code : '<!doctype html><title>Banc</title>');
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	page = await browser.newPage();
	await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
	await page.addScriptTag({ url: '/scanner.js', type: 'module' });
});
afterAll(async () => {
	await browser?.close();
	server?.close();
});

test('a page', async () => {
	const devtools = await page.context().newCDPSession(page);
	for (const rate of [1, 6]) {
		await devtools.send('Emulation.setCPUThrottlingRate', { rate });
		const rounds: Timed[] = [];
		for (let i = 0; i < 4; i++)
			rounds.push(
				await page.evaluate(
					(b) => (globalThis as unknown as { scanOnce(b: string): Promise<Timed> }).scanOnce(b),
					jpeg,
				),
			);
		// The first one of all waits for the compiler; a person has it once a visit.
		for (const [i, t] of rounds.entries())
			process.stdout.write(
				`${rate}x slower, page ${i + 1}: ${t.all.toFixed(0)} ms (decode ${t.decode.toFixed(0)}, find ${t.find.toFixed(0)}, ` +
					`straighten ${t.straighten.toFixed(0)}, contrast ${t.contrast.toFixed(0)}, encode ${t.encode.toFixed(0)}), ${t.bytes} bytes, ${t.sure}\n`,
			);
	}
}, 300_000);
