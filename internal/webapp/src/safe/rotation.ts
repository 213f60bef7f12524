import { type Container, checkContainer } from '../crypto/container.ts';
import { type Keyring, succeed } from '../crypto/keyring.ts';
import { CoffreError } from '../errors.ts';
import { keyringOfOffice, rememberContainer, remembers } from './agent.ts';
import { type Context, withEvidence } from './context.ts';

/**
 * Another root and vault in the place of an administration's (SPEC.md §7, §15). Its ways to unlock stay;
 * what was sealed to it before opens, what it has signed counts. 'keys-changed' when a colleague was
 * faster.
 */
export async function rotate(context: Context, keyring: Keyring): Promise<Keyring> {
	const { container, etag } = await present(context, keyring);
	const next = await succeed(keyring, container);
	await context.api.call('put', keyringOfOffice, {
		headers: { 'If-Match': etag },
		body: next.container,
	});
	rememberContainer(context.memory, next.keyring, next.container);
	return next.keyring;
}

/**
 * The container in which the open keyring is kept, for one that takes its place: whatever else stands in
 * it, of which the keyring says nothing, would be carried on.
 */
export async function present(
	context: Context,
	keyring: Keyring,
): Promise<{ readonly container: Container; readonly etag: string }> {
	const { data, etag } = await context.api.call('get', keyringOfOffice);
	return withEvidence({ container: data }, context.now, async () => {
		const container = checkContainer(data);
		if (container.safe !== keyring.safe || container.epoch !== keyring.epoch)
			throw new CoffreError('keys-changed');
		if (!remembers(context.memory, container))
			throw new CoffreError('rollback', { message: 'another keyring than the one in use' });
		return { container, etag };
	});
}
