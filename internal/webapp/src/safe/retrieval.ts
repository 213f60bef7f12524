import type { components } from '../api/schema.ts';
import {
	type Acknowledged,
	type Deletion as Deleted,
	MAX_DELETION_NOTE,
	type Outcome,
	openAcknowledgement,
	openDeletion,
	signAcknowledgement,
	signDeletion,
} from '../crypto/acknowledge.ts';
import { fromBase64, toBase64, toTime } from '../crypto/bytes.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { type Made, type OfficeKey, openedBy } from '../crypto/officekeys.ts';
import { asCoffreError, CoffreError } from '../errors.ts';
import { type Context, withEvidence } from './context.ts';
import { keysOfOffice } from './issued.ts';
import type { GrantView } from './types.ts';

type Schemas = components['schemas'];

/** What became of a share: each word found signed under a key that the log shows. */
export interface Became {
	readonly received?: { readonly outcome: Outcome; readonly at: string };
	readonly deleted?: {
		readonly how: 'client' | 'declared';
		readonly at: string;
		readonly note?: string;
	};
	/** The administration's name, as the log has it. */
	readonly by?: string;
	/** The server shows something that is not so signed. */
	readonly error?: CoffreError;
}

/** A share as its holder sees it. */
export interface ShareView extends GrantView {
	readonly became?: Became;
}

/** Which attestations were taken, and the problem of each that was not. */
export interface DeclaredView {
	readonly declared: readonly string[];
	readonly refused: readonly { readonly grant?: string; readonly problem: string }[];
}

const most = 500;

/** What an acknowledgement is of. */
export interface Retrieved extends Omit<Acknowledged, 'administration'> {
	readonly version: string;
	readonly sha256: string;
	/** Id of the event of the release. */
	readonly release: string;
}

/** Says under the administration's key what came of a release. The same again changes nothing. */
export async function acknowledge(
	context: Context,
	{ root, safe: administration }: Keyring,
	of: Retrieved,
	outcome: Outcome,
): Promise<void> {
	const { grant, safe, doc, version, sha256, release } = of;
	const at = toTime(context.now());
	const signed = signAcknowledgement(
		{ suite: 1, administration, grant, safe, doc, version, sha256, release, outcome, at },
		root,
	);
	await context.api.call('post', '/api/v1/administration/grants/{id}/acknowledgements', {
		path: { id: grant },
		body: { acknowledgement: toBase64(signed) },
	});
}

/**
 * Signs that no copy is left of what these grants had given: an agent's word, hence `declared`. Up to
 * 500 at a time; a grant that was opened again since is refused as 'stale'.
 */
export async function declareDeleted(
	context: Context,
	{ root, safe: administration }: Keyring,
	grants: readonly GrantView[],
	note?: string,
): Promise<DeclaredView> {
	if (grants.length === 0 || grants.length > most)
		throw new CoffreError('invalid', { message: `1 to ${most} at a time` });
	const text = note?.trim() ?? '';
	if (text.length > MAX_DELETION_NOTE)
		throw new CoffreError('invalid', { message: 'the note is too long' });
	const at = toTime(context.now());
	const attestations = grants.map(({ id: grant, safe = '', doc, version }) => {
		const said = { suite: 1, administration, grant, safe, doc, version, at } as const;
		const more = text === '' ? {} : { note: text };
		return toBase64(signDeletion({ ...said, how: 'declared', ...more }, root));
	});
	const { data } = await context.api.call('post', '/api/v1/administration/deletions', {
		body: { attestations },
	});
	return data;
}

/** A page of a holder's shares, and what became of each. */
export async function sharesOf(
	context: Context,
	safe: string,
	after: string | undefined,
): Promise<{ items: readonly ShareView[]; next?: string }> {
	const page = await context.api.get('/api/v1/safe/grants', { query: { after } });
	const items = await withBecame(context, safe, page);
	return page.next === undefined ? { items } : { items, next: page.next };
}

type KeysOf = (administration: string) => Promise<readonly OfficeKey[]>;

async function withBecame(
	context: Context,
	safe: string,
	page: Schemas['GrantPage'],
): Promise<ShareView[]> {
	// Each administration's once for the page.
	const asked = new Map<string, ReturnType<KeysOf>>();
	const keysOf: KeysOf = (id) => {
		const keys = asked.get(id) ?? keysOfOffice(context, id);
		asked.set(id, keys);
		return keys;
	};
	const all: ShareView[] = [];
	for (const grant of page.items) {
		const became = await becameOf(context, safe, grant, keysOf);
		all.push(became ? { ...grant, became } : grant);
	}
	return all;
}

async function becameOf(
	context: Context,
	safe: string,
	g: GrantView,
	keysOf: KeysOf,
): Promise<Became | undefined> {
	const { acknowledgement, deletion } = g;
	if (acknowledgement === undefined && deletion === undefined) return undefined;
	const { administration, id: grant, doc } = g;
	const of = { administration, grant, safe, doc };
	try {
		return await withEvidence({ grant: g }, context.now, async () => {
			const keys = await keysOf(administration);
			const a = await proven(keys, acknowledgement, (b, vk) => openAcknowledgement(b, vk, of));
			const d = await proven(keys, deletion, (b, vk) => openDeletion(b, vk, of));
			const name = (a ?? d)?.by.name;
			return {
				...(a ? { received: { outcome: a.value.outcome, at: a.value.at } } : {}),
				// It is of the copies of before: an opening since then has made others.
				...(d && !(g.opened !== undefined && since(g.opened, d.value.at))
					? { deleted: deletedAs(d.value) }
					: {}),
				...(name ? { by: name } : {}),
			};
		});
	} catch (e) {
		const error = asCoffreError(e);
		// The server does not say it today: nothing is shown, and nobody is accused.
		return error.code === 'unavailable' || error.code === 'offline' ? undefined : { error };
	}
}

/** What an administration has said, under the key of which it is said, while that one counted. */
async function proven<T extends { readonly at: string }>(
	keys: readonly OfficeKey[],
	said: { readonly signed: string; readonly vk: string } | undefined,
	open: (signed: Uint8Array, vk: Uint8Array) => T,
): Promise<{ readonly value: T; readonly by: OfficeKey } | undefined> {
	if (said === undefined) return undefined;
	const under = keys.filter((k) => toBase64(k.vk) === said.vk);
	if (under.length === 0)
		throw new CoffreError('leaf', { message: 'signed under a key that is not in the log' });
	return openedBy(under, (vk): Made<T> => {
		const value = open(fromBase64(said.signed), vk);
		return { value, made: value.at };
	});
}

function since(opened: string, deleted: string): boolean {
	return toTime(new Date(opened)) > deleted;
}

function deletedAs({ how, at, note }: Deleted): NonNullable<Became['deleted']> {
	return { how, at, ...(note ? { note } : {}) };
}
