import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { during, launch, type Visitor } from './browser.ts';
import { type Fixtures, makeFixtures } from './fixtures.ts';
import { type Server, startServer } from './server.ts';

// What most files of tests stand on; there from their first test to their last.

export let server: Server;
export let browser: Browser;
export let files: Fixtures;

/** A gateway of its own, with more arguments for it, and a browser. */
export function scene(...more: Parameters<typeof startServer>): void {
	beforeAll(async () => {
		[server, browser] = await Promise.all([startServer(...more), launch()]);
	});
	afterAll(async () => {
		await browser?.close();
		await server?.stop();
	});
}

/** Files to put in a safe. */
export function withFiles(): void {
	beforeAll(async () => {
		files = await makeFixtures(browser);
	});
	afterAll(() => files?.remove());
}

export const visitor = (
	use: (v: Visitor) => Promise<void>,
	options: BrowserContextOptions = {},
): Promise<void> => during(browser, server.url, use, options);

/** The list of an open safe. */
export const documents = (page: Page): Promise<void> =>
	page.getByRole('heading', { level: 1, name: 'Mes documents' }).waitFor();
