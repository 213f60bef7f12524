import { describe, expect, it } from 'vitest';
import { toData } from '../errors.ts';
import { CoffreError, type Progress } from '../safe/types.ts';
import { connect, type Port } from './link.ts';
import { type FromWorker, pack, type ToWorker } from './protocol.ts';

/** A worker's end, in the same thread; messages are copied as they would be. */
class FakePort implements Port {
	onmessage: Port['onmessage'] = null;
	onerror: Port['onerror'] = null;
	readonly got: ToWorker[] = [];
	ended = false;

	postMessage(m: ToWorker): void {
		this.got.push(structuredClone(m));
	}
	say(m: FromWorker): void {
		this.onmessage?.({ data: structuredClone(m) } as MessageEvent<FromWorker>);
	}
	terminate(): void {
		this.ended = true;
	}
	last(): ToWorker | undefined {
		return this.got.at(-1);
	}
}

describe('the link to the worker', () => {
	it('carries calls, answers and refusals', async () => {
		const port = new FakePort();
		const { core } = connect(port);
		const renamed = core.rename('a', 'b');
		expect(port.last()).toEqual({ call: 1, method: 'rename', args: ['a', 'b'] });
		port.say({ done: 1, value: undefined });
		await renamed;
		const refused = core.erase(['x']);
		port.say({ failed: 2, error: toData(new CoffreError('hash', { evidence: { a: 1 } })) });
		await expect(refused).rejects.toMatchObject({ code: 'hash', evidence: { a: 1 } });
		await expect(refused).rejects.toBeInstanceOf(CoffreError);
	});

	it('carries the alarms inside an answer, with their evidence', async () => {
		const port = new FakePort();
		const { core } = connect(port);
		const error = new CoffreError('leaf', { evidence: { item: { index: 3 } } });
		const reading = core.journal();
		port.say({ done: 1, value: pack({ items: [{ checked: 'failed', error }], error }) });
		const { items, error: whole } = await reading;
		for (const got of [items[0]?.error, whole]) {
			expect(got).toBeInstanceOf(CoffreError);
			expect(got).toMatchObject({ code: 'leaf', evidence: { item: { index: 3 } } });
		}
	});

	it('leaves bytes and files as they are', async () => {
		const port = new FakePort();
		const { core } = connect(port);
		const opening = core.open('a');
		port.say({ done: 1, value: pack({ blob: new Blob(['abc']), entry: { size: 3 } }) });
		const { blob, entry } = await opening;
		expect(await blob.text()).toBe('abc');
		expect(entry.size).toBe(3);
	});

	it('carries progress and cancelling', async () => {
		const port = new FakePort();
		const { core } = connect(port);
		const abort = new AbortController();
		const told: Progress[] = [];
		const adding = core.add([], 'f', (p) => told.push(p), abort.signal);
		const step = { index: 0, name: 'a', phase: 'failed', done: 0, total: 1 } as const;
		port.say({ progress: 1, value: { ...step, error: toData(new CoffreError('empty')) } });
		expect(told[0]?.error).toBeInstanceOf(CoffreError);
		abort.abort();
		expect(port.last()).toEqual({ abort: 1 });
		port.say({ done: 1, value: undefined });
		await adding;
		await expect(core.open('a', AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
	});

	it('ends the worker, and with it everything that waits', async () => {
		const port = new FakePort();
		const link = connect(port);
		const waiting = link.core.refresh();
		link.close();
		expect(port.ended).toBe(true);
		await expect(waiting).rejects.toMatchObject({ code: 'locked' });
		await expect(link.core.refresh()).rejects.toMatchObject({ code: 'locked' });
	});

	it('tells every other worker of the page what one has seen', () => {
		const [one, other, ended] = [new FakePort(), new FakePort(), new FakePort()];
		connect(one);
		connect(other);
		connect(ended).close();
		one.say({ remember: ['manifest:s', '7 ab'] });
		expect(other.last()).toEqual({ know: ['manifest:s', '7 ab'] });
		for (const port of [one, ended]) expect(port.last()).not.toHaveProperty('know');
		const later = new FakePort();
		connect(later);
		expect(later.last()).toHaveProperty('start');
	});

	it('tells of new states and of a worker that breaks', async () => {
		const port = new FakePort();
		const link = connect(port);
		const states: string[] = [];
		link.onState((s) => states.push(s.id));
		const usage = { used: 0, documents: 0, inbox: 0, limits: { document: 1, safe: 1 } };
		port.say({ state: { id: 's', entries: [], folders: [], usage, unlockers: [] } });
		expect(states).toEqual(['s']);
		const waiting = link.core.refresh();
		port.onerror?.({ message: 'broken' } as ErrorEvent);
		await expect(waiting).rejects.toMatchObject({ code: 'internal' });
	});
});
