import type { components } from '../api/schema.ts';
import { newId, toBase64, toTime } from '../crypto/bytes.ts';
import { type Mandate, signMandate } from '../crypto/mandate.ts';
import { parseStructureFact } from '../crypto/structure.ts';
import { CoffreError } from '../errors.ts';
import { type Context, persist, withEvidence } from './context.ts';
import type { KnownMediator, StandingOrder } from './mandatetypes.ts';
import type { Vault } from './vault.ts';

type Delegation = components['schemas']['Delegation'];

const day = 86_400_000;
/** More sessions than these are not looked through for a name. */
const mostPages = 5;

/** Mediators whom she has let act before, the last one first: nobody else gets a mandate that lasts. */
export async function knownMediators({ api }: Context): Promise<readonly KnownMediator[]> {
	const found: Delegation[] = [];
	for (let after: string | undefined, pages = 0; pages < mostPages; pages++) {
		const query = { limit: 100, ...(after === undefined ? {} : { after }) };
		const page = await api.get('/api/v1/safe/delegations', { query });
		found.push(...page.items);
		if (page.next === undefined) break;
		after = page.next;
	}
	const known = new Map<string, KnownMediator>();
	const met = found.filter((d) => d.way !== 'standing' && d.mandate !== undefined);
	for (const d of met.sort((a, b) => b.created.localeCompare(a.created))) {
		const who = `${d.mediator} ${d.structure}`;
		if (known.has(who)) continue;
		const { id: session, mediatorName: name, structureName: structure, created } = d;
		known.set(who, { session, name, structure, met: created });
	}
	return [...known.values()];
}

/** Signs a mandate that lasts for the mediator of that session, of his structure as the log has it now. */
export async function giveStanding(
	context: Context,
	vault: Vault,
	order: StandingOrder,
): Promise<void> {
	const { api, log, now } = context;
	await vault.checkKeys();
	const mark = await log.mark();
	const data = await api.get('/api/v1/safe/delegations/{id}', { path: { id: order.session } });
	const mandate = await withEvidence({ delegation: data }, now, async () => {
		const { leaf, id, name } = data.habilitated;
		if (!leaf) throw new CoffreError('leaf', { message: 'the structure is not in the log' });
		const fact = parseStructureFact(await log.entry(mark, leaf));
		const at = toTime(now());
		const current = fact.ended === undefined && fact.from <= at && at < fact.until;
		if (fact.id !== id || fact.name !== name || id !== data.structure || !current)
			throw new CoffreError('leaf', { message: 'the log says something else of the structure' });
		// He whom she was shown.
		if (data.mediatorName !== order.name || fact.name !== order.structure)
			throw new CoffreError('mismatch', { message: 'another mediator than was chosen' });
		const of = { structure: id, structureName: fact.name, index: leaf.index };
		const { mediator, mediatorName } = data;
		return standing({ ...of, mediator, mediatorName }, vault.keyring.safe, order, now());
	});
	const body = { mandate: toBase64(signMandate(mandate, vault.keyring.root)) };
	await persist(() => api.call('post', '/api/v1/safe/mandates', { body }));
}

type Who = Pick<Mandate, 'structure' | 'structureName' | 'index' | 'mediator' | 'mediatorName'>;

function standing(who: Who, safe: string, order: StandingOrder, at: Date): Mandate {
	const alone = order.presence === 'deposit-only';
	const acts = alone ? (['deposit'] as const) : [...order.acts].sort();
	const has = (act: Mandate['acts'][number]): boolean => acts.some((a) => a === act);
	const sorted = (ids: readonly string[]): string[] => [...new Set(ids)].sort();
	const opens = has('read') || has('organise') || has('share');
	const documents =
		opens && order.documents.length > 0 ? { documents: sorted(order.documents) } : {};
	const shares = has('share')
		? { administrations: sorted(order.administrations), grantsUntil: order.grantsUntil ?? '' }
		: {};
	return {
		suite: 1,
		id: newId(),
		safe,
		...who,
		acts: [...acts],
		...documents,
		...shares,
		purpose: order.purpose,
		presence: order.presence,
		created: toTime(at),
		notAfter: toTime(new Date(at.getTime() + order.days * day)),
	};
}
