import type { Ask, Said, Scanned } from './protocol.ts';

/** The part of Worker that is used, so that a test can stand in for it. */
export interface Port {
	postMessage(m: Ask, transfer: Transferable[]): void;
	onmessage: ((e: MessageEvent<Said>) => void) | null;
	onerror: ((e: ErrorEvent) => void) | null;
	terminate(): void;
}

interface Waiting {
	resolve(s: Scanned): void;
	reject(e: Error): void;
}

/** Pictures go in, straight sheets come out. Closing it ends the worker, and its memory with it. */
export class Scanner {
	readonly #port: Port;
	readonly #waiting = new Map<number, Waiting>();
	#next = 1;
	#ended: Error | undefined;

	constructor(port: Port) {
		this.#port = port;
		port.onmessage = ({ data: { ask, ...scanned } }) => {
			this.#waiting.get(ask)?.resolve(scanned);
			this.#waiting.delete(ask);
		};
		port.onerror = (e) => this.#end(new Error(e.message || 'the scanner has stopped'));
	}

	scan(what: Omit<Ask, 'ask'>): Promise<Scanned> {
		if (this.#ended) return Promise.reject(this.#ended);
		const ask = this.#next++;
		return new Promise((resolve, reject) => {
			this.#waiting.set(ask, { resolve, reject });
			this.#port.postMessage({ ...what, ask }, [what.picture.data.buffer]);
		});
	}

	close(): void {
		this.#end(new Error('the scanner was closed'));
	}

	#end(why: Error): void {
		this.#ended ??= why;
		this.#port.terminate();
		for (const w of this.#waiting.values()) w.reject(this.#ended);
		this.#waiting.clear();
	}
}
