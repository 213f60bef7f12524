import type { components } from '../api/schema.ts';
import {
	type Acknowledged,
	MAX_DELETION_NOTE,
	type Outcome,
	openAcknowledgement,
	openDeletion,
	signAcknowledgement,
	signDeletion,
} from '../crypto/acknowledge.ts';
import { fromBase64, toBase64, toTime } from '../crypto/bytes.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { Leaf } from '../crypto/log.ts';
import { asCoffreError, CoffreError } from '../errors.ts';
import { type Context, withEvidence } from './context.ts';
import type { Mark } from './logwatch.ts';
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
	const mark = await context.log.mark();
	const page = await context.api.get('/api/v1/safe/grants', { query: { after } });
	const items = await withBecame(context, mark, safe, page);
	return page.next === undefined ? { items } : { items, next: page.next };
}

async function withBecame(
	context: Context,
	mark: Mark,
	safe: string,
	page: Schemas['GrantPage'],
): Promise<ShareView[]> {
	const keys = new Map<string, string>();
	let error: CoffreError | undefined;
	for (const leaf of page.keys ?? []) {
		try {
			const { holder, id, vk, name } = await context.log.fact(mark, leaf as Leaf);
			if (holder === 'administration') keys.set(`${id} ${vk}`, name ?? '');
		} catch (e) {
			error ??= asCoffreError(e);
		}
	}
	const all: ShareView[] = [];
	for (const grant of page.items) {
		const became = await becameOf(context, safe, grant, keys, error);
		all.push(became ? { ...grant, became } : grant);
	}
	return all;
}

async function becameOf(
	context: Context,
	safe: string,
	g: GrantView,
	keys: ReadonlyMap<string, string>,
	failed: CoffreError | undefined,
): Promise<Became | undefined> {
	const { acknowledgement, deletion } = g;
	const said = acknowledgement ?? deletion;
	if (said === undefined) return undefined;
	const { administration, id: grant, doc } = g;
	const of = { administration, grant, safe, doc };
	const keyOf = (vk: string): Uint8Array => {
		if (keys.has(`${administration} ${vk}`)) return fromBase64(vk);
		throw (
			failed ?? new CoffreError('leaf', { message: 'signed under a key that is not in the log' })
		);
	};
	try {
		return await withEvidence({ grant: g }, context.now, async () => {
			const name = keys.get(`${administration} ${said.vk}`);
			const a =
				acknowledgement &&
				openAcknowledgement(fromBase64(acknowledgement.signed), keyOf(acknowledgement.vk), of);
			const d = deletion && openDeletion(fromBase64(deletion.signed), keyOf(deletion.vk), of);
			return {
				...(a ? { received: { outcome: a.outcome, at: a.at } } : {}),
				...(d ? { deleted: { how: d.how, at: d.at, ...(d.note ? { note: d.note } : {}) } } : {}),
				...(name ? { by: name } : {}),
			};
		});
	} catch (e) {
		return { error: asCoffreError(e) };
	}
}
