import { recipientOf, unlockIdentity } from '../crypto/age.ts';
import { checkContainer, fewest, most } from '../crypto/container.ts';
import { type Keyring, openKeyring, type Reseal, reseal } from '../crypto/keyring.ts';
import { CoffreError } from '../errors.ts';
import { openContainer } from './agent.ts';
import type { Context } from './context.ts';
import { keyringPath, replaceKeyring, type Sealed } from './replace.ts';
import type { Resealing } from './resealing.ts';
import { unlocker } from './secrets.ts';
import type { Draft } from './types.ts';
import type { Vault } from './vault.ts';

/** Changes the ways to unlock the open safe. */
export class Unlockers {
	readonly #context: Context;
	readonly #vault: Vault;
	readonly #resealing: Resealing;

	constructor(context: Context, vault: Vault, resealing: Resealing) {
		this.#context = context;
		this.#vault = vault;
		this.#resealing = resealing;
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
			leaves(keyring, [id]);
			return { remove: [id] };
		});
		// When this fails the safe still opens, and the next change does it.
		await this.#vault.change({ edit: (c) => c });
		void this.#resealing.run();
	}

	/** For custodians: what comes is opened before it is sent, what goes opens nothing that comes. */
	async exchange(make: (k: Keyring) => Reseal, proof?: Uint8Array): Promise<void> {
		await this.#replace(make, proof);
		await this.#vault.change({ edit: (c) => c });
		void this.#resealing.run();
	}

	/**
	 * A real opening of what the server keeps now; the id of the way that opened. One that vouched for a
	 * former key vouches for the one in use from then on.
	 */
	async test(p: Uint8Array): Promise<string> {
		await this.settle();
		const { keyring } = await this.#opened(p);
		if (keyring.opener?.behind) await this.#vault.alone(() => this.#vouch(p));
		const own = await recipientOf(unlockIdentity(p));
		const id = keyring.payload.unlockers.find((u) => u.recipient === own)?.id;
		if (id === undefined) throw new CoffreError('mismatch');
		return id;
	}

	/** Seals the keyring again when the way in hand still vouches for a former key. */
	async settle(): Promise<void> {
		if (this.#vault.keyring.opener?.behind) await this.#replace(() => ({}));
	}

	async #opened(p: Uint8Array): Promise<Sealed> {
		const container = checkContainer(await this.#context.api.get(keyringPath));
		const { safe } = this.#vault.keyring;
		return { container, keyring: await openContainer(this.#context, container, safe, p) };
	}

	async #vouch(p: Uint8Array): Promise<void> {
		const { keyring, container } = await this.#opened(p);
		const next = await reseal(keyring, container, {}, this.#context.now());
		// The way in hand stays the one that the safe was unlocked with.
		const { opener } = this.#vault.keyring;
		const { opener: _, ...rest } = next.keyring;
		await this.#put({ ...next, keyring: opener === undefined ? rest : { ...rest, opener } });
	}

	#replace(make: (k: Keyring) => Reseal, proof?: Uint8Array): Promise<void> {
		return this.#vault.alone(async () => {
			const { keyring, container } = this.#vault;
			const next = await reseal(keyring, container, make(keyring), this.#context.now());
			if (proof) await openKeyring(next.container, proof);
			if (next.keyring.recipient !== keyring.recipient)
				this.#resealing.plan(next.keyring.recipient);
			await this.#put(next);
		});
	}

	#put(next: Sealed): Promise<void> {
		return replaceKeyring(this.#context, this.#vault, next, async (etag) => {
			await this.#context.api.call('put', keyringPath, {
				headers: { 'If-Match': etag },
				body: next.container,
			});
		});
	}
}

export function known({ payload }: Keyring, id: string): void {
	if (!payload.unlockers.some((u) => u.id === id)) throw new CoffreError('not-found');
}

/** 'few-ways' unless two that are in the hand of the holder are left. */
export function leaves({ payload }: Keyring, without: readonly string[]): void {
	const left = payload.unlockers.filter((u) => u.kind !== 'custodians' && !without.includes(u.id));
	if (left.length < fewest) throw new CoffreError('few-ways');
}
