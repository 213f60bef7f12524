import { Api } from '../api/client.ts';
import { makerHere } from '../crypto/cipher.ts';
import { asCoffreError, toData } from '../errors.ts';
import type { OnProgress } from '../safe/core.ts';
import { Keeper } from '../safe/keeper.ts';
import { memoryOf } from '../safe/memory.ts';
import { type FromWorker, pack, progressAt, signalAt, type ToWorker } from './protocol.ts';

// The worker's global scope, without the WebWorker library that collides with the DOM's.
const scope = globalThis as unknown as {
	postMessage(m: FromWorker): void;
	onmessage: ((e: MessageEvent<ToWorker>) => void) | null;
};

// Decided before the first document comes.
void makerHere();

const running = new Map<number, AbortController>();
const memory = memoryOf({}, (key, value) => scope.postMessage({ remember: [key, value] }));
let keeper: Keeper | undefined;

scope.onmessage = ({ data: m }) => {
	if ('know' in m) memory.know(...m.know);
	else if ('start' in m) {
		for (const seen of Object.entries(m.start.memory)) memory.know(...seen);
		keeper = new Keeper({
			api: new Api({ base: m.start.base }),
			memory,
			onState: (state) => scope.postMessage({ state }),
		});
	} else if ('abort' in m) running.get(m.abort)?.abort();
	else void answer(m);
};

async function answer(m: Extract<ToWorker, { call: number }>): Promise<void> {
	const abort = new AbortController();
	running.set(m.call, abort);
	try {
		if (!keeper) throw new Error('not started');
		const args = [...m.args];
		const progress: OnProgress = ({ error, ...rest }) =>
			scope.postMessage({
				progress: m.call,
				value: error ? { ...rest, error: toData(error) } : rest,
			});
		put(args, progressAt[m.method], progress);
		put(args, signalAt[m.method], abort.signal);
		const method = keeper[m.method] as (...args: unknown[]) => Promise<unknown>;
		scope.postMessage({ done: m.call, value: pack(await method.apply(keeper, args)) });
	} catch (e) {
		scope.postMessage({ failed: m.call, error: toData(asCoffreError(e)) });
	} finally {
		running.delete(m.call);
	}
}

function put(args: unknown[], at: number | undefined, v: unknown): void {
	if (at === undefined) return;
	while (args.length < at) args.push(undefined);
	args[at] = v;
}
