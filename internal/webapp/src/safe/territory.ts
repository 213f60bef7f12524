import { equal, utf8 } from '../crypto/bytes.ts';
import { canonical } from '../crypto/canonical.ts';
import { asCoffreError, CoffreError } from '../errors.ts';
import { type Context, withEvidence } from './context.ts';
import type { TerritoryView } from './types.ts';

const mark = 'coffre/v1/fact\n';

/**
 * Where the bytes are, as the gateway attested last; checked once this client
 * has found those very words in the public journal.
 */
export async function readTerritory(context: Context): Promise<TerritoryView> {
	const at = await context.log.mark();
	const { inside, leaf, ...fact } = await context.api.get('/api/v1/territory');
	const view = { time: fact.time, rules: fact.rules, backends: fact.backends, inside };
	if (leaf === undefined) return { ...view, checked: false };
	try {
		await withEvidence({ territory: fact, leaf }, context.now, async () => {
			const entry = await context.log.entry(at, leaf);
			if (!equal(entry, utf8(mark + new TextDecoder().decode(canonical(fact))))) {
				throw new CoffreError('leaf', { message: 'the journal holds another attestation' });
			}
		});
		return { ...view, checked: true };
	} catch (e) {
		return { ...view, checked: false, error: asCoffreError(e) };
	}
}
