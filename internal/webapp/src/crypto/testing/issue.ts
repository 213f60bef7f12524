import { fingerprint, identityFromSeed, recipientOf } from '../age.ts';
import { text, toBase64, utf8 } from '../bytes.ts';
import { canonical } from '../canonical.ts';
import { hashHex, sha256 } from '../derive.ts';
import { sealedSize } from '../form.ts';
import { sealGrant } from '../grant.ts';
import { type Issue, signIssue } from '../issue.ts';
import { RootKey } from '../sign.ts';

// An issuer's mark as this implementation makes it, and a grant that carries it.

export interface IssueVector {
	/** Of the issuer. */
	root: string;
	vk: string;
	document: string;
	/** What is under the signature. */
	issue: string;
	signed: string;
	grant: { root: string; vk: string; reader: string; key: string; sealed: string; grant: string };
}

const secret = (what: string) => sha256(utf8(`coffre test vector: ${what}`));
const university = 'ddddddddddddddddddddddddda';
const document = 'Université de Valmont : licence de droit, mention bien\n';
const bytes = utf8(document);

export const issue: Issue = {
	suite: 1,
	administration: university,
	name: 'Diplôme d’été.pdf',
	type: 'application/pdf',
	size: bytes.length,
	content: hashHex(bytes),
	created: '2026-11-26T10:00:00Z',
	kind: 'diploma',
	reference: 'É-417 \u{1f393}',
};

export async function makeIssue(): Promise<IssueVector> {
	const root = new RootKey(secret('root of the university'));
	const own = new RootKey(secret('root'));
	const signed = signIssue(issue, root);
	const reader = identityFromSeed(secret('reader'));
	const key = identityFromSeed(secret('version'));
	const to = await recipientOf(reader);
	const grant = {
		suite: 1 as const,
		safe: 'aaaaaaaaaaaaaaaaaaaaaaaaaa',
		doc: 'bbbbbbbbbbbbbbbbbbbbbbbbba',
		version: 'ccccccccccccccccccccccccca',
		sha256: 'ab'.repeat(32),
		sealed: sealedSize(bytes.length),
		size: bytes.length,
		name: 'Licence.pdf',
		type: 'application/pdf',
		created: '2026-11-27T10:00:00Z',
		reader: 'eeeeeeeeeeeeeeeeeeeeeeeeea',
		recipient: fingerprint(to),
		index: 3,
		purpose: 'Embauche',
		notAfter: '2027-11-27T10:00:00Z',
		issue: toBase64(signed),
	};
	return {
		root: toBase64(secret('root of the university')),
		vk: toBase64(root.vk),
		document,
		issue: text(canonical(issue)),
		signed: toBase64(signed),
		grant: {
			root: toBase64(secret('root')),
			vk: toBase64(own.vk),
			reader,
			key,
			sealed: toBase64(await sealGrant(grant, own, key, to)),
			grant: text(canonical(grant)),
		},
	};
}
