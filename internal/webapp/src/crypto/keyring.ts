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
import { type Bytes, equal, fromBase64, newId, random, toBase64, toTime } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import {
	type Container,
	checkContainer,
	checkKinds,
	doubled,
	fewest,
	kind,
	most,
	recipientText,
	signContainer,
} from './container.ts';
import { hashHex, pin, pinBy, pinKey } from './derive.ts';
import { type Former, keysOf, succession } from './line.ts';
import { array, base64, hash, id, integer, object, string, suite, time } from './shape.ts';
import { blockSize, openSigned, padLF, RootKey, unpadLF } from './sign.ts';

export { type Container, checkContainer };

const context = 'coffre/v1/keyring';

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

/** What is under the signature (SPEC.md §7). Secret. */
export type KeyringPayload = ReturnType<typeof keyringShape>;

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
	/** The safe's verification keys: the one in use first, then those of before, the newest first. */
	readonly vks: readonly Bytes[];
	/** The way that opened it; absent when it was made here. */
	readonly opener?: Opener;
}

/** A way whose pin can be made anew. */
interface Opener {
	readonly id: string;
	readonly pinKey: Bytes;
	/** Its copy vouches for a former key only: the next keyring that is sealed has a new pin. */
	readonly behind: boolean;
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
	checkPresent(before, old, [...remove, ...(rename ? [rename.id] : [])]);
	const kept = before.unlockers
		.filter((u) => !remove.includes(u.id))
		.map((u) => (u.id === rename?.id ? { ...u, label: rename.label } : u));
	const unlockers = [...kept, ...(await list(add, now))];
	different(unlockers);
	const payload = keyringShape({
		...before,
		epoch: before.epoch + 1,
		previous: keyring.hash,
		seeds: remove.length === 0 ? before.seeds : withNewSeed(before.seeds),
		unlockers,
	});
	const marks = [
		...marksKept(keyring, old, kept, keyring.root.vk),
		...marksOf(payload, add, kept.length),
	];
	return sealCopies(payload, marks, old.line, keyring.opener);
}

/**
 * Makes the keyring with which a new root takes the place of this one's (SPEC.md §7, succession), for
 * the ways that stay; never for custodians, who are named anew.
 */
export async function succeed(
	keyring: Keyring,
	old: Container,
	remove: readonly string[] = [],
): Promise<{ keyring: Keyring; container: Container }> {
	const before = keyring.payload;
	checkPresent(before, old, remove);
	const unlockers = before.unlockers.filter(
		(u) => u.kind !== 'custodians' && !remove.includes(u.id),
	);
	const secret = random(32);
	const { vk } = new RootKey(secret);
	const payload = keyringShape({
		...before,
		epoch: before.epoch + 1,
		previous: keyring.hash,
		root: toBase64(secret),
		seeds: withNewSeed(before.seeds),
		unlockers,
	});
	const marks = marksKept(keyring, old, unlockers, vk);
	return sealCopies(payload, marks, succession(old, keyring.root, vk), keyring.opener);
}

function checkPresent(before: KeyringPayload, old: Container, named: readonly string[]): void {
	const ids = new Set(before.unlockers.map((u) => u.id));
	if (old.epoch !== before.epoch || old.copies.some((c) => !ids.has(c.id)))
		mismatch('another keyring than the container');
	if (doubled(named) || named.some((id) => !ids.has(id))) mismatch('no such way to unlock');
}

function withNewSeed(seeds: KeyringPayload['seeds']): KeyringPayload['seeds'] {
	return [...seeds, { epoch: (seeds.at(-1)?.epoch ?? 0) + 1, seed: toBase64(random(32)) }];
}

/** The marks that copies had; of the way in hand, with the pin of this key. */
function marksKept(
	{ opener, safe }: Keyring,
	old: Container,
	kept: readonly { id: string }[],
	vk: Uint8Array,
): Mark[] {
	return old.copies
		.filter((c) => kept.some((u) => u.id === c.id))
		.map(({ sealed: _, ...mark }) =>
			mark.id === opener?.id ? { ...mark, pin: toBase64(pinBy(opener.pinKey, safe, vk)) } : mark,
		);
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
	line?: readonly Former[],
	opener?: Opener,
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
	const { safe, epoch } = payload;
	const vk = toBase64(root.vk);
	const stays = opener && payload.unlockers.some((u) => u.id === opener.id);
	const more = stays ? { ...opener, behind: false } : undefined;
	const keys = { safe, epoch, vk, ...(line === undefined ? {} : { line: [...line] }) };
	const keyring = await open_(payload, root, signed, keysOf(keys), more);
	const { recipient } = keyring;
	return { keyring, container: signContainer({ suite: 1, ...keys, recipient, copies }, root) };
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

/**
 * Opens a container with an unlock secret. 'wrong-key': no copy is for it;
 * 'pin': a copy is, but the container has another VK than its maker saw.
 */
export async function openKeyring(v: unknown, p: Uint8Array): Promise<Keyring> {
	const c = checkContainer(v);
	const vk = fromBase64(c.vk);
	const identity = unlockIdentity(p);
	const [copy, pinned] = pinnedCopy(c, p);
	if (!copy) throw await whyNot(c, identity);
	const plain = await open(fromBase64(copy.sealed), identity);
	const signed = unpadLF(plain);
	if (plain.length !== blockSize(signed.length)) bad('padding');
	const payload = checkPayload(parseCanonical(openSigned(vk, context, signed)));
	const root = new RootKey(fromBase64(payload.root));
	if (!equal(root.vk, vk))
		throw new CoffreError('signature', { message: 'the root is not that of VK' });
	if (payload.safe !== c.safe || payload.epoch !== c.epoch) mismatch('another safe or epoch');
	const opener = { id: copy.id, pinKey: pinKey(p), behind: !equal(pinned, vk) };
	const keyring = await open_(payload, root, signed, keysOf(c), opener);
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

/**
 * The copy that P vouches for, and the key that it vouches for: the one in use, or a former one, from
 * which checkContainer has followed the line.
 */
function pinnedCopy(c: Container, p: Uint8Array): [Container['copies'][number] | undefined, Bytes] {
	const key = pinKey(p);
	for (const vk of keysOf(c)) {
		const own = pinBy(key, c.safe, vk);
		const copy = c.copies.find((x) => equal(fromBase64(x.pin), own));
		if (copy) return [copy, vk];
	}
	return [undefined, fromBase64(c.vk)];
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

async function open_(
	payload: KeyringPayload,
	root: RootKey,
	signed: Bytes,
	vks: readonly Bytes[],
	opener?: Opener,
): Promise<Keyring> {
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
		vks,
		...(opener === undefined ? {} : { opener }),
	};
}
