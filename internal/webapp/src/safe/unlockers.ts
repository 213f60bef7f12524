import { recipientOf, unlockIdentity } from '../crypto/age.ts';
import { canonical } from '../crypto/canonical.ts';
import { hashHex } from '../crypto/derive.ts';
import {
	type Container,
	checkContainer,
	type Keyring,
	openKeyring,
	type Reseal,
	reseal,
} from '../crypto/keyring.ts';
import { CoffreError } from '../errors.ts';
import { openContainer, rememberContainer } from './agent.ts';
import { type Context, isStatus, withEvidence } from './context.ts';
import { MERGE_ATTEMPTS } from './limits.ts';
import { unlocker } from './secrets.ts';
import type { Draft } from './types.ts';
import type { Vault } from './vault.ts';

const path = '/api/v1/safe/keyring';
const [fewest, most] = [2, 16];

/** Changes the ways to unlock the open safe. */
export class Unlockers {
	readonly #context: Context;
	readonly #vault: Vault;

	constructor(context: Context, vault: Vault) {
		this.#context = context;
		this.#vault = vault;
	}

	/** The new keyring is opened with the draft before it is sent. */
	async add(draft: Draft): Promise<void> {
		const own = await recipientOf(unlockIdentity(draft.p));
		await this.#replace(({ payload }) => {
			if (payload.unlockers.some((u) => u.recipient === own)) throw new CoffreError('same-way');
			if (payload.unlockers.length >= most) throw new CoffreError('many-ways');
			return { add: [unlocker(draft)] };
		}, draft.p);
	}

	async rename(id: string, label: string): Promise<void> {
		if (label === '' || label.length > 100) throw new CoffreError('invalid');
		await this.#replace((keyring) => {
			known(keyring, id);
			return { rename: { id, label } };
		});
	}

	/** The vault gets a new key, and the manifest is sealed to it. */
	async remove(id: string): Promise<void> {
		await this.#replace((keyring) => {
			known(keyring, id);
			const left = keyring.payload.unlockers.filter((u) => u.kind !== 'custodians' && u.id !== id);
			if (left.length < fewest) throw new CoffreError('few-ways');
			return { remove: [id] };
		});
		// When this fails the safe still opens, and the next change does it.
		await this.#vault.change({ edit: (c) => c });
	}

	/** For custodians: what comes is opened before it is sent, what goes opens nothing that comes. */
	async exchange(make: (k: Keyring) => Reseal, proof?: Uint8Array): Promise<void> {
		await this.#replace(make, proof);
		await this.#vault.change({ edit: (c) => c });
	}

	/** A real opening of what the server keeps now; the id of the way that opened. */
	async test(p: Uint8Array): Promise<string> {
		const container = checkContainer(await this.#context.api.get(path));
		const keyring = await openContainer(this.#context, container, this.#vault.keyring.safe, p);
		const own = await recipientOf(unlockIdentity(p));
		const id = keyring.payload.unlockers.find((u) => u.recipient === own)?.id;
		if (id === undefined) throw new CoffreError('mismatch');
		return id;
	}

	async #replace(make: (k: Keyring) => Reseal, proof?: Uint8Array): Promise<void> {
		const { api, memory, now } = this.#context;
		let etag = await this.#present();
		const next = await reseal(
			this.#vault.keyring,
			this.#vault.container,
			make(this.#vault.keyring),
			now(),
		);
		if (proof) await openKeyring(next.container, proof);
		for (let attempt = 1; ; attempt++) {
			try {
				await api.call('put', path, { headers: { 'If-Match': etag }, body: next.container });
				break;
			} catch (e) {
				const again = isStatus(e, 412) || (e instanceof CoffreError && e.code === 'offline');
				if (!again || attempt >= MERGE_ATTEMPTS) throw e;
				// The answer was lost, not the change.
				const { data } = await api.call('get', path);
				if (whole(checkContainer(data)) === whole(next.container)) break;
				etag = await this.#present();
			}
		}
		rememberContainer(memory, next.keyring, next.container);
		this.#vault.take(next.keyring, next.container);
	}

	/** The ETag of the keyring in hand; when the server has another one, says why. */
	async #present(): Promise<string> {
		const { data, etag } = await this.#context.api.call('get', path);
		const there = checkContainer(data);
		const held = this.#vault.container;
		if (whole(there) === whole(held)) return etag;
		if (follows(there, held)) throw new CoffreError('keys-changed');
		return withEvidence({ container: there }, this.#context.now, async () => {
			throw new CoffreError('rollback', { message: 'another keyring than the one in use' });
		});
	}
}

/** Whether there is a keyring that the holder made after this one, on another device. */
export function follows(there: Container, held: Container): boolean {
	// checkContainer has verified the signature under this very key.
	return there.vk === held.vk && there.signature !== undefined && there.epoch > held.epoch;
}

function whole(c: Container): string {
	return hashHex(canonical(c));
}

function known({ payload }: Keyring, id: string): void {
	if (!payload.unlockers.some((u) => u.id === id)) throw new CoffreError('not-found');
}
