import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { JournalEvent, Language } from '../../../safe/types.ts';
import { arranged, everything } from './arrange.ts';
import { sentences } from './Sentences.words.ts';
import { actorOf, sentenceOf } from './sentences.ts';

const root = new URL('../../../../../', import.meta.url);
const source = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const all = (text: string, pattern: RegExp): readonly string[] => [
	...new Set([...text.matchAll(pattern)].map(([, found = '']) => found)),
];

const event = (more: Partial<JournalEvent> = {}): JournalEvent => ({
	v: 1,
	id: 'e',
	time: '2026-11-25T10:00:00Z',
	what: 'document.opened',
	result: 'done',
	who: { kind: 'citizen', id: 'angela', name: 'Angela Dubois' },
	...more,
});
const camille = {
	kind: 'agent',
	id: 'camille',
	name: 'Camille Martin',
	administration: 'm',
	administrationName: 'Mairie de Valmont',
} as const;
const day = (time: string): string => time.slice(0, 10);
const say = (lang: Language, more: Partial<JournalEvent>, name?: string): string =>
	sentenceOf({ event: event(more), ...(name === undefined ? {} : { name }) }, lang, day);

const whats = all(source('journal/event.go'), /^\tWhat\w+\s*=\s*"([^"]+)"/gm);
const results = all(source('journal/event.go'), /^\tResult\w+\s*=\s*"([^"]+)"/gm);

describe.each(['fr', 'en'] as const)('%s', (lang) => {
	test('the Go constants were found', () => {
		expect(whats.length).toBeGreaterThan(20);
		expect(results).toEqual(['done', 'refused']);
	});

	test.each(whats)('%s has a sentence of its own for each result', (what) => {
		expect(Object.keys(sentences[lang].acts)).toContain(what);
		for (const result of results) {
			for (const who of [event().who, camille, { kind: 'operator', name: 'coffred' }]) {
				const said = say(lang, { what, result, who, reason: 'forbidden' }, 'facture.pdf');
				expect(said).toMatch(/^\p{Lu}.+\.$/u);
				expect(said).not.toMatch(/undefined|\bnull\b| {2}|\(\)|object/);
				expect(said).not.toContain(what);
			}
		}
	});

	test('no sentence is left over from an event that is no more', () => {
		expect(Object.keys(sentences[lang].acts).filter((w) => !whats.includes(w))).toEqual([]);
	});

	test('every reason that the server writes has words', () => {
		const domain = readdirSync(new URL('safe/', root))
			.filter((f) => f.endsWith('.go') && !f.endsWith('_test.go'))
			.map((f) => source(`safe/${f}`))
			.join('\n');
		const login = source('../auth/oidc/finish.go');
		const reasons = [
			...all(source('safe/record.go'), /^\t\treturn "([a-z-]+)"/gm),
			...all(domain, /(?:Reason\w* =|reason :?=|Reason = [^"\n]*,) "([a-z-]+)"/g),
			...all(login, /\brefuse\("([a-z-]+)"/g),
		];
		expect(reasons).toEqual(
			expect.arrayContaining(['ended', 'unknown-organisation', 'lapsed', 'access-denied']),
		);
		for (const r of reasons) expect(Object.keys(sentences[lang].reasons)).toContain(r);
	});

	test('an event of a later version is not hidden', () => {
		expect(say(lang, { what: 'mandate.signed' })).toContain('mandate.signed');
		expect(say(lang, { result: 'refused', reason: 'new-reason' })).toContain('new-reason');
	});
});

test('the story of a share, as the citizen reads it', () => {
	const share = {
		what: 'grant.created',
		administration: 'm',
		administrationName: 'Mairie de Valmont',
		service: 'État civil',
		purpose: 'Inscription scolaire',
		detail: { 'not-after': '2027-02-25T22:59:59Z' },
	};
	expect(say('fr', share, 'facture.pdf')).toBe(
		'Vous avez partagé « facture.pdf » avec Mairie de Valmont (État civil), pour : Inscription scolaire, jusqu’au 2027-02-25.',
	);
	const opened = { ...share, what: 'grant.released', who: camille };
	expect(say('fr', opened, 'facture.pdf')).toBe(
		'Camille Martin (Mairie de Valmont) a ouvert « facture.pdf », que vous avez partagé pour : Inscription scolaire.',
	);
	expect(say('en', { ...opened, result: 'refused', reason: 'ended' }, 'facture.pdf')).toBe(
		'Camille Martin (Mairie de Valmont) tried to open “facture.pdf”. Refused: you had ended this share.',
	);
});

test('what became of a share, as the citizen reads it', () => {
	const said = (what: string, detail: Record<string, string>) =>
		say('fr', { what, who: camille, detail }, 'facture.pdf');
	expect(said('grant.acknowledged', { outcome: 'intact', release: 'r' })).toBe(
		'Camille Martin (Mairie de Valmont) a confirmé, par sa signature, avoir reçu « facture.pdf » intact.',
	);
	expect(said('grant.acknowledged', { outcome: 'infected', release: 'r' })).toBe(
		'Camille Martin (Mairie de Valmont) a signalé que son antivirus a mis « facture.pdf » à l’écart.',
	);
	expect(said('grant.deleted', { how: 'client' })).toBe(
		'Camille Martin (Mairie de Valmont) a effacé ses copies de « facture.pdf » et l’a attesté par sa signature.',
	);
	expect(said('grant.deleted', { how: 'declared' })).toContain('déclaré, par sa signature,');
});

test('who acted: the holder, a person, a software, the upkeep', () => {
	expect(say('fr', {})).toBe('Vous avez ouvert un document.');
	const system = { kind: 'system', name: 'Scolarité', administrationName: 'Université de Valmont' };
	expect(say('fr', { what: 'deposit.received', who: system })).toMatch(
		/^Le logiciel « Scolarité » \(Université de Valmont\) a déposé/,
	);
	expect(
		say('fr', {
			what: 'maintenance.scrub',
			who: { kind: 'operator', name: 'coffred' },
			doc: 'd',
			reason: 'lapsed',
		}),
	).toBe('Le service technique du coffre a retiré un envoi resté inachevé.');
	expect(actorOf(event(), 'fr')).toBeUndefined();
	expect(actorOf(event({ who: camille }), 'en')).toBe('Camille Martin (Mairie de Valmont)');
});

test('a device that the holder turned away is not told as a failure of hers', () => {
	const device = {
		what: 'device.allowed',
		result: 'refused',
		reason: 'refused-by-holder',
		detail: { device: 'coffre, poste 12' },
	};
	expect(say('fr', device)).toBe(
		'Vous avez refusé qu’un appareil agisse en votre nom : coffre, poste 12.',
	);
});

test('every kind of event is in one group, the refused ones in theirs too', () => {
	const items = whats.map((what) => ({
		event: event({ what, result: 'refused' }),
		proof: { event: '', salt: '' },
		checked: 'ok' as const,
	}));
	const four = (['documents', 'shares', 'deposits', 'access'] as const).map(
		(group) => arranged(items, { ...everything, group }, day).length,
	);
	expect(four.reduce((a, b) => a + b)).toBe(whats.length);
	expect(arranged(items, { ...everything, group: 'refused' }, day)).toHaveLength(whats.length);
});

const nadia = {
	kind: 'mediator',
	id: 'nadia',
	name: 'Nadia Haddad',
	administration: 's',
	administrationName: 'France Services de Valmont',
} as const;
const behalf = { kind: 'citizen', id: 'angela', name: 'Angela Dubois' } as const;
const of = {
	mediator: nadia.name,
	structure: nadia.administrationName,
	session: 's',
	mandate: 'm',
};

test('a mediator’s session is a story that a relative can follow, with both names', () => {
	const purpose = 'Demander l’aide au logement';
	const given = {
		purpose,
		administrationName: 'CAF',
		detail: { 'not-after': '2026-12-26T00:00:00Z' },
	};
	const events: readonly (readonly [Partial<JournalEvent>, string?])[] = [
		[{ what: 'mediation.claimed', detail: of }],
		[{ what: 'mediation.approved', purpose, detail: { ...of, acts: 'deposit read share' } }],
		[{ what: 'mediation.started', who: nadia, behalf, purpose, detail: of }],
		[{ what: 'deposit.received', who: nadia, behalf, detail: of }],
		[{ what: 'document.opened', who: nadia, behalf, detail: of }, 'bail.pdf'],
		[{ what: 'grant.created', who: nadia, behalf, ...given }, 'bail.pdf'],
		[{ what: 'mediation.ended', detail: { ...of, by: 'citizen', state: 'ended' } }],
		[{ what: 'mandate.revoked', detail: { ...of, by: 'citizen' } }],
	];
	const story = (lang: Language) => events.map(([e, name]) => say(lang, e, name));
	expect(story('fr')).toEqual([
		'Vous avez lu, avec son code, ce que demande Nadia Haddad (France Services de Valmont).',
		'Vous avez permis à Nadia Haddad (France Services de Valmont) d’agir dans votre coffre (déposer, lire, partager), pour : Demander l’aide au logement.',
		'Nadia Haddad (France Services de Valmont) a commencé à agir dans votre coffre, au nom de Angela Dubois.',
		'Nadia Haddad (France Services de Valmont) a déposé un document dans votre boîte de dépôt, au nom de Angela Dubois.',
		'Nadia Haddad (France Services de Valmont) a ouvert « bail.pdf », au nom de Angela Dubois.',
		'Nadia Haddad (France Services de Valmont) a partagé « bail.pdf » avec CAF, pour : Demander l’aide au logement, jusqu’au 2026-12-26, au nom de Angela Dubois.',
		'Vous avez arrêté Nadia Haddad (France Services de Valmont).',
		'Vous avez retiré son mandat à Nadia Haddad (France Services de Valmont).',
	]);
	expect(story('en')).toEqual([
		'You read, with the code, what Nadia Haddad (France Services de Valmont) asks for.',
		'You let Nadia Haddad (France Services de Valmont) act in your safe (deposit, read, share), for: Demander l’aide au logement.',
		'Nadia Haddad (France Services de Valmont) began to act in your safe, on behalf of Angela Dubois.',
		'Nadia Haddad (France Services de Valmont) deposited a document in your inbox, on behalf of Angela Dubois.',
		'Nadia Haddad (France Services de Valmont) opened “bail.pdf”, on behalf of Angela Dubois.',
		'Nadia Haddad (France Services de Valmont) shared “bail.pdf” with CAF, for: Demander l’aide au logement, until 2026-12-26, on behalf of Angela Dubois.',
		'You stopped Nadia Haddad (France Services de Valmont).',
		'You took the mandate back from Nadia Haddad (France Services de Valmont).',
	]);
});

test('a session that came to nothing, or to its end, is told as what it was', () => {
	const end = (lang: Language, state: string, who: JournalEvent['who'] = event().who) =>
		say(lang, { what: 'mediation.ended', who, detail: { ...of, state } });
	expect(end('fr', 'denied')).toBe(
		'Vous avez refusé ce que demandait Nadia Haddad (France Services de Valmont).',
	);
	expect(end('en', 'cancelled')).toBe(
		'You cancelled what Nadia Haddad (France Services de Valmont) asked for.',
	);
	expect(end('fr', 'ended', nadia)).toContain('a terminé d’agir dans votre coffre');
	expect(end('fr', 'cancelled', nadia)).toContain('a retiré sa demande');
	expect(end('en', 'expired', { kind: 'operator' })).toContain('whose time was over');
});
