import { describe, expect, it } from 'vitest';
import { CoffreError } from '../../../errors.ts';
import type { AskedItem, AskedView, GrantView, RequestView } from '../../../safe/index.ts';
import { arrange, documentsIn, isRefused, leftOf, missingOf } from './arrange.ts';

const wanted = [
	{ kind: 'identity', or: ['passport'], count: 2 },
	{ kind: 'residence' },
	{ kind: 'tax-notice', optional: true as const },
];
const reply = {
	id: 'r',
	state: 'asked',
	created: '',
	changed: '',
	given: 0,
	refused: [] as string[],
	refusedAll: false,
	waiting: false,
} as const;
const view = (more: Partial<RequestView> = {}, notAfter = '2027-01-01T00:00:00Z'): RequestView => ({
	id: 'q',
	from: { id: 'a', name: 'Mairie', siret: '' },
	state: 'open',
	sealed: true,
	reply,
	said: {
		suite: 1,
		id: 'q',
		administration: 'a',
		procedure: '',
		purpose: '',
		basis: '',
		wanted,
		created: '2026-11-26T10:00:00Z',
		notAfter,
	},
	...more,
});
const grant = (kind: string, state = 'live') => ({ id: kind + state, kind, state }) as GrantView;
const asked = (grants: readonly GrantView[], more: Partial<RequestView> = {}): AskedView => ({
	...view(more),
	grants,
	notes: [],
	before: [],
});
const kinds = (a: AskedView, chosen?: ReadonlyMap<string, number>) =>
	missingOf(a, chosen).map((w) => w.kind);

describe('what is left to give', () => {
	it('counts each document, what does as well, and only what can still be opened', () => {
		expect(documentsIn(view().said)).toBe(4);
		const [identity = wanted[0]] = view().said.wanted;
		if (identity === undefined) throw new Error('nothing wanted');
		expect(leftOf(identity, [])).toBe(2);
		expect(leftOf(identity, [grant('passport'), grant('residence')])).toBe(1);
		expect(leftOf(identity, [grant('passport'), grant('identity', 'ended')])).toBe(1);
		expect(leftOf(identity, [grant('passport'), grant('identity'), grant('identity')])).toBe(0);
	});

	it('leaves out what is optional, given, refused or chosen just now', () => {
		expect(kinds(asked([]))).toEqual(['identity', 'residence']);
		expect(kinds(asked([grant('residence')]))).toEqual(['identity']);
		expect(kinds(asked([grant('passport')]), new Map([['identity', 1]]))).toEqual(['residence']);
		const some = asked([], { reply: { ...reply, refused: ['residence'] } });
		expect(kinds(some)).toEqual(['identity']);
		const all = asked([], { reply: { ...reply, refusedAll: true } });
		expect(kinds(all)).toEqual([]);
		expect(all.said.wanted.map((w) => isRefused(w, all))).toEqual([true, true, true]);
	});
});

describe('the list', () => {
	it('has what waits first, by its last day, and what did not verify among it', () => {
		const item = (id: string, more: Partial<RequestView>, end?: string): AskedItem => ({
			id,
			request: view(more, end),
		});
		const sorted = arrange([
			item('closed', { state: 'closed' }),
			item('late', {}, '2027-06-01T00:00:00Z'),
			item('given', { reply: { ...reply, state: 'given', given: 1 } }),
			item('soon', {}, '2027-02-01T00:00:00Z'),
			{ id: 'lie', error: new CoffreError('signature') },
			item('refused', { reply: { ...reply, state: 'refused', refusedAll: true } }),
			item('expired', { state: 'expired' }),
		]);
		const ids = (all: readonly AskedItem[]) => all.map((i) => i.id);
		expect(ids(sorted.waiting)).toEqual(['lie', 'soon', 'late']);
		expect(ids(sorted.answered)).toEqual(['given', 'refused']);
		expect(ids(sorted.ended)).toEqual(['closed', 'expired']);
	});
});
