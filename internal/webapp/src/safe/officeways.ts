import { recipientOf, unlockIdentity } from '../crypto/age.ts';
import { most } from '../crypto/container.ts';
import { type Keyring, openKeyring, type Reseal, reseal } from '../crypto/keyring.ts';
import { CoffreError } from '../errors.ts';
import { keyringOfOffice, rememberContainer } from './agent.ts';
import type { Context } from './context.ts';
import type { WayChange } from './core.ts';
import { present } from './rotation.ts';
import { unlocker } from './secrets.ts';
import type { Draft } from './types.ts';
import { known, leaves } from './unlockers.ts';

// The ways to unlock an administration's key: of several agents, and on paper in the office safe.

/** The keyring after the change. */
export function changeWays(
	context: Context,
	keyring: Keyring,
	change: WayChange | undefined,
): Promise<Keyring> {
	if (change === undefined) return Promise.resolve(keyring);
	return 'add' in change
		? addWay(context, keyring, change.add)
		: removeWay(context, keyring, change.remove);
}

/** The new keyring is opened with the draft before it is sent. */
async function addWay(context: Context, keyring: Keyring, draft: Draft): Promise<Keyring> {
	const own = await recipientOf(unlockIdentity(draft.p));
	const { unlockers } = keyring.payload;
	if (unlockers.some((u) => u.recipient === own)) throw new CoffreError('same-way');
	if (unlockers.length >= most) throw new CoffreError('many-ways');
	return replace(context, keyring, { add: [unlocker(draft)] }, draft.p);
}

/** The vault gets a new key: whoever had this way opens nothing that is shared from then on. */
async function removeWay(context: Context, keyring: Keyring, id: string): Promise<Keyring> {
	known(keyring, id);
	leaves(keyring, [id]);
	return replace(context, keyring, { remove: [id] });
}

async function replace(
	context: Context,
	keyring: Keyring,
	change: Reseal,
	proof?: Uint8Array,
): Promise<Keyring> {
	const { container, etag } = await present(context, keyring);
	const next = await reseal(keyring, container, change, context.now());
	if (proof) await openKeyring(next.container, proof);
	await context.api.call('put', keyringOfOffice, {
		headers: { 'If-Match': etag },
		body: next.container,
	});
	rememberContainer(context.memory, next.keyring, next.container);
	return next.keyring;
}
