import { canonical } from '../crypto/canonical.ts';
import { type Container, checkContainer } from '../crypto/container.ts';
import { hashHex } from '../crypto/derive.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { CoffreError } from '../errors.ts';
import { rememberContainer } from './agent.ts';
import { type Context, isStatus, withEvidence } from './context.ts';
import { MERGE_ATTEMPTS } from './limits.ts';
import { follows } from './seen.ts';
import type { Vault } from './vault.ts';

export const keyringPath = '/api/v1/safe/keyring';

export interface Sealed {
	readonly keyring: Keyring;
	readonly container: Container;
}

/**
 * Puts a keyring in the place of the one in hand: send is given the ETag of that one, and called again
 * when something else has changed in between.
 */
export async function replaceKeyring(
	context: Context,
	vault: Vault,
	next: Sealed,
	send: (etag: string, attempt: number) => Promise<void>,
): Promise<void> {
	let etag = await present(context, vault);
	for (let attempt = 1; ; attempt++) {
		try {
			await send(etag, attempt);
			break;
		} catch (e) {
			const again = isStatus(e, 412) || (e instanceof CoffreError && e.code === 'offline');
			if (!again || attempt >= MERGE_ATTEMPTS) throw e;
			// The answer was lost, not the change.
			const there = checkContainer(await context.api.get(keyringPath));
			if (whole(there) === whole(next.container)) break;
			etag = await present(context, vault);
		}
	}
	rememberContainer(context.memory, next.keyring, next.container);
	vault.take(next.keyring, next.container);
}

/** The ETag of the keyring in hand; when the server has another one, says why. */
async function present(context: Context, vault: Vault): Promise<string> {
	const { data, etag } = await context.api.call('get', keyringPath);
	const there = checkContainer(data);
	const held = vault.container;
	if (whole(there) === whole(held)) return etag;
	if (follows(there, held)) throw new CoffreError('keys-changed');
	return withEvidence({ container: there }, context.now, async () => {
		throw new CoffreError('rollback', { message: 'another keyring than the one in use' });
	});
}

function whole(c: Container): string {
	return hashHex(canonical(c));
}
