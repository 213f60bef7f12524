import { expect, test } from 'vitest';
import { written } from './services.ts';

const before = [
	{ id: 'etat-civil', name: 'État civil' },
	{ id: 'ccas', name: 'CCAS' },
];

test('a service keeps its id when it stays, moves or is renamed', () => {
	expect(written('État civil\nCCAS\n', before)).toEqual(before);
	expect(written(' CCAS \n\nÉtat civil', before)).toEqual([before[1], before[0]]);
	expect(written('État civil\nAction sociale', before)).toEqual([
		before[0],
		{ id: 'ccas', name: 'Action sociale' },
	]);
});

test('a new service has an id of its own, made of its name', () => {
	expect(written('État civil\nCCAS\nÉcoles & périscolaire', before)).toEqual([
		...before,
		{ id: 'ecoles-periscolaire', name: 'Écoles & périscolaire' },
	]);
	expect(written('État civil\nCCAS\nC.C.A.S\nccas', before).map((s) => s.id)).toEqual([
		'etat-civil',
		'ccas',
		'c-c-a-s',
		'ccas-2',
	]);
	expect(written('服务', []).map((s) => s.id)).toEqual(['service']);
	expect(written('CCAS\nCCAS', before)).toEqual([before[1]]);
	expect(written('', before)).toEqual([]);
});
