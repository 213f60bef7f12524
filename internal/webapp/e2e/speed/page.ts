import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import type { Ask, Said } from './ask.ts';

/** A page with nothing but the worker that seals, in a real browser. */
export interface Bench {
	ask<T extends Said>(a: Ask, where?: 'worker' | 'page'): Promise<T>;
	/** As on a phone whose processor is so many times slower: of the page's own thread. */
	throttle(times: number): Promise<void>;
	/** Seconds of processor time that the browser has had. */
	processor(): number;
	close(): Promise<void>;
}

export async function openBench(browser: Browser): Promise<Bench> {
	const code = await bundled(fileURLToPath(new URL('sealer.ts', import.meta.url)));
	const server = await serve(code);
	const page = await browser.newPage();
	await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
	await page.evaluate(() => {
		const worker = new Worker('/sealer.js', { type: 'module' });
		const inWorker = (a: unknown) =>
			new Promise((resolve, reject) => {
				worker.onmessage = (e) => resolve(e.data);
				worker.onerror = (e) => reject(new Error(e.message));
				worker.postMessage(a);
			});
		const inPage = (a: unknown) =>
			(globalThis as unknown as { answer(x: unknown): unknown }).answer(a);
		Object.assign(globalThis, {
			ask: (a: unknown, where: string) => (where === 'page' ? inPage(a) : inWorker(a)),
		});
	});
	await page.addScriptTag({ url: '/sealer.js', type: 'module' });
	return {
		ask: async <T extends Said>(a: Ask, where: 'worker' | 'page' = 'worker') => {
			const said = await page.evaluate(
				([x, w]) =>
					(globalThis as unknown as { ask(y: unknown, w: unknown): Promise<unknown> }).ask(x, w),
				[a, where],
			);
			if (said !== null && typeof said === 'object' && 'failed' in said)
				throw new Error(String(said.failed));
			return said as T;
		},
		throttle: (times) => throttle(page, times),
		processor,
		close: async () => {
			await page.close();
			server.close();
		},
	};
}

async function throttle(page: Page, rate: number): Promise<void> {
	const devtools = await page.context().newCDPSession(page);
	await devtools.send('Emulation.setCPUThrottlingRate', { rate });
}

/** Of every process that this one has started, and that they have. */
function processor(): number {
	const all = readdirSync('/proc')
		.filter((n) => /^\d+$/.test(n))
		.flatMap((n) => {
			try {
				// After the name, which may hold anything: state, parent, … user and system time.
				const text = readFileSync(`/proc/${n}/stat`, 'latin1');
				const rest = text.slice(text.lastIndexOf(')') + 2).split(' ');
				const ticks = Number(rest[11]) + Number(rest[12]);
				return [{ id: Number(n), parent: Number(rest[1]), ticks }];
			} catch {
				return [];
			}
		});
	const ours = new Set([process.pid]);
	for (let before = 0; before < ours.size; ) {
		before = ours.size;
		for (const p of all) if (ours.has(p.parent)) ours.add(p.id);
	}
	const ticks = all.filter((p) => ours.has(p.id) && p.id !== process.pid);
	return ticks.reduce((sum, p) => sum + p.ticks, 0) / 100;
}

/** All that a script of tests needs, in one file. */
export async function bundled(entry: string): Promise<string> {
	const made = await build({
		configFile: false,
		logLevel: 'silent',
		build: {
			write: false,
			minify: true,
			lib: {
				entry,
				formats: ['es'],
				fileName: 'bench',
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
