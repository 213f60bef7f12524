import { fingerprint, parseRecipient, type Recipient } from '../crypto/age.ts';
import { type Bytes, fromBase64, newId, toBase64, toTime } from '../crypto/bytes.ts';
import {
	type Card,
	type Custody,
	openCard,
	openCustody,
	parseCode,
	sealShare,
	signCard,
	signCustody,
	toCode,
} from '../crypto/custody.ts';
import { hashHex } from '../crypto/derive.ts';
import { split } from '../crypto/shamir.ts';
import { newSecret } from '../crypto/words.ts';
import { CoffreError } from '../errors.ts';
import { type Context, isStatus, withEvidence } from './context.ts';
import type { CardView, ChosenCustodian, CustodyOrder, CustodyView } from './custodytypes.ts';
import type { Directory } from './directory.ts';
import type { Unlockers } from './unlockers.ts';
import type { Vault } from './vault.ts';

const path = '/api/v1/safe/custody';

/** Somebody whose recipient was checked: in the log, or by the code that she gave herself. */
interface Found {
	readonly kind: 'administration' | 'safe';
	readonly holder: string;
	readonly name: string;
	readonly recipient: Recipient;
}

/** The holder's side, safe open: who gives it back when every key is lost (SPEC.md §10). */
export class Custodians {
	readonly #context: Context;
	readonly #vault: Vault;
	readonly #unlockers: Unlockers;
	readonly #directory: Directory;

	constructor(context: Context, vault: Vault, unlockers: Unlockers, directory: Directory) {
		this.#context = context;
		this.#vault = vault;
		this.#unlockers = unlockers;
		this.#directory = directory;
	}

	/** undefined: nobody was named. An alarm when the gateway has lost what the keyring counts on. */
	async view(): Promise<CustodyView | undefined> {
		const there = await read(this.#context);
		const own = this.#own();
		return withEvidence({ custody: there ?? 'none' }, this.#context.now, async () => {
			if (there === undefined) {
				if (own === undefined) return undefined;
				throw new CoffreError('mismatch', { message: 'the custody of the keyring is gone' });
			}
			const { safe, root } = this.#vault.keyring;
			const c = openCustody(fromBase64(there.custody), root.vk, safe);
			if (own !== undefined && own !== c.unlocker)
				throw new CoffreError('mismatch', { message: 'another custody than that of the keyring' });
			return { ...viewOf(c), inUse: own !== undefined };
		});
	}

	/** The holder whose code was given; the card is checked, so that nobody stands in for her. */
	async card(code: string): Promise<CardView> {
		const { holder: safe, name } = await this.#holder(code);
		return { safe, name };
	}

	/** One's own code, to be handed over by oneself; the card that goes with it is published. */
	async publishCard(name: string): Promise<string> {
		const { safe, recipient, root } = this.#vault.keyring;
		const created = toTime(this.#context.now());
		const card: Card = { suite: 1, safe, recipient, name: text(name), created };
		await this.#context.api.call('put', '/api/v1/safe/card', {
			body: { card: toBase64(signCard(card, root)) },
		});
		return toCode(safe, root.vk);
	}

	/** A new secret in three new shares: those that were given before are worthless from then on. */
	async name(order: CustodyOrder): Promise<void> {
		const three: Found[] = [];
		for (const c of order.custodians) three.push(await this.#find(c));
		this.#checkThree(three);
		const p = newSecret();
		const unlocker = newId();
		const made = await this.#make(order, three, p, unlocker);
		const { data } = await this.#context.api.call('put', path, { body: made });
		await withEvidence({ custody: data }, this.#context.now, async () => {
			if (data.custody !== made.custody)
				throw new CoffreError('mismatch', { message: 'another custody than the one sent' });
		});
		await this.#unlockers.exchange(
			({ payload }) => ({
				add: [{ kind: 'custodians', label: '', p, id: unlocker }],
				remove: payload.unlockers.filter((u) => u.kind === 'custodians').map((u) => u.id),
			}),
			p,
		);
	}

	/** Nobody gives it back any more. */
	async end(): Promise<void> {
		await this.#unlockers.exchange(({ payload }) => {
			const remove = payload.unlockers.filter((u) => u.kind === 'custodians').map((u) => u.id);
			if (remove.length === 0) throw new CoffreError('not-found');
			return { remove };
		});
	}

	/** The id of the unlocker that custodians give back, when the keyring has one. */
	#own(): string | undefined {
		return this.#vault.keyring.payload.unlockers.find((u) => u.kind === 'custodians')?.id;
	}

	#checkThree(three: readonly Found[]): void {
		const holders = new Set(three.map((f) => f.holder));
		if (three.length !== 3 || holders.size !== 3 || holders.has(this.#vault.keyring.safe))
			throw new CoffreError('same-custodian');
	}

	async #make(order: CustodyOrder, three: readonly Found[], p: Bytes, unlocker: string) {
		const { safe, root } = this.#vault.keyring;
		const points = split(p);
		const custodians: Custody['custodians'] = [];
		const shares: { custodian: string; sealed: string }[] = [];
		for (const [i, { recipient, ...who }] of three.entries()) {
			const id = newId();
			const share = { suite: 1 as const, safe, unlocker, custodian: id, share: '' };
			const point = toBase64(points[i] ?? new Uint8Array());
			const sealed = await sealShare({ ...share, share: point }, root, recipient);
			const hash = hashHex(sealed);
			custodians.push({ id, ...who, recipient: fingerprint(recipient), share: hash });
			shares.push({ custodian: id, sealed: toBase64(sealed) });
		}
		const custody: Custody = {
			suite: 1,
			safe,
			unlocker,
			holder: text(order.holder),
			threshold: 2,
			delay: order.delay,
			created: toTime(this.#context.now()),
			custodians,
		};
		return { custody: toBase64(signCustody(custody, root)), shares };
	}

	async #find(c: ChosenCustodian): Promise<Found> {
		if (c.kind === 'safe') return this.#holder(c.code);
		const { recipient } = await this.#directory.recipient(c.id);
		const own = (await this.#directory.list('')).find((a) => a.id === c.id);
		if (own === undefined) throw new CoffreError('not-found');
		return { kind: 'administration', holder: c.id, name: text(own.name), recipient };
	}

	async #holder(typed: string): Promise<Found> {
		const code = parseCode(typed);
		if (code.safe === this.#vault.keyring.safe) throw new CoffreError('same-custodian');
		const there = await this.#context.api
			.get('/api/v1/cards/{safe}', { path: { safe: code.safe } })
			.catch((e: unknown) => {
				throw isStatus(e, 404) ? new CoffreError('no-card') : e;
			});
		return withEvidence({ card: there, code: typed.trim() }, this.#context.now, async () => {
			const card = openCard(fromBase64(there.card), fromBase64(there.vk), code);
			const recipient = parseRecipient(card.recipient);
			return { kind: 'safe', holder: card.safe, name: card.name, recipient };
		});
	}
}

async function read(context: Context): Promise<{ custody: string } | undefined> {
	try {
		return await context.api.get(path);
	} catch (e) {
		if (isStatus(e, 404)) return undefined;
		throw e;
	}
}

function viewOf(c: Custody): Omit<CustodyView, 'inUse'> {
	const { created, delay, holder } = c;
	const custodians = c.custodians.map(({ id, kind, name }) => ({ id, kind, name }));
	return { created, delay, holder, custodians };
}

/** A name as it is signed: 200 characters, no half of one. */
function text(name: string): string {
	const s = name
		.normalize('NFC')
		.trim()
		.slice(0, 200)
		.replace(/\p{Cs}$/u, '');
	if (s === '') throw new CoffreError('invalid', { message: 'no name' });
	return s;
}
