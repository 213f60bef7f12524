import { CoffreError } from '../errors.ts';
import type { Bytes } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import { hash, id, object, oneOf, string, suite, time } from './shape.ts';
import { openSigned, type RootKey } from './sign.ts';

// SPEC.md §14: what an administration says, under its own root, of what it was given.

const acknowledgementContext = 'coffre/v1/acknowledgement';
const deletionContext = 'coffre/v1/deletion';

export const MAX_DELETION_NOTE = 500;

const grantOf = { suite, administration: id, grant: id, safe: id, doc: id, version: id };

const acknowledgementShape = object(
	{
		...grantOf,
		sha256: hash,
		/** Id of the event of the release that was proven before anything was opened. */
		release: id,
		outcome: oneOf('intact', 'altered', 'unreadable', 'infected'),
		at: time,
	},
	{},
);

const deletionShape = object(
	{ ...grantOf, at: time, how: oneOf('client', 'declared') },
	{ note: string(MAX_DELETION_NOTE, 1) },
);

export type Acknowledgement = ReturnType<typeof acknowledgementShape>;
export type Deletion = ReturnType<typeof deletionShape>;
export type Outcome = Acknowledgement['outcome'];

/** What both have to be about. The version is the one that was retrieved: it may be sealed anew since. */
export type Acknowledged = Pick<Acknowledgement, 'administration' | 'grant' | 'safe' | 'doc'>;

export function signAcknowledgement(a: Acknowledgement, root: RootKey): Bytes {
	return root.sign(acknowledgementContext, canonical(acknowledgementShape(a)));
}

/** `vk` is one that the log shows for that administration. */
export function openAcknowledgement(
	signed: Uint8Array,
	vk: Uint8Array,
	of: Acknowledged,
): Acknowledgement {
	const a = acknowledgementShape(parseCanonical(openSigned(vk, acknowledgementContext, signed)));
	return sameGrant(a, of);
}

export function signDeletion(d: Deletion, root: RootKey): Bytes {
	return root.sign(deletionContext, canonical(deletionShape(d)));
}

/** `vk` is one that the log shows for that administration. */
export function openDeletion(signed: Uint8Array, vk: Uint8Array, of: Acknowledged): Deletion {
	return sameGrant(deletionShape(parseCanonical(openSigned(vk, deletionContext, signed))), of);
}

function sameGrant<T extends Acknowledged>(said: T, of: Acknowledged): T {
	for (const member of ['administration', 'grant', 'safe', 'doc'] as const)
		if (said[member] !== of[member])
			throw new CoffreError('mismatch', { message: 'said of another grant' });
	return said;
}
