import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CoffreError } from '../../../errors.ts';
import type { GrantView, OpenedAnswer } from '../../../safe/index.ts';
import { bundle, type Failed, type Given, type Order, openable } from './bundle.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'coffre-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const given = (id: string, safe: string, citizen: string, kind = 'identity'): Given => ({
	citizen,
	grant: { id, safe, kind, state: 'live', created: '2026-11-26T10:00:00Z' } as GrantView,
});
const all = [
	given('a', 'one', 'Angela DUBOIS'),
	given('b', 'one', 'Angela DUBOIS', 'residence'),
	given('c', 'two', 'Angéla Dubois'),
	given('d', 'three', '../..'),
];

const answer = (id: string): OpenedAnswer =>
	({
		blob: new Blob([`bytes of ${id}`]),
		grant: { name: 'carte.pdf', kind: 'identity', created: '2026-11-26T10:00:00Z' },
		proven: {
			sealed: { sha256: 'sealed', size: 1 },
			content: { sha256: `hash of ${id}`, size: 1 },
			proof: { event: '{}', salt: '' },
			log: 'log',
		},
	}) as unknown as OpenedAnswer;

const order = (more: Partial<Order> = {}): Order => ({
	request: { id: 'r', reference: '2026/417', procedure: 'École' },
	given: all,
	template: '{kind}_{name}',
	folders: true,
	kindName: (code) => code,
	readme: (kept, failed) => [...kept, ...failed.map((f) => `no ${f.grant.id}`)].join('\n'),
	readmeName: 'LISEZMOI.txt',
	open: async (id) => answer(id),
	onprogress: () => undefined,
	signal: new AbortController().signal,
	...more,
});

async function unpacked(zip: Blob): Promise<{ names: string[]; read: (name: string) => string }> {
	const file = join(folder, 'a.zip');
	writeFileSync(file, new Uint8Array(await zip.arrayBuffer()));
	const env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' };
	execFileSync('unzip', ['-q', file, '-d', join(folder, 'out')], { env });
	const names = execFileSync('unzip', ['-Z1', file], { env, encoding: 'utf8' }).trim().split('\n');
	return { names, read: (name) => readFileSync(join(folder, 'out', name), 'utf8') };
}

test('each citizen has a folder of her own, whatever she is called', async () => {
	const { zip, name, failed } = await bundle(order());
	expect(failed).toEqual([]);
	expect(name).toBe('2026-417.zip');
	const { names, read } = await unpacked(zip);
	expect(names.filter((n) => n.startsWith('pieces/'))).toEqual([
		'pieces/Angela DUBOIS/identity_carte.pdf',
		'pieces/Angela DUBOIS/identity_carte (2).pdf',
		'pieces/Angéla Dubois (2)/identity_carte.pdf',
		'pieces/document/identity_carte.pdf',
	]);
	expect(read('pieces/Angéla Dubois (2)/identity_carte.pdf')).toBe('bytes of c');
	const proof = JSON.parse(read('preuves/Angéla Dubois (2)/identity_carte.pdf.json')) as object;
	expect(proof).toMatchObject({ content: { sha256: 'hash of c' }, grant: { id: 'c' } });
});

test('each is asked for as what the list shows', async () => {
	const asked: unknown[] = [];
	const open = async (id: string, as: unknown): Promise<OpenedAnswer> => {
		asked.push([id, as]);
		return answer(id);
	};
	await bundle(order({ open }));
	expect(asked[1]).toEqual(['b', { request: 'r', kind: 'residence', safe: 'one' }]);
});

test('one that fails is named and takes none of the others with it', async () => {
	const open = async (id: string): Promise<OpenedAnswer> => {
		if (id === 'b') throw new CoffreError('hash');
		if (id === 'c') throw new TypeError('unforeseen');
		return answer(id);
	};
	const steps: number[] = [];
	const made = await bundle(order({ open, onprogress: (n) => steps.push(n) }));
	expect(made.failed.map((f: Failed) => [f.grant.id, f.error.code])).toEqual([
		['b', 'hash'],
		['c', 'internal'],
	]);
	const { names, read } = await unpacked(made.zip);
	expect(names.filter((n) => n.startsWith('pieces/'))).toHaveLength(2);
	expect(read('LISEZMOI.txt')).toContain('no b\r\nno c');
	expect(steps).toEqual([0, 1, 2, 3, 4]);
});

test('who stops, or whose key is gone, is given nothing', async () => {
	const stop = new AbortController();
	const slow = async (id: string): Promise<OpenedAnswer> => {
		stop.abort();
		if (id === 'b') throw new CoffreError('offline');
		return answer(id);
	};
	const stopped = bundle(order({ open: slow, signal: stop.signal }));
	await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
	for (const code of ['locked', 'session-expired']) {
		const open = async (): Promise<OpenedAnswer> => Promise.reject(new CoffreError(code));
		await expect(bundle(order({ open }))).rejects.toMatchObject({ code });
	}
});

test('what has ended, is past its date or was opened as often as allowed is not tried', () => {
	const state = (more: Partial<GrantView>): GrantView =>
		({ ...all[0]?.grant, ...more }) as GrantView;
	const tried = [{}, { state: 'ended' }, { state: 'expired' }, { used: true }] as const;
	expect(openable(tried.map(state))).toHaveLength(1);
});
