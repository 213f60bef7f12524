import type { components } from '../api/schema.ts';
import { parseRecipient } from '../crypto/age.ts';
import { fromBase64, toBase64 } from '../crypto/bytes.ts';
import { type Mandate, openMandate } from '../crypto/mandate.ts';
import { sealProposal } from '../crypto/proposal.ts';
import { CoffreError } from '../errors.ts';
import { type Context, withEvidence } from './context.ts';
import type { Work } from './desk.ts';
import type { WorkView } from './mandatetypes.ts';

type Collected = components['schemas']['CollectedDelegation'];

export interface Use {
	readonly id: string;
	readonly work: Work;
	readonly view: WorkView;
}

/**
 * Begins a session for deposits under a mandate that allows them without its giver's presence. What is
 * deposited is sealed to the recipient that the log has for the safe, whoever answers.
 */
export async function useMandate(context: Context, id: string): Promise<Use> {
	const { api, log, now } = context;
	const mark = await log.mark();
	const { data } = await api.call('post', '/api/v1/mediation/mandates/{id}/sessions', {
		path: { id },
	});
	return withEvidence({ session: data }, now, async () => {
		await log.safeKey(mark, data.key, data.safe, data.vk, data.recipient);
		const vault = parseRecipient(data.recipient);
		const vk = fromBase64(data.vk);
		const mandate =
			data.signed === undefined ? onPaper(data) : openMandate(fromBase64(data.signed), vk);
		const mine =
			mandate.id === id && mandate.safe === data.safe && mandate.mediator === data.mediator;
		if (!mine || mandate.structure !== data.structure || mandate.presence !== 'deposit-only')
			throw new CoffreError('mismatch', { message: 'a mandate for something else' });
		const { acts, purpose } = mandate;
		const none = { documents: [], administrations: [], requests: [] };
		return {
			id: data.id,
			work: { mandate, vk, vault, safe: data.safe, structure: mandate.structure },
			view: { citizen: data.citizen ?? '', acts, ...none, purpose, notAfter: data.until },
		};
	});
}

/** What stands for a paper: nobody's key has signed it, and it lets nothing be read. */
function onPaper(d: Collected): Mandate {
	return {
		suite: 1,
		id: d.mandate ?? '',
		safe: d.safe,
		structure: d.structure,
		structureName: d.structureName,
		index: 0,
		mediator: d.mediator,
		mediatorName: d.mediatorName,
		acts: ['deposit'],
		purpose: d.purpose,
		presence: 'deposit-only',
		created: d.created,
		notAfter: d.until,
	};
}

/** Sealed to the safe's vault: what a document could be called, and where it could be. */
export async function propose(
	{ api }: Context,
	id: string,
	{ mandate, vault, safe }: Work,
	doc: string,
	what: { readonly name: string | undefined; readonly folder: string | undefined },
): Promise<void> {
	const { name, folder } = what;
	const said = { ...(name ? { name } : {}), ...(folder ? { folder } : {}) };
	const sealed = await sealProposal({ suite: 1, safe, doc, mandate: mandate.id, ...said }, vault);
	await api.call('post', '/api/v1/mediation/delegations/{id}/proposals', {
		path: { id },
		body: { doc, sealed: toBase64(sealed) },
	});
}
