import { checkContainer, type Keyring, succeed } from '../crypto/keyring.ts';
import { CoffreError } from '../errors.ts';
import { rememberContainer } from './agent.ts';
import type { Context } from './context.ts';

const path = '/api/v1/administration/keyring';

/**
 * Another root and vault in the place of an administration's (SPEC.md §7, §15). Its ways to unlock stay;
 * what was sealed to it before opens, what it has signed counts. 'keys-changed' when a colleague was
 * faster.
 */
export async function rotate(context: Context, keyring: Keyring): Promise<Keyring> {
	const { data, etag } = await context.api.call('get', path);
	const there = checkContainer(data);
	if (there.safe !== keyring.safe || there.epoch !== keyring.epoch)
		throw new CoffreError('keys-changed');
	const next = await succeed(keyring, there);
	await context.api.call('put', path, { headers: { 'If-Match': etag }, body: next.container });
	rememberContainer(context.memory, next.keyring, next.container);
	return next.keyring;
}
