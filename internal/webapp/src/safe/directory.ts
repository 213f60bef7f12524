import type { components } from '../api/schema.ts';
import { fingerprint, parseRecipient, type Recipient } from '../crypto/age.ts';
import { asCoffreError, CoffreError } from '../errors.ts';
import { type Context, withEvidence } from './context.ts';
import type { Mark } from './logwatch.ts';
import type { AdministrationView } from './types.ts';

type Administration = components['schemas']['Administration'];

interface Checked {
	readonly recipient: Recipient;
	/** Of the leaf that carries the key. */
	readonly index: number;
	/** As the log has it. */
	readonly name: string;
}

/** The administrations, and which keys of theirs this client found in the log. */
export class Directory {
	readonly #context: Context;
	readonly #checked = new Map<string, Checked>();

	constructor(context: Context) {
		this.#context = context;
	}

	async list(q: string): Promise<readonly AdministrationView[]> {
		const found: AdministrationView[] = [];
		for (let after: string | undefined, more = true; more; more = after !== undefined) {
			const mark = await this.#context.log.mark();
			const page = await this.#context.api.get('/api/v1/administrations', {
				query: { q: q === '' ? undefined : q, after, limit: 200 },
			});
			for (const a of page.items) found.push(await this.#view(mark, a));
			after = page.next;
		}
		return found;
	}

	/** The key to seal to. 'no-key' while there is none, 'leaf' when the log does not hold it. */
	async recipient(id: string): Promise<Checked> {
		const view = this.#checked.has(id) ? undefined : (await this.list('')).find((a) => a.id === id);
		const checked = this.#checked.get(id);
		if (checked) return checked;
		if (view?.error) throw view.error;
		throw new CoffreError(view ? 'no-key' : 'not-found');
	}

	/** The next recipient() is read anew. */
	forget(id: string): void {
		this.#checked.delete(id);
	}

	async #view(mark: Mark, a: Administration): Promise<AdministrationView> {
		const { id, name, siret, services, logo } = a;
		const shown = { id, name, siret, services, hasKey: a.recipient !== undefined };
		const view = logo === undefined ? shown : { ...shown, logo };
		this.#checked.delete(id);
		if (!view.hasKey) return { ...view, checked: false };
		try {
			this.#checked.set(id, await checkAdministration(this.#context, mark, a));
			return { ...view, checked: true };
		} catch (e) {
			return { ...view, checked: false, error: asCoffreError(e) };
		}
	}
}

/** What anything may be sealed to: the key that the log shows for that administration. */
export function checkAdministration(
	context: Context,
	mark: Mark,
	a: Administration,
): Promise<Checked> {
	return withEvidence({ administration: a }, context.now, async () => {
		const { key, recipient } = a;
		if (!key || recipient === undefined)
			throw new CoffreError('leaf', { message: 'its key is not in the log' });
		const fact = await context.log.fact(mark, key);
		const same =
			fact.holder === 'administration' &&
			fact.id === a.id &&
			fact.vk === a.vk &&
			fact.recipient === fingerprint(recipient) &&
			fact.name === a.name &&
			fact.siret === a.siret;
		if (!same) throw new CoffreError('leaf', { message: 'the log holds another key for it' });
		return { recipient: parseRecipient(recipient), index: key.index, name: a.name };
	});
}
