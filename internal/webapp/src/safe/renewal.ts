import { toBase64 } from '../crypto/bytes.ts';
import { succeed } from '../crypto/keyring.ts';
import { CoffreError } from '../errors.ts';
import type { Context } from './context.ts';
import type { Directory } from './directory.ts';
import type { Documents } from './documents.ts';
import { replaceKeyring, type Sealed } from './replace.ts';
import type { Resealing } from './resealing.ts';
import type { GrantView } from './types.ts';
import { known, leaves } from './unlockers.ts';
import type { Vault } from './vault.ts';

const path = '/api/v1/safe/succession';

/** Gives the safe another root and vault, because whoever has the old ones is not its holder. */
export class Renewal {
	readonly #context: Context;
	readonly #vault: Vault;
	readonly #documents: Documents;
	readonly #directory: Directory;
	readonly #resealing: Resealing;

	constructor(
		context: Context,
		vault: Vault,
		documents: Documents,
		directory: Directory,
		resealing: Resealing,
	) {
		this.#context = context;
		this.#vault = vault;
		this.#documents = documents;
		this.#directory = directory;
		this.#resealing = resealing;
	}

	/**
	 * All in one step or nothing: keyring, manifest, and every grant in force. `without` are the ways
	 * that do not open it any more.
	 */
	async renew(without: readonly string[]): Promise<void> {
		await this.#vault.alone(async () => {
			const { keyring, container } = this.#vault;
			for (const id of without) known(keyring, id);
			leaves(keyring, without);
			const next = await succeed(keyring, container, without);
			this.#resealing.plan(next.keyring.recipient);
			await replaceKeyring(this.#context, this.#vault, next, async (etag, attempt) => {
				if (attempt > 1) await this.#vault.read();
				const { sealed, epoch, match } = await this.#vault.next(next.keyring);
				const grants = await this.#grants(next);
				await this.#context.api.call('post', path, {
					headers: { 'If-Match': etag },
					body: { keyring: next.container, match, epoch, manifest: toBase64(sealed), grants },
				});
			});
			await this.#vault.read();
		});
		void this.#resealing.run();
	}

	/** Every grant in force, as the new root signs it. */
	async #grants({ keyring }: Sealed): Promise<{ id: string; grant: string }[]> {
		const grants: { id: string; grant: string }[] = [];
		for (let after: string | undefined, more = true; more; more = after !== undefined) {
			const page = await this.#context.api.get('/api/v1/safe/grants', { query: { after } });
			for (const g of page.items)
				if (g.state === 'live')
					grants.push({ id: g.id, grant: await this.#grant(g, keyring.root) });
			after = page.next;
		}
		return grants;
	}

	async #grant(g: GrantView, root: Sealed['keyring']['root']): Promise<string> {
		const entry = this.#vault.manifest.docs.find((d) => d.id === g.doc && d.version === g.version);
		if (!entry)
			throw new CoffreError('mismatch', { message: 'a share of no document of the safe' });
		const { key } = await this.#documents.ownKey(entry);
		const to = await this.#directory.recipient(g.administration);
		return toBase64(await this.#documents.grantFor(entry, key, g, to, root));
	}
}
