import { fromBase64 } from '../crypto/bytes.ts';
import { type Grant, type Opened, openGrant } from '../crypto/grant.ts';
import type { Vault } from '../crypto/keyring.ts';
import { type Event, verifyEvent } from '../crypto/log.ts';
import { type Mandate, openGrantUnderMandate, openMandate } from '../crypto/mandate.ts';
import { CoffreError } from '../errors.ts';
import { type Context, withAny } from './context.ts';
import type { Mark } from './logwatch.ts';
import type { EventProof } from './types.ts';

/** What a release says besides, when a mediator gave the document (SPEC.md §16). */
export interface Mediated {
	/** Signed by the citizen. */
	readonly mandate?: string;
	/** How the document came in under it, when the mandate does not name it. */
	readonly deposit?: EventProof;
}

export interface OpenedBy extends Opened<Grant> {
	/** Under which a mediator gave it; absent when the citizen did. */
	readonly mandate?: Mandate;
}

export interface ReleasedGrant extends Mediated {
	readonly grant: string;
	readonly doc: string;
	readonly version: string;
}

/** A grant that the citizen gave, or a mediator under the mandate beside it: as one, never as either. */
export async function openReleased(
	context: Context,
	mark: Mark,
	event: Event,
	release: ReleasedGrant,
	by: { readonly vaults: readonly Vault[]; readonly vk: Uint8Array; readonly reader: string },
): Promise<OpenedBy> {
	const { vaults, vk, reader } = by;
	const sealed = fromBase64(release.grant);
	if (release.mandate === undefined)
		return withAny(vaults, (v) => openGrant(sealed, v.identity, v.recipient, vk, reader));
	const mandate = fromBase64(release.mandate);
	const deposited = await depositedUnder(context, mark, event, release, openMandate(mandate, vk));
	const chain = { mandate, vk, deposited };
	return withAny(vaults, (v) =>
		openGrantUnderMandate(sealed, v.identity, v.recipient, chain, reader),
	);
}

async function depositedUnder(
	context: Context,
	mark: Mark,
	event: Event,
	{ deposit, doc, version }: ReleasedGrant,
	mandate: Mandate,
): Promise<string[]> {
	if (deposit === undefined) return [];
	if (!deposit.leaf) throw new CoffreError('leaf', { message: 'no proof' });
	// Of before this release, in the log as it is now.
	const { event: put } = verifyEvent(mark.vkey, deposit.event, deposit.salt, deposit.leaf);
	await context.log.checkpoint(mark, deposit.leaf.checkpoint);
	const same =
		put.what === 'deposit.received' &&
		put.result === 'done' &&
		put.safe === event.safe &&
		put.doc === doc &&
		put.version === version &&
		put.detail?.mandate === mandate.id &&
		put.time <= mandate.notAfter;
	if (!same) throw new CoffreError('leaf', { message: 'the proof is of another deposit' });
	return [doc];
}

/** Whom pages name: the citizen has signed both. */
export function mediatorOf(
	m: Mandate | undefined,
): { name: string; structure: string } | undefined {
	return m && { name: m.mediatorName, structure: m.structureName };
}
