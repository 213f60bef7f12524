import { CoffreError } from '../errors.ts';
import type { Bytes } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import {
	hash,
	id,
	integer,
	kindCode,
	mediaType,
	name,
	object,
	string,
	suite,
	time,
} from './shape.ts';
import { openSigned, type RootKey } from './sign.ts';

// SPEC.md §15: what an administration says of a document that it makes.

const context = 'coffre/v1/issue';
const signatureSize = 64;
export const MAX_ISSUE = 4096;
/** In UTF-16 code units. */
export const MAX_REFERENCE = 100;

const issueShape = object(
	{
		suite,
		administration: id,
		name,
		type: mediaType,
		size: integer(1),
		content: hash,
		created: time,
	},
	{ kind: kindCode, reference: string(MAX_REFERENCE, 1) },
);

/** These very bytes are the issuer's. */
export type Issue = ReturnType<typeof issueShape>;

export function signIssue(i: Issue, root: RootKey): Bytes {
	const signed = root.sign(context, canonical(issueShape(i)));
	checkLength(signed);
	return signed;
}

/** `vk` is one that the log shows for that administration. */
export function openIssue(signed: Uint8Array, vk: Uint8Array): Issue {
	checkLength(signed);
	return issueShape(parseCanonical(openSigned(vk, context, signed)));
}

/** What it says, whoever signed it: to know whose key to look for. Nothing of it is to be shown. */
export function readIssue(signed: Uint8Array): Issue {
	checkLength(signed);
	return issueShape(parseCanonical(signed.subarray(signatureSize)));
}

/** Whether these are the bytes that were issued. */
export function holds(
	i: Issue,
	content: { readonly sha256: string; readonly size: number },
): boolean {
	return i.content === content.sha256 && i.size === content.size;
}

/** All that a grant asks of what it carries (SPEC.md §6). */
export function checkLength(signed: Uint8Array): void {
	if (signed.length < signatureSize + 2 || signed.length > MAX_ISSUE)
		throw new CoffreError('length', { message: 'not the length of an issue' });
}
