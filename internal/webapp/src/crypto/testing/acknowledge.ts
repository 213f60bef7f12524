import type { Acknowledgement, Deletion } from '../acknowledge.ts';
import { signAcknowledgement, signDeletion } from '../acknowledge.ts';
import { text, toBase64, utf8 } from '../bytes.ts';
import { canonical } from '../canonical.ts';
import { sha256 } from '../derive.ts';
import { RootKey } from '../sign.ts';

// What an administration signs of a grant, as this implementation makes it, for the Go one to read,
// and the reverse.

export interface AcknowledgeVector {
	/** Of the administration. */
	root: string;
	vk: string;
	/** The four outcomes. */
	acknowledgements: { payload: string; signed: string }[];
	/** With a note, and without. */
	deletions: { payload: string; signed: string }[];
}

const of = {
	suite: 1,
	administration: 'ddddddddddddddddddddddddda',
	grant: 'eeeeeeeeeeeeeeeeeeeeeeeeea',
	safe: 'aaaaaaaaaaaaaaaaaaaaaaaaaa',
	doc: 'bbbbbbbbbbbbbbbbbbbbbbbbba',
	version: 'ccccccccccccccccccccccccca',
} as const;

export const acknowledgement: Acknowledgement = {
	...of,
	sha256: 'cd'.repeat(32),
	release: 'ffffffffffffffffffffffffga',
	outcome: 'intact',
	at: '2026-11-26T10:00:00Z',
};

export const deletion: Deletion = {
	...of,
	at: '2027-07-30T10:00:00Z',
	how: 'declared',
	note: 'Détruit avec le dossier\n\u{1f392}',
};

export function makeAcknowledgements(): AcknowledgeVector {
	const secret = sha256(utf8('coffre test vector: root of the town hall'));
	const root = new RootKey(secret);
	const { note: _, ...bare } = deletion;
	return {
		root: toBase64(secret),
		vk: toBase64(root.vk),
		acknowledgements: (['intact', 'altered', 'unreadable', 'infected'] as const).map((outcome) => {
			const a = { ...acknowledgement, outcome };
			return { payload: text(canonical(a)), signed: toBase64(signAcknowledgement(a, root)) };
		}),
		deletions: [deletion, { ...bare, how: 'client' } as const].map((d) => ({
			payload: text(canonical(d)),
			signed: toBase64(signDeletion(d, root)),
		})),
	};
}
