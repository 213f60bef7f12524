import { toBase64 } from '../crypto/bytes.ts';
import { checkContainer, openKeyring } from '../crypto/keyring.ts';
import { signPresence } from '../crypto/presence.ts';
import { CoffreError } from '../errors.ts';
import { type Context, withEvidence } from './context.ts';

/** A machine that a mediator has locked, and the number of a safe, as it is printed on a paper key. */
export interface Counter {
	readonly session: string;
	readonly safe: string;
}

/**
 * Logs in at the counter by showing that p opens the safe, where there is one; gives p back. The keyring is
 * opened here by its pin alone: unlocking, which follows, holds it to what this machine has seen.
 */
export async function shown(
	{ api, now }: Context,
	p: Uint8Array,
	counter: Counter | undefined,
): Promise<Uint8Array> {
	if (counter === undefined) return p;
	const { session, safe } = counter;
	const at = { path: { id: session } };
	const { data } = await api.call('post', '/api/v1/counters/{id}/challenges', {
		...at,
		body: { safe },
	});
	const container = checkContainer(data.keyring);
	const keyring = await withEvidence({ container }, now, () => {
		if (container.safe !== safe)
			throw new CoffreError('mismatch', { message: 'keyring of another safe' });
		return openKeyring(container, p);
	});
	const { challenge } = data;
	const proof = toBase64(signPresence({ suite: 1, safe, session, challenge }, keyring.root));
	await api.call('post', '/api/v1/counters/{id}/proofs', {
		...at,
		body: { safe, challenge, proof },
	});
	return p;
}
