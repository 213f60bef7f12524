import { identityFromSeed, recipientOf } from '../age.ts';
import { text, toBase64, utf8 } from '../bytes.ts';
import { canonical } from '../canonical.ts';
import { sha256 } from '../derive.ts';
import { type DocumentRequest, type Note, requestSeal, sealNote, signRequest } from '../request.ts';
import { RootKey } from '../sign.ts';

// A request and all four kinds of notes as this implementation makes them, for the Go one to read,
// and the reverse.

export interface RequestVector {
	/** Of the administration. */
	root: string;
	vk: string;
	/** What is under the signature. */
	request: string;
	signed: string;
	seal: string;
	/** Identity of the administration's vault. */
	office: string;
	safe: { root: string; vk: string; vault: string };
	notes: { note: string; made: { forSafe: string; forAdministration: string } }[];
}

const secret = (what: string) => sha256(utf8(`coffre test vector: ${what}`));
const safe = 'aaaaaaaaaaaaaaaaaaaaaaaaaa';
const administration = 'ddddddddddddddddddddddddda';
const id = 'eeeeeeeeeeeeeeeeeeeeeeeeea';

export const request: DocumentRequest = {
	suite: 1,
	id,
	administration,
	procedure: 'Inscription à l’école',
	basis: 'Code de l’éducation, article L131-5',
	purpose: 'Inscrire un enfant',
	wanted: [
		{ kind: 'identity', or: ['passport'], count: 2, note: 'des deux parents' },
		{ kind: 'tax-notice', optional: true },
	],
	created: '2026-11-26T10:00:00Z',
	answerBy: '2027-01-31T22:59:59Z',
	notAfter: '2027-06-30T21:59:59Z',
	service: 'Scolarité',
	reference: 'É-417',
	openings: 5,
};

const note = {
	suite: 1,
	id: 'bbbbbbbbbbbbbbbbbbbbbbbbba',
	request: id,
	safe,
	administration,
} as const;
const written = { ...note, created: '2026-11-27T10:00:00Z' };
export const notes: readonly Note[] = [
	{ ...written, from: 'safe', about: 'note', text: 'Deux feuilles.' },
	{ ...written, from: 'safe', about: 'refusal', kinds: ['tax-notice'] },
	{ ...written, from: 'safe', about: 'question', text: 'Faut-il\nl’original ? \u{1f392}' },
	{ ...written, from: 'administration', about: 'answer', text: 'Non.' },
];

export async function makeRequest(): Promise<RequestVector> {
	const root = new RootKey(secret('root of the town hall'));
	const own = new RootKey(secret('root'));
	const office = identityFromSeed(secret('vault of the town hall'));
	const vault = identityFromSeed(secret('vault'));
	const signed = signRequest(request, root);
	const [toOffice, toSafe] = [await recipientOf(office), await recipientOf(vault)];
	return {
		root: toBase64(secret('root of the town hall')),
		vk: toBase64(root.vk),
		request: text(canonical(request)),
		signed: toBase64(signed),
		seal: requestSeal(signed),
		office,
		safe: { root: toBase64(secret('root')), vk: toBase64(own.vk), vault },
		notes: await Promise.all(
			notes.map(async (n) => {
				const by = n.from === 'safe' ? own : root;
				const b = await sealNote(n, by, toSafe, toOffice);
				const made = {
					forSafe: toBase64(b.forSafe),
					forAdministration: toBase64(b.forAdministration),
				};
				return { note: text(canonical(n)), made };
			}),
		),
	};
}
