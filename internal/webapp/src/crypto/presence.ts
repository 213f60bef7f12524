import { CoffreError } from '../errors.ts';
import { type Bytes, fromBase64, toBase64url } from './bytes.ts';
import { canonical } from './canonical.ts';
import { id, object, string, suite } from './shape.ts';
import type { RootKey } from './sign.ts';

// SPEC.md §16: what a client signs at a counter, for whoever has just unlocked her safe there.

const presenceShape = object({ suite, safe: id, session: id, challenge: string(43, 43) }, {});

export type Presence = ReturnType<typeof presenceShape>;

/** 'form' unless it is a challenge, and no words of somebody who would have them signed. */
export function signPresence(p: Presence, root: RootKey): Bytes {
	const said = presenceShape(p);
	const bytes = fromBase64(`${said.challenge.replaceAll('-', '+').replaceAll('_', '/')}=`);
	if (bytes.length !== 32 || toBase64url(bytes) !== said.challenge)
		throw new CoffreError('form', { message: 'not a challenge' });
	return root.sign('coffre/v1/presence', canonical(said));
}
