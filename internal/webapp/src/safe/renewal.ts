import { toBase64 } from '../crypto/bytes.ts';
import { succeed } from '../crypto/keyring.ts';
import type { ManifestDoc } from '../crypto/manifest.ts';
import { CoffreError } from '../errors.ts';
import type { Context } from './context.ts';
import type { Directory } from './directory.ts';
import type { Documents } from './documents.ts';
import { replaceKeyring, type Sealed } from './replace.ts';
import type { Resealing } from './resealing.ts';
import type { GrantView, StandingView } from './types.ts';
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
	async renew(without: readonly string[], agreed: readonly StandingView[]): Promise<void> {
		const shown = new Set(agreed.map(said));
		await this.#vault.alone(async () => {
			const { keyring, container } = this.#vault;
			for (const id of without) known(keyring, id);
			leaves(keyring, without);
			const next = await succeed(keyring, container, without);
			this.#resealing.plan(next.keyring.recipient);
			await replaceKeyring(this.#context, this.#vault, next, async (etag, attempt) => {
				if (attempt > 1) await this.#vault.read();
				const { sealed, epoch, match } = await this.#vault.next(next.keyring);
				const grants = await this.#grants(next, shown);
				await this.#context.api.call('post', path, {
					headers: { 'If-Match': etag },
					body: { keyring: next.container, match, epoch, manifest: toBase64(sealed), grants },
				});
			});
			await this.#vault.read();
		});
		void this.#resealing.run();
	}

	/** The shares in force, for the holder to see. */
	async standing(): Promise<readonly StandingView[]> {
		await this.#vault.alone(() => this.#vault.read());
		return this.#views();
	}

	async #views(): Promise<StandingView[]> {
		const all: StandingView[] = [];
		for await (const g of this.#live()) all.push(await this.#view(g));
		return all;
	}

	/**
	 * Every grant in force, as the new root signs it. Which there are is the gateway's word, and
	 * whoever has a session can enter one without a key in it: nothing goes on that was not shown.
	 */
	async #grants({ keyring }: Sealed, shown: ReadonlySet<string>) {
		const live = await this.#views();
		if (live.some((g) => !shown.has(said(g)))) throw new CoffreError('other-shares');
		const grants: { id: string; grant: string }[] = [];
		for (const g of live) grants.push({ id: g.id, grant: await this.#grant(g, keyring.root) });
		return grants;
	}

	async *#live(): AsyncGenerator<GrantView> {
		for (let after: string | undefined, more = true; more; more = after !== undefined) {
			const page = await this.#context.api.get('/api/v1/safe/grants', { query: { after } });
			for (const g of page.items) if (g.state === 'live') yield g;
			after = page.next;
		}
	}

	async #view(g: GrantView): Promise<StandingView> {
		const {
			id,
			doc,
			version,
			administration,
			purpose,
			service,
			procedure,
			notAfter,
			request,
			kind,
		} = g;
		const { name: administrationName } = await this.#directory.recipient(administration);
		const { name } = this.#entry(g);
		return {
			...{ id, doc, version, name, administration, administrationName, purpose, notAfter },
			...(service ? { service } : {}),
			...(procedure ? { procedure } : {}),
			...(request ? { request } : {}),
			...(kind ? { kind } : {}),
		};
	}

	#entry({ doc, version }: Pick<GrantView, 'doc' | 'version'>): ManifestDoc {
		const entry = this.#vault.manifest.docs.find((d) => d.id === doc && d.version === version);
		if (entry) return entry;
		throw new CoffreError('mismatch', { message: 'a share of no document of the safe' });
	}

	async #grant(g: StandingView, root: Sealed['keyring']['root']): Promise<string> {
		const entry = this.#entry(g);
		const { key } = await this.#documents.ownKey(entry);
		const to = await this.#directory.recipient(g.administration);
		return toBase64(await this.#documents.grantFor(entry, key, g, to, root));
	}
}

/** What is agreed to. A document may have another name by then. */
function said({ name: _, ...g }: StandingView): string {
	return JSON.stringify(Object.entries(g).sort(([a], [b]) => (a < b ? -1 : 1)));
}
