import { CoffreError } from '../errors.ts';
import {
	type Identity,
	open,
	parseRecipient,
	type Recipient,
	recipientOf,
	seal,
	unlockIdentity,
	vaultIdentity,
} from './age.ts';
import { type Bytes, concat, equal, fromBase64, newId, random, toBase64, toTime } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import { hashHex, pin } from './derive.ts';
import { checkSmall } from './form.ts';
import {
	array,
	base64,
	hash,
	id,
	integer,
	matching,
	object,
	oneOf,
	string,
	suite,
	time,
} from './shape.ts';
import { blockSize, checkVK, openSigned, padLF, RootKey, unpadLF } from './sign.ts';

const context = 'coffre/v1/keyring';
const containerContext = 'coffre/v1/container';

// One way to unlock is one accident away from none; the most that a server stores.
const [fewest, most] = [2, 16];

const kind = oneOf('passkey', 'paper', 'passphrase', 'custodians');
const recipientText = matching((s) => parseRecipient(s) === s, 'a recipient');

const keyringShape = object(
	{
		suite,
		safe: id,
		epoch: integer(1),
		root: base64(32),
		seeds: array(object({ epoch: integer(1), seed: base64(32) }, {}), 1),
		unlockers: array(
			object({ id, kind, label: string(200), recipient: recipientText, created: time }, {}),
			fewest,
			most,
		),
	},
	{ previous: hash },
);

const containerShape = object(
	{
		suite,
		safe: id,
		epoch: integer(1),
		vk: base64(33),
		recipient: recipientText,
		copies: array(
			object({ id, kind, pin: base64(32), sealed: base64() }, { credential: string(2000, 1) }),
			fewest,
			most,
		),
	},
	{ signature: base64(64) },
);

/** What is under the signature (SPEC.md §7). Secret. */
export type KeyringPayload = ReturnType<typeof keyringShape>;
/** What the server keeps. */
export type Container = ReturnType<typeof containerShape>;

export interface NewUnlocker {
	readonly kind: ReturnType<typeof kind>;
	readonly label: string;
	readonly p: Uint8Array;
	readonly credential?: string;
	/** Drawn here unless something signed before names it. */
	readonly id?: string;
}

/** An identity of the vault and what is sealed to it. */
export interface Vault {
	readonly identity: Identity;
	readonly recipient: Recipient;
}

/** An opened keyring. Everything in it but `safe`, `epoch` and `recipient` is secret. */
export interface Keyring {
	readonly safe: string;
	readonly epoch: number;
	readonly payload: KeyringPayload;
	readonly root: RootKey;
	/** The vault identities, the one in use first. */
	readonly vaults: readonly Vault[];
	readonly recipient: Recipient;
	/** Of the signed bytes: the next epoch names it. */
	readonly hash: string;
}

/** Makes a safe's (or an administration's) first keyring. */
export async function newKeyring(
	safe: string,
	unlockers: readonly NewUnlocker[],
	now: Date,
): Promise<{ keyring: Keyring; container: Container }> {
	const listed = await list(unlockers, now);
	const payload = keyringShape({
		suite: 1,
		safe,
		epoch: 1,
		root: toBase64(random(32)),
		seeds: [{ epoch: 1, seed: toBase64(random(32)) }],
		unlockers: listed,
	});
	different(listed);
	return sealKeyring(payload, unlockers);
}

/** What the next keyring has otherwise than the present one. */
export interface Reseal {
	readonly add?: readonly NewUnlocker[];
	/** Ids. */
	readonly remove?: readonly string[];
	readonly rename?: { readonly id: string; readonly label: string };
}

/**
 * Makes the next epoch of a keyring that was opened from this container. Removing any unlocker draws
 * a new vault seed: who was removed opens nothing new.
 */
export async function reseal(
	keyring: Keyring,
	old: Container,
	{ add = [], remove = [], rename }: Reseal,
	now: Date,
): Promise<{ keyring: Keyring; container: Container }> {
	const before = keyring.payload;
	const ids = new Set(before.unlockers.map((u) => u.id));
	if (old.epoch !== before.epoch || old.copies.some((c) => !ids.has(c.id)))
		mismatch('another keyring than the container');
	if (doubled(remove) || [...remove, ...(rename ? [rename.id] : [])].some((id) => !ids.has(id)))
		mismatch('no such way to unlock');
	const stays = (u: { id: string }): boolean => !remove.includes(u.id);
	const added = await list(add, now);
	const unlockers = [
		...before.unlockers
			.filter(stays)
			.map((u) => (u.id === rename?.id ? { ...u, label: rename.label } : u)),
		...added,
	];
	different(unlockers);
	const last = before.seeds.at(-1)?.epoch ?? 0;
	const payload = keyringShape({
		...before,
		epoch: before.epoch + 1,
		previous: keyring.hash,
		seeds:
			remove.length === 0
				? before.seeds
				: [...before.seeds, { epoch: last + 1, seed: toBase64(random(32)) }],
		unlockers,
	});
	const marks = [
		...old.copies.filter(stays).map(({ sealed: _, ...mark }) => mark),
		...marksOf(payload, add, before.unlockers.length - remove.length),
	];
	return sealCopies(payload, marks);
}

async function list(
	unlockers: readonly NewUnlocker[],
	now: Date,
): Promise<KeyringPayload['unlockers'][number][]> {
	const created = toTime(now);
	return Promise.all(
		unlockers.map(async (u) => ({
			id: u.id ?? newId(),
			kind: u.kind,
			label: u.label,
			recipient: await recipientOf(unlockIdentity(u.p)),
			created,
		})),
	);
}

function different(listed: readonly { recipient: string }[]): void {
	if (doubled(listed.map((u) => u.recipient))) mismatch('two ways to unlock with one secret');
}

type Mark = Omit<Container['copies'][number], 'sealed'>;

/** What a copy shows of unlockers whose secrets are here, the first being the payload's `from`th. */
function marksOf(payload: KeyringPayload, unlockers: readonly NewUnlocker[], from = 0): Mark[] {
	const { vk } = new RootKey(fromBase64(payload.root));
	return unlockers.map((u, i) => ({
		id: payload.unlockers[from + i]?.id ?? '',
		kind: u.kind,
		pin: toBase64(pin(u.p, payload.safe, vk)),
		...(u.credential === undefined ? {} : { credential: u.credential }),
	}));
}

/** Seals a payload to its unlockers, given in the same order with their secrets. */
export async function sealKeyring(
	payload: KeyringPayload,
	unlockers: readonly NewUnlocker[],
): Promise<{ keyring: Keyring; container: Container }> {
	return sealCopies(payload, marksOf(payload, unlockers));
}

async function sealCopies(
	payload: KeyringPayload,
	marks: readonly Mark[],
): Promise<{ keyring: Keyring; container: Container }> {
	const root = new RootKey(fromBase64(payload.root));
	const signed = root.sign(context, canonical(checkPayload(payload)));
	const padded = padLF(signed, blockSize(signed.length));
	const copies = await Promise.all(
		payload.unlockers.map(async (u, i) => {
			const mark = marks[i];
			if (mark?.id !== u.id) return mismatch('the copies are not those of the keyring');
			return { ...mark, sealed: toBase64(await seal(padded, parseRecipient(u.recipient))) };
		}),
	);
	const keyring = await open_(payload, root, signed);
	const rest = {
		suite: 1,
		safe: payload.safe,
		epoch: payload.epoch,
		vk: toBase64(root.vk),
		recipient: keyring.recipient,
		copies,
	};
	// What replaces another is signed as a whole.
	const signature =
		payload.epoch > 1
			? { signature: toBase64(root.sign(containerContext, canonical(rest)).slice(0, 64)) }
			: {};
	return { keyring, container: checkContainer({ ...rest, ...signature }) };
}

/** Everything that can be said of a container without any key. */
export function checkContainer(v: unknown): Container {
	const c = containerShape(v);
	checkVK(fromBase64(c.vk));
	if (doubled(c.copies.map((x) => x.id))) bad('two copies with one id');
	checkKinds(c.copies);
	for (const x of c.copies) checkSmall(fromBase64(x.sealed));
	const { signature, ...rest } = c;
	if (signature !== undefined) {
		// By who holds the root.
		const signed = concat(fromBase64(signature), canonical(rest));
		openSigned(fromBase64(c.vk), containerContext, signed);
	}
	return c;
}

/** What the members of a payload mean together. */
function checkPayload(v: unknown): KeyringPayload {
	const p = keyringShape(v);
	if ((p.epoch === 1) !== (p.previous === undefined)) bad('previous and epoch disagree');
	if (p.seeds.some((s, i) => s.epoch <= (p.seeds[i - 1]?.epoch ?? 0))) bad('seeds out of order');
	if (doubled(p.unlockers.map((u) => u.id)) || doubled(p.unlockers.map((u) => u.recipient)))
		bad('two ways to unlock with one id or secret');
	checkKinds(p.unlockers);
	return p;
}

/** That of the custodians is there once at most, and no way that the holder has in hand. */
function checkKinds(all: readonly { kind: string }[]): void {
	const own = all.filter((u) => u.kind !== 'custodians').length;
	if (own < fewest || all.length > own + 1) bad('too few ways in the hand of the holder');
}

function doubled(all: readonly string[]): boolean {
	return new Set(all).size !== all.length;
}

/**
 * Opens a container with an unlock secret. 'wrong-key': no copy is for it;
 * 'pin': a copy is, but the container has another VK than its maker saw.
 */
export async function openKeyring(v: unknown, p: Uint8Array): Promise<Keyring> {
	const c = checkContainer(v);
	const vk = fromBase64(c.vk);
	const identity = unlockIdentity(p);
	const copy = c.copies.find((x) => equal(fromBase64(x.pin), pin(p, c.safe, vk)));
	if (!copy) throw await whyNot(c, identity);
	const plain = await open(fromBase64(copy.sealed), identity);
	const signed = unpadLF(plain);
	if (plain.length !== blockSize(signed.length)) bad('padding');
	const payload = checkPayload(parseCanonical(openSigned(vk, context, signed)));
	const root = new RootKey(fromBase64(payload.root));
	if (!equal(root.vk, vk))
		throw new CoffreError('signature', { message: 'the root is not that of VK' });
	if (payload.safe !== c.safe || payload.epoch !== c.epoch) mismatch('another safe or epoch');
	const keyring = await open_(payload, root, signed);
	if (keyring.recipient !== c.recipient) mismatch('another recipient than the seed gives');
	const own = payload.unlockers.find((u) => u.id === copy.id);
	if (own?.recipient !== (await recipientOf(identity)))
		mismatch('this way to unlock is not in the keyring');
	// A copy that the server drops or adds is seen by whoever opens any other.
	const one = (x: { id: string; kind: string }): string => `${x.kind} ${x.id}`;
	if (payload.unlockers.map(one).join() !== c.copies.map(one).join())
		mismatch('the copies are not those of the keyring');
	return keyring;
}

function bad(message: string): never {
	throw new CoffreError('form', { message });
}

function mismatch(message: string): never {
	throw new CoffreError('mismatch', { message });
}

// A copy that opens without its pin is a swapped VK; one that does not is somebody else's words.
async function whyNot(c: Container, identity: Identity): Promise<CoffreError> {
	for (const copy of c.copies) {
		try {
			await open(fromBase64(copy.sealed), identity);
		} catch {
			continue;
		}
		return new CoffreError('pin', {
			message: 'the safe has another verification key than the one these words were made for',
			evidence: { container: c },
		});
	}
	return new CoffreError('wrong-key');
}

async function open_(payload: KeyringPayload, root: RootKey, signed: Bytes): Promise<Keyring> {
	const vaults = await Promise.all(
		payload.seeds.map(async (s) => {
			const identity = vaultIdentity(fromBase64(s.seed));
			return { identity, recipient: await recipientOf(identity) };
		}),
	);
	const current = vaults.reverse()[0];
	if (current === undefined) return mismatch('no seed');
	return {
		safe: payload.safe,
		epoch: payload.epoch,
		payload,
		root,
		vaults,
		recipient: current.recipient,
		hash: hashHex(signed),
	};
}
