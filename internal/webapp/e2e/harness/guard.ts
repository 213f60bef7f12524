import type { BrowserContext, ConsoleMessage } from 'playwright-core';

/** A refusal that the test provokes, and that Chromium therefore writes to the console. */
interface Expected {
	readonly status: number;
	readonly path: RegExp;
}

/**
 * Watches everything a context does: requests to another origin, violations of
 * the content security policy, errors on the console, uncaught exceptions.
 */
export class Guard {
	readonly #origin: string;
	readonly #found: string[] = [];
	readonly #expected: Expected[] = [
		// How a page learns that nobody is logged in.
		{ status: 401, path: /^\/api\/v1\/me$/ },
		// How it learns that no custodian was named, and nobody asked for the safe back.
		{ status: 404, path: /^\/api\/v1\/safe\/(custody|recovery)$/ },
	];

	readonly #texts: RegExp[] = [];

	constructor(context: BrowserContext, url: string) {
		this.#origin = new URL(url).origin;
		context.on('request', (r) => this.#request(r.url()));
		context.on('console', (m) => this.#console(m));
		context.on('weberror', (e) => this.#found.push(`uncaught: ${e.error().stack ?? e.error()}`));
		context.on('page', (p) =>
			p.on('crash', () => this.#found.push(`the page crashed: ${p.url()}`)),
		);
	}

	expect(status: number, path: RegExp): void {
		this.#expected.push({ status, path });
	}

	/** What the browser writes of its own when the test has it do something. */
	expectText(text: RegExp): void {
		this.#texts.push(text);
	}

	complaints(): string {
		return this.#found.length > 0 ? `the browser complained:\n${this.#found.join('\n')}` : '';
	}
	check(): void {
		if (this.#found.length > 0) throw new Error('see the complaints of the browser');
	}

	#request(url: string): void {
		const { protocol, origin } = new URL(url);
		if (protocol === 'blob:' || protocol === 'data:' || protocol === 'about:') return;
		if (origin !== this.#origin) this.#found.push(`request to another origin: ${url}`);
	}

	#console(m: ConsoleMessage): void {
		if (m.type() !== 'error' && !m.text().includes('Content Security Policy')) return;
		if (this.#texts.some((text) => text.test(m.text()))) return;
		const status = /status of (\d{3})/.exec(m.text())?.[1];
		const where = m.location().url;
		if (status !== undefined && URL.canParse(where)) {
			const { pathname } = new URL(where);
			if (this.#expected.some((e) => e.status === Number(status) && e.path.test(pathname))) return;
		}
		this.#found.push(`console ${m.type()}: ${m.text()} (${where})`);
	}
}
