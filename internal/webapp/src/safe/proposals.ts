import { fromBase64 } from '../crypto/bytes.ts';
import { openProposal } from '../crypto/proposal.ts';
import { asCoffreError } from '../errors.ts';
import { type Context, withAny, withEvidence } from './context.ts';
import type { ProposalView } from './mandatetypes.ts';
import type { Vault } from './vault.ts';

/** What mediators propose, the oldest first, as their sealed bytes say it. */
export async function readProposals(
	{ api, now }: Context,
	vault: Vault,
): Promise<readonly ProposalView[]> {
	const { items } = await api.get('/api/v1/safe/proposals');
	const { safe, vaults } = vault.keyring;
	return Promise.all(
		items.map(async (row): Promise<ProposalView> => {
			const { id, doc, mandate, mediatorName: mediator, structureName: structure, created } = row;
			const shown = { id, doc, mediator, structure, created };
			try {
				const { name, folder } = await withEvidence({ proposal: row }, now, () =>
					withAny(vaults, (v) =>
						openProposal(fromBase64(row.sealed), v.identity, { safe, doc, mandate }),
					),
				);
				return {
					...shown,
					...(name === undefined ? {} : { name }),
					...(folder === undefined ? {} : { folder }),
				};
			} catch (e) {
				return { ...shown, error: asCoffreError(e) };
			}
		}),
	);
}
