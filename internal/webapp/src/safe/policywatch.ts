import type { Api } from '../api/client.ts';
import { noPolicy, Policy } from '../crypto/policy.ts';
import { CoffreError } from '../errors.ts';
import type { Memory } from './core.ts';

// Who watches the log: the key that signs it, and the witnesses that have to have cosigned it.
// Both are taken on the first visit and held against what the gateway says on each one after.

const policyName = 'log-policy';

/** The key of the log. */
export async function meetLog(api: Api, memory: Memory): Promise<string> {
	const { logKey, policy: said = noPolicy } = await api.get('/api/v1/site');
	const known = memory.get('log-key');
	// A gateway on this machine is a demonstration, thrown away and begun anew; what one says of
	// itself counts for nothing.
	if (known !== undefined && known !== logKey && !api.local) {
		throw new CoffreError('leaf', {
			message: 'the journal has another key than on the last visit',
			evidence: { seen: known, received: logKey },
		});
	}
	const seen = known === logKey ? memory.get(policyName) : undefined;
	if (said !== seen) {
		checkPolicy(logKey, said, seen);
		memory.set(policyName, said);
	}
	if (known !== logKey) memory.set('log-key', logKey);
	return logKey;
}

function checkPolicy(logKey: string, said: string, seen: string | undefined): void {
	const evidence = { logKey, seen, received: said };
	withEvidence(evidence, () => {
		const next = new Policy(said);
		if (!next.knows(logKey))
			throw new CoffreError('witnesses', { message: 'the policy is of other logs' });
		if (seen !== undefined && !next.keeps(new Policy(seen))) {
			const message = 'the gateway asks for fewer witnesses, or other ones, than on the last visit';
			throw new CoffreError('witnesses', { message });
		}
	});
}

/**
 * A checkpoint, against the policy that is remembered: a fork that the log's own key has signed is
 * found out here, by whoever never saw its other half.
 */
export function checkWitnesses(memory: Memory, logKey: string, checkpoint: string): void {
	const policy = memory.get(policyName);
	if (policy === undefined) return; // of a log that this browser never met
	const evidence = { logKey, policy, received: checkpoint };
	withEvidence(evidence, () => new Policy(policy).check(logKey, checkpoint));
}

function withEvidence(evidence: Readonly<Record<string, unknown>>, check: () => unknown): void {
	try {
		check();
	} catch (e) {
		if (!(e instanceof CoffreError)) throw e;
		throw new CoffreError(e.code, { message: e.message, evidence });
	}
}
