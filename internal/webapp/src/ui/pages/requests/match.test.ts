import { describe, expect, it } from 'vitest';
import type { Entry, Wanted } from '../../../safe/index.ts';
import { kindFor, sameAsBefore, suggest } from './match.ts';

let next = 0;
const entry = (name: string, more: Partial<Entry> = {}): Entry => ({
	id: `doc${++next}`,
	version: `v${next}`,
	name,
	type: 'application/pdf',
	size: 1,
	sealed: 2,
	added: '2026-11-01T00:00:00Z',
	changed: '2026-11-01T00:00:00Z',
	sha256: '',
	...more,
});
const identity: Wanted = {
	kind: 'identity',
	or: ['identity-card', 'passport', 'residence-permit'],
};
const residence: Wanted = {
	kind: 'residence',
	or: ['energy-bill', 'water-bill', 'telephone-bill', 'rent-receipt'],
};
const named = (w: Wanted, names: readonly string[]) =>
	suggest(
		w,
		names.map((n) => entry(n)),
		[],
	).map((s) => `${s.entry.name} ${s.kind}`);

describe('what one has that may be what is asked for', () => {
	it('is found by the words of its name, in both languages, whatever their accents', () => {
		expect(named(identity, ['CNI_2024.pdf', 'Facture EDF.pdf', 'Passport scan.jpg'])).toEqual([
			'CNI_2024.pdf identity',
			'Passport scan.jpg passport',
		]);
		expect(named(residence, ['factureEDF-janvier.pdf', 'Quittances de loyer.pdf'])).toEqual([
			'factureEDF-janvier.pdf energy-bill',
			'Quittances de loyer.pdf rent-receipt',
		]);
		expect(named({ kind: 'tax-notice' }, ['Avis d’impôts 2025.pdf', 'ticket.pdf'])).toHaveLength(1);
		expect(named({ kind: 'bank-details' }, ['mon rib.pdf', 'tribunal.pdf'])).toEqual([
			'mon rib.pdf bank-details',
		]);
		expect(named({ kind: 'diploma' }, ['Diplome.pdf'])).toHaveLength(1);
	});

	it('is not every paper whose name begins like many others', () => {
		const many = ['Carte grise.png', 'Attestation CAF.pdf', 'Certificat médical.pdf', 'Acte.pdf'];
		expect(named(identity, many)).toEqual([]);
		expect(named({ kind: 'birth-certificate' }, many)).toEqual([]);
		expect(named({ kind: 'other' }, ['Autre document.pdf'])).toEqual([]);
	});

	it('begins with what was given before, the last one first, whatever it is called', () => {
		const [a, b, c] = [entry('IMG_0417.jpg'), entry('scan.pdf'), entry('Passeport.pdf')];
		const before = [
			{ kind: 'passport', doc: b.id, at: '2026-10-02T00:00:00Z' },
			{ kind: 'identity', doc: a.id, at: '2026-10-01T00:00:00Z' },
			{ kind: 'bank-details', doc: c.id, at: '2026-10-03T00:00:00Z' },
		];
		const found = suggest(identity, [a, b, c], before);
		expect(found.map((s) => [s.entry.name, s.kind, s.given !== undefined])).toEqual([
			['scan.pdf', 'passport', true],
			['IMG_0417.jpg', 'identity', true],
			['Passeport.pdf', 'passport', false],
		]);
		expect([...sameAsBefore([identity, residence], [a, b, c], before)]).toMatchObject([
			['identity', [{ entry: { id: b.id } }]],
		]);
		const both = sameAsBefore([{ ...identity, count: 2 }], [a, b, c], before);
		expect(both.get('identity')).toHaveLength(2);
		expect(sameAsBefore([identity], [c], before).size).toBe(0);
	});

	it('is given as the kind that it is, or as the one that is asked for', () => {
		expect(kindFor(entry('passeport.pdf'), identity, [])).toBe('passport');
		expect(kindFor(entry('IMG_1.jpg'), identity, [])).toBe('identity');
	});
});
