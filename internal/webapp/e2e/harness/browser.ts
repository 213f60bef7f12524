import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import {
	type Browser,
	type BrowserContext,
	type BrowserContextOptions,
	chromium,
	type Page,
} from 'playwright-core';
import { Guard } from './guard.ts';
import { screensFolder } from './server.ts';

export const phone = { width: 360, height: 740 };
export const desktop = { width: 1280, height: 800 };
/** The narrowest that WCAG 1.4.10 asks for; also 1280 px at 400 %. */
const narrow = { width: 320, height: 640 };

export function launch(...more: readonly string[]): Promise<Browser> {
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		headless: true,
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
			...more,
		],
	});
}

/** Somebody at a browser of their own. */
export interface Visitor {
	readonly context: BrowserContext;
	readonly page: Page;
	readonly guard: Guard;
}

export async function visit(
	browser: Browser,
	url: string,
	options: BrowserContextOptions = {},
): Promise<Visitor> {
	const context = await browser.newContext({
		baseURL: url,
		locale: 'fr-FR',
		timezoneId: 'Europe/Paris',
		viewport: phone,
		colorScheme: 'light',
		reducedMotion: 'reduce',
		acceptDownloads: true,
		...options,
	});
	// The machine may be busy with something else.
	context.setDefaultTimeout(40_000);
	const guard = new Guard(context, url);
	const page = await context.newPage();
	// File choosers are caught only while somebody listens, and not from one moment to the next.
	page.on('filechooser', () => undefined);
	return { context, page, guard };
}

/** A visit that must leave nothing for the guard to complain of. */
export async function during(
	browser: Browser,
	url: string,
	use: (v: Visitor) => Promise<void>,
	options: BrowserContextOptions = {},
): Promise<void> {
	const v = await visit(browser, url, options);
	try {
		await use(v);
		v.guard.check();
	} catch (e) {
		await screenshot(v.page, `echec-${Date.now()}`).catch(() => undefined);
		const text = await v.page
			.locator('body')
			.innerText({ timeout: 1000 })
			.catch(() => '');
		const error = e instanceof Error ? e : new Error(String(e));
		error.message += `\n${v.guard.complaints()}\nat ${v.page.url()}, which says:\n${text}`;
		throw error;
	} finally {
		await v.context.close();
	}
}

/**
 * One page in one state, as it is shown: four screenshots (phone and desktop,
 * light and dark), axe on two of them, no sideways scroll down to 320 px.
 */
export async function look(page: Page, name: string): Promise<void> {
	const before = page.viewportSize() ?? phone;
	for (const [size, viewport] of Object.entries({ phone, desktop })) {
		await page.setViewportSize(viewport);
		for (const colorScheme of ['light', 'dark'] as const) {
			await page.emulateMedia({ colorScheme });
			await painted(page);
			await screenshot(page, `${name}-${size}-${colorScheme}`);
			if ((size === 'phone') === (colorScheme === 'light')) await axe(page, name);
		}
	}
	await page.emulateMedia({ colorScheme: 'light' });
	await page.setViewportSize(narrow);
	await painted(page);
	await noSidewaysScroll(page, name);
	await page.setViewportSize(before);
}

export async function screenshot(page: Page, name: string): Promise<void> {
	mkdirSync(screensFolder, { recursive: true });
	// A dialog covers the window, not the page.
	const fullPage = (await page.locator('dialog[open]').count()) === 0;
	await page.screenshot({ path: join(screensFolder, `${name}.png`), fullPage });
}

/** Two frames after a change of what the page is shown on. */
export function painted(page: Page): Promise<void> {
	return page.evaluate(
		() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
	);
}

async function axe(page: Page, name: string): Promise<void> {
	// A frame without scripts cannot be looked into; what it shows is the citizen's own document.
	const { violations } = await new AxeBuilder({ page }).setLegacyMode().exclude('iframe').analyze();
	const found = violations.map(
		(v) =>
			`${v.id}: ${v.help}\n${v.nodes.map((n) => `  ${n.html}\n  ${n.failureSummary}`).join('\n')}`,
	);
	if (found.length > 0) throw new Error(`axe on ${name}:\n${found.join('\n')}`);
}

export async function noSidewaysScroll(page: Page, name: string): Promise<void> {
	const over = await page.evaluate(() => {
		const { scrollWidth, clientWidth } = document.documentElement;
		if (scrollWidth <= clientWidth) return '';
		const wide = [...document.querySelectorAll('body *')].filter(
			(e) => e.getBoundingClientRect().right > clientWidth + 1,
		);
		return `${scrollWidth} px in ${clientWidth}: ${wide.map((e) => e.outerHTML.slice(0, 120)).join('\n')}`;
	});
	if (over !== '') throw new Error(`${name} scrolls sideways: ${over}`);
}
