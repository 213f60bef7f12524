import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import type { Ask, Said } from './ask.ts';

/** A page with nothing but the worker that seals, in a real browser. */
export interface Bench {
	ask<T extends Said>(a: Ask): Promise<T>;
	/** As on a phone whose processor is so many times slower. */
	throttle(times: number): Promise<void>;
	close(): Promise<void>;
}

export async function openBench(browser: Browser): Promise<Bench> {
	const code = await bundle();
	const server = await serve(code);
	const page = await browser.newPage();
	await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
	await page.evaluate(() => {
		const worker = new Worker('/sealer.js', { type: 'module' });
		Object.assign(globalThis, {
			ask: (a: unknown) =>
				new Promise((resolve, reject) => {
					worker.onmessage = (e) => resolve(e.data);
					worker.onerror = (e) => reject(new Error(e.message));
					worker.postMessage(a);
				}),
		});
	});
	return {
		ask: async <T extends Said>(a: Ask) => {
			const said = await page.evaluate(
				(x) => (globalThis as unknown as { ask(y: unknown): Promise<unknown> }).ask(x),
				a,
			);
			if (said !== null && typeof said === 'object' && 'failed' in said)
				throw new Error(String(said.failed));
			return said as T;
		},
		throttle: (times) => throttle(page, times),
		close: async () => {
			await page.close();
			server.close();
		},
	};
}

/** The worker too: it has a thread, and a session, of its own. */
async function throttle(page: Page, rate: number): Promise<void> {
	const devtools = await page.context().newCDPSession(page);
	await devtools.send('Emulation.setCPUThrottlingRate', { rate });
}

async function bundle(): Promise<string> {
	const made = await build({
		configFile: false,
		logLevel: 'silent',
		build: {
			write: false,
			minify: true,
			lib: {
				entry: fileURLToPath(new URL('sealer.ts', import.meta.url)),
				formats: ['es'],
				fileName: 'sealer',
			},
		},
	});
	const [first] = Array.isArray(made) ? made : [made];
	const chunk = first && 'output' in first ? first.output[0] : undefined;
	if (chunk?.type !== 'chunk') throw new Error('vite made nothing');
	return chunk.code;
}

function serve(code: string): Promise<Server> {
	const server = createServer((request, response) => {
		const script = request.url === '/sealer.js';
		response.writeHead(200, { 'Content-Type': script ? 'text/javascript' : 'text/html' });
		response.end(script ? code : '<!doctype html><title>Banc</title>');
	});
	return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
