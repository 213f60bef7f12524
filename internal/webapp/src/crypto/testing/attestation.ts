import { fingerprint, newIdentity, recipientOf } from '../age.ts';
import type { Attestation } from '../attestation.ts';
import { newId, random, text, toBase64, utf8 } from '../bytes.ts';
import { canonical } from '../canonical.ts';
import { commitment } from '../log.ts';
import { type Mandate, mandateHash, signMandate, signRevocation } from '../mandate.ts';
import { newSessionKey } from '../session.ts';
import { RootKey } from '../sign.ts';
import { mandateOf, safe } from './mandate.ts';
import { Tree } from './tree.ts';

type Json = Record<string, unknown>;
type Made = Omit<Attestation, 'v' | 'type'>;

/** A session of a mediator's in a log, and the attestation of it, whole and spoilt. */
export async function makeAttestation(tree = new Tree()): Promise<{
	attestation: Made;
	mandate: Mandate;
	spoilt: Record<string, Made>;
}> {
	const root = new RootKey(random(32));
	const other = new RootKey(random(32));
	const mandate = mandateOf((await newSessionKey(random(32))).public);
	const grow = (n: number) => {
		for (let i = 0; i < n; i++) tree.append(random(32));
	};
	grow(4);
	const fact = utf8(
		`coffre/v1/fact\n${text(
			canonical({
				type: 'key',
				holder: 'safe',
				id: safe,
				epoch: 1,
				vk: toBase64(root.vk),
				recipient: fingerprint(await recipientOf(newIdentity())),
			}),
		)}`,
	);
	const at = tree.append(fact);
	let n = 40;
	const act = (what: string, more: Json = {}): Attestation['acts'][number] => {
		const event = text(
			canonical({
				v: 1,
				id: newId(),
				n: n++,
				time: `2026-11-26T10:${10 + (n % 40)}:00Z`,
				what,
				result: 'done',
				who: { kind: 'mediator', id: mandate.mediator, name: mandate.mediatorName },
				behalf: { kind: 'citizen', name: 'Angela Dubois' },
				safe,
				detail: { mandate: mandate.id, mediator: mandate.mediatorName },
				...more,
			}),
		);
		const salt = random(32);
		const index = tree.append(commitment(utf8(event), salt));
		const { entry: _, ...leaf } = { entry: '', ...tree.leaf(index) };
		return { event, salt: toBase64(salt), leaf: { ...leaf, path: [...leaf.path] } };
	};
	const sign = (change: Partial<Mandate>, key = root) =>
		signMandate({ ...mandate, ...change }, key);
	/** What tells of the giving, of a mandate of those bytes. */
	const given = (signed = sign({}), more: Json = {}): Json => ({
		who: by,
		behalf: undefined,
		detail: { mandate: mandate.id, signed: mandateHash(signed) },
		...more,
	});
	const by = { kind: 'citizen', name: 'Angela Dubois' };
	const acts = [
		act('mediation.approved', given()),
		act('mediation.started'),
		act('document.opened', { doc: mandate.documents?.[0] }),
		act('deposit.received', { doc: newId() }),
		act('grant.created', {
			doc: mandate.documents?.[0],
			administration: mandate.administrations?.[0],
			administrationName: 'Mairie de Valmont',
			purpose: mandate.purpose,
		}),
		act('mediation.ended', {
			who: by,
			behalf: undefined,
			detail: { mandate: mandate.id, by: 'citizen', state: 'ended' },
		}),
	];
	const revoke = (m: string, key = root) =>
		toBase64(signRevocation({ suite: 1, safe, mandate: m, at: '2026-11-26T10:30:00Z' }, key));
	const keyLeaf = tree.leaf(at);
	const attestation: Made = {
		log: tree.vkey,
		vk: toBase64(root.vk),
		key: { ...keyLeaf, path: [...keyLeaf.path], entry: toBase64(fact) },
		mandate: toBase64(sign({})),
		revocation: revoke(mandate.id),
		acts,
	};
	const a = attestation;
	const last = (more: Json): Made => ({ ...a, acts: [...acts, act('deposit.received', more)] });
	const only = (what: string, more: Json): Made => ({ ...a, acts: [act(what, more)] });
	const [first, second, ...rest] = acts as [(typeof acts)[0], (typeof acts)[0]];
	/** Another mandate, of which the journal tells that it was given: the rest is wrong all the same. */
	const under = (change: Partial<Mandate>, key = root): Made => {
		const signed = sign(change, key);
		return { ...a, mandate: toBase64(signed), acts: [act('mediation.approved', given(signed))] };
	};
	const spoilt: Record<string, Made> = {
		'a mandate signed by another': under({}, other),
		'a mandate of another safe': under({ safe: newId() }),
		'another mandate': under({ id: newId() }),
		// The same id, and the same acts, under what she has signed besides.
		'a mandate for more under the same id': { ...a, mandate: toBase64(sign({ purpose: 'Tout' })) },
		'an approval left out': { ...a, acts: acts.slice(1) },
		'an approval of no mandate’s bytes': only('mediation.approved', {
			detail: { mandate: mandate.id },
		}),
		'an approval that was refused': only('mediation.approved', { ...given(), result: 'refused' }),
		'a giving in the place of the approval': only('mandate.given', given()),
		'another key': { ...a, vk: toBase64(other.vk) },
		'the key of another entry': { ...a, key: { ...a.key, index: a.key.index + 1 } },
		'a revocation by another': { ...a, revocation: revoke(mandate.id, other) },
		'a revocation of another mandate': { ...a, revocation: revoke(newId()) },
		'an act of another mandate': last({ detail: { mandate: newId() } }),
		'an act of no mandate': last({ detail: {} }),
		'an act of another safe': last({ safe: newId() }),
		'an act twice': { ...a, acts: [first, first, second, ...rest] },
		'acts in disorder': { ...a, acts: [second, first, ...rest] },
		'an act that nobody wrote': {
			...a,
			acts: [{ ...first, event: first.event.replace('Angela', 'Angelo') }, second, ...rest],
		},
		'another log': { ...a, log: new Tree().vkey },
	};
	return { attestation, mandate, spoilt };
}
