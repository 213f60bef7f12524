import { CoffreError, fromData } from '../errors.ts';
import type { Core, CoreLink, OnProgress, SafeState } from '../safe/core.ts';
import { local } from '../safe/memory.ts';
import { scriptURL } from '../safe/trusted.ts';
import {
	type FromWorker,
	type Method,
	progressAt,
	signalAt,
	type ToWorker,
	unpack,
} from './protocol.ts';
import workerURL from './worker.ts?worker&url';

/** The part of Worker that is used, so that a test can stand in for it. */
export interface Port {
	postMessage(m: ToWorker): void;
	onmessage: ((e: MessageEvent<FromWorker>) => void) | null;
	onerror: ((e: ErrorEvent) => void) | null;
	terminate(): void;
}

/** A core in a worker of its own. Closing the link ends the worker, and its memory with it. */
export function connectWorker(): CoreLink {
	return connect(new Worker(scriptURL(workerURL), { type: 'module', name: 'coffre' }));
}

interface Waiting {
	resolve(v: unknown): void;
	reject(e: CoffreError): void;
	progress?: OnProgress | undefined;
	done(): void;
}

// What one worker has seen, the others know: a rollback is told by whichever is asked next.
const ports = new Set<Port>();

export function connect(port: Port): CoreLink {
	const waiting = new Map<number, Waiting>();
	const memory = local();
	let next = 1;
	let ended: CoffreError | undefined;
	let state: ((s: SafeState) => void) | undefined;

	const end = (e: CoffreError): void => {
		ended ??= e;
		ports.delete(port);
		port.terminate();
		for (const w of waiting.values()) {
			w.done();
			w.reject(ended);
		}
		waiting.clear();
	};
	const settle = (id: number, with_: (w: Waiting) => void): void => {
		const w = waiting.get(id);
		waiting.delete(id);
		w?.done();
		if (w) with_(w);
	};
	port.onmessage = ({ data: m }) => {
		if (ended) return;
		if ('state' in m) state?.(m.state);
		else if ('remember' in m) {
			memory.set(...m.remember);
			for (const other of ports) if (other !== port) other.postMessage({ know: m.remember });
		} else if ('progress' in m) {
			const { error, ...rest } = m.value;
			waiting.get(m.progress)?.progress?.(error ? { ...rest, error: fromData(error) } : rest);
		} else if ('done' in m) settle(m.done, (w) => w.resolve(unpack(m.value)));
		else settle(m.failed, (w) => w.reject(fromData(m.error)));
	};
	port.onerror = (e) => end(new CoffreError('internal', { message: e.message }));
	ports.add(port);
	port.postMessage({ start: { base: globalThis.location?.origin ?? '', memory: memory.all() } });

	const call = (method: Method, all: readonly unknown[]): Promise<unknown> => {
		if (ended) return Promise.reject(ended);
		const id = next++;
		const args = [...all];
		const progress = take<OnProgress>(args, progressAt[method]);
		const signal = take<AbortSignal>(args, signalAt[method]);
		if (signal?.aborted) return Promise.reject(new CoffreError('cancelled'));
		const abort = (): void => port.postMessage({ abort: id });
		signal?.addEventListener('abort', abort);
		return new Promise((resolve, reject) => {
			const done = (): void => signal?.removeEventListener('abort', abort);
			waiting.set(id, { resolve, reject, progress, done });
			port.postMessage({ call: id, method, args });
		});
	};
	const core = new Proxy({} as Core, {
		// A link travels through promises: it must not look like one.
		get: (_, name) =>
			name === 'then' || typeof name === 'symbol'
				? undefined
				: (...args: unknown[]) => call(name as Method, args),
	});
	return {
		core,
		onState: (fn) => {
			state = fn;
		},
		close: () => end(new CoffreError('locked')),
	};
}

function take<T>(args: unknown[], at: number | undefined): T | undefined {
	if (at === undefined) return undefined;
	const v = args[at] as T | undefined;
	if (at < args.length) args[at] = undefined;
	return v;
}
