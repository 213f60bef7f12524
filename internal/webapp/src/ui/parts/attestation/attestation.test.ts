import { describe, expect, it } from 'vitest';
import {
	parseAttestation,
	verifyAttestation,
	writeAttestation,
} from '../../../crypto/attestation.ts';
import { ACTS } from '../../../crypto/mandate.ts';
import { makeAttestation } from '../../../crypto/testing/attestation.ts';
import { languages } from './languages.ts';
import { endOf, say } from './said.ts';
import { type AttestationWords, ENDS, KNOWN_ACTS } from './types.ts';

const all = Object.entries(languages) as [string, AttestationWords][];

/** Every text, by its place. */
function texts(v: unknown, at = ''): [string, string][] {
	if (typeof v === 'string') return [[at, v]];
	if (typeof v === 'function') return [[at, String(v('{1}', '{2}'))]];
	return Object.entries(v as object).flatMap(([k, t]) => texts(t, `${at}/${k}`));
}

describe('the words of an attestation', () => {
	it('are complete in every language, for every act, every end and every argument', () => {
		const french = texts(languages.fr);
		expect(french.length).toBeGreaterThan(60);
		for (const [code, w] of all) {
			const said = texts(w);
			expect([code, said.map(([at]) => at)]).toEqual([code, french.map(([at]) => at)]);
			for (const [i, [at, t]] of said.entries()) {
				expect([code, at, t.trim()]).not.toEqual([code, at, '']);
				const marks = (s: string) => (s.match(/\{\d\}/g) ?? []).sort();
				expect([code, at, marks(t)]).toEqual([code, at, marks(french[i]?.[1] ?? '')]);
			}
			expect(Object.keys(w.acts).sort()).toEqual([...ACTS]);
			expect(Object.keys(w.done).sort()).toEqual([...KNOWN_ACTS].sort());
			expect(Object.keys(w.ended).sort()).toEqual([...ENDS].sort());
		}
	});

	it('are not left in French, and each says that only French binds', () => {
		const french = new Map(texts(languages.fr));
		for (const [code, w] of all) {
			if (code === 'fr') continue;
			const same = texts(w).filter(([at, t]) => t === french.get(at) && !/locale|dir/.test(at));
			// What the easy French has to have in common with the other.
			const most = code === 'falc' ? 3 : 0;
			expect([code, same.length <= most, same]).toEqual([code, true, same]);
			expect(w.binding).toMatch(/French|français|الفرنسي|французький/);
		}
		expect(languages.ar.dir).toBe('rtl');
		for (const [, t] of texts(languages.ar).filter(([at]) => !/locale|dir|stop/.test(at)))
			expect(t).toMatch(/\p{Script=Arabic}/u);
		for (const [, t] of texts(languages.uk).filter(([at]) => !/locale|dir|stop/.test(at)))
			expect(t).toMatch(/\p{Script=Cyrillic}/u);
	});

	it('of easy French are short sentences', () => {
		for (const [at, t] of texts(languages.falc))
			for (const sentence of t.split(/[.!?:]\s/))
				expect([at, sentence.split(/\s+/).length <= 18, sentence]).toEqual([at, true, sentence]);
	});
});

describe('an attestation', async () => {
	const made = await makeAttestation();
	const proven = verifyAttestation(parseAttestation(writeAttestation(made.attestation)));
	const now = new Date('2026-11-26T12:00:00Z');

	it.each(all)('tells in %s what was done, what remains and that it is over', (_, w) => {
		const doc = made.mandate.documents?.[0] ?? '';
		const said = say(proven, w, now, new Map([[doc, 'Bail.pdf']]));
		expect(said.citizen).toBe('Angela Dubois');
		expect(said.allowed).toHaveLength(4);
		expect(said.lines.map((l) => l.text)).toEqual([
			w.done['mediation.approved'],
			w.done['mediation.started'],
			`${w.done['document.opened']} ${w.document('Bail.pdf')}`,
			w.done['deposit.received'],
			`${w.done['grant.created']} ${w.to('Mairie de Valmont')} ${w.document('Bail.pdf')}`,
			w.done['mediation.ended'],
		]);
		expect(said.state).toBe(w.ended.citizen);
		expect(said.remains).toEqual([
			w.nothing,
			expect.stringContaining('Mairie de Valmont'),
			w.seen,
			w.inbox,
		]);
		expect(said.remains[1]).toMatch(/2027|٢٠٢٧/);
	});

	it('goes on until somebody or the clock ends it', () => {
		const going = { ...proven, events: proven.events.slice(0, 2) };
		const { revoked: _, ...open } = going;
		expect(endOf(open, new Date('2026-11-26T10:20:00Z'))).toBeUndefined();
		expect(endOf(open, now)).toBe('time');
		expect(endOf(going, new Date('2026-11-26T10:35:00Z'))).toBe('citizen');
		for (const by of ENDS) {
			const last = proven.events.at(-1);
			if (!last) throw new Error('no event');
			const events = [...open.events, { ...last, detail: { by } }];
			expect(endOf({ ...open, events }, now)).toBe(by);
		}
		expect(say(open, languages.fr, new Date('2026-11-26T10:20:00Z')).remains).toEqual([
			languages.fr.givenNone,
		]);
	});

	it('shows an act that it does not know, and one that was refused, as such', () => {
		const [one] = proven.events;
		if (!one) throw new Error('no event');
		const events = [
			{ ...one, what: 'mediation.new' },
			{ ...one, what: 'document.opened', result: 'refused' },
		];
		const { lines } = say({ ...proven, events }, languages.en, now);
		expect(lines[0]?.text).toBe('Another act (mediation.new).');
		expect(lines[1]).toMatchObject({ refused: true, text: expect.stringContaining('Refused') });
	});

	it('is told once of one end, and names no structure as an administration', () => {
		const [one] = proven.events;
		if (!one) throw new Error('no event');
		const who = { kind: 'mediator', name: 'Yasmine', administrationName: 'France Services' };
		const events = [
			{ ...one, what: 'document.opened', who },
			{ ...one, what: 'mandate.revoked' },
			{ ...one, what: 'mandate.revoked' },
		];
		expect(say({ ...proven, events }, languages.en, now).lines.map((l) => l.text)).toEqual([
			languages.en.done['document.opened'],
			languages.en.done['mandate.revoked'],
		]);
	});

	it('names nobody who can open a share that was stopped', () => {
		const grant = 'gaaaaaaaaaaaaaaaaaaaaaaaaa';
		const shared = proven.events.find((e) => e.what === 'grant.created');
		if (!shared) throw new Error('no share');
		const events = [
			{ ...shared, grant },
			{ ...shared, what: 'grant.ended', grant },
		];
		expect(say({ ...proven, events }, languages.fr, now).remains).toContain(languages.fr.givenNone);
	});
});
