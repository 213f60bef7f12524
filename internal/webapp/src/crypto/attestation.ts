import { CoffreError } from '../errors.ts';
import { fromBase64, text, utf8 } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import { type Event, verifyEvent, verifyFact } from './log.ts';
import { type Mandate, mandateHash, openMandate, openRevocation } from './mandate.ts';
import { array, base64, integer, object, oneOf, type Shape, string } from './shape.ts';

// SPEC.md §16: what a citizen keeps of a mediator's session, to show to anybody.

export const MAX_ATTESTATION = 1 << 20;
const maxActs = 500;

const long = string(MAX_ATTESTATION, 1);
const one: Shape<1> = (v) => {
	if (v === 1) return 1;
	if (Number.isSafeInteger(v)) throw new CoffreError('unknown-suite');
	throw new CoffreError('form', { message: 'not an attestation' });
};
const leaf = {
	index: integer(),
	size: integer(1),
	path: array(base64(32), 0, 64),
	checkpoint: long,
};
const shape = object(
	{
		v: one,
		type: oneOf('attestation'),
		log: long,
		vk: base64(33),
		key: object({ ...leaf, entry: base64() }, {}),
		mandate: base64(),
		acts: array(object({ event: long, salt: base64(32), leaf: object(leaf, {}) }, {}), 1, maxActs),
	},
	{ revocation: base64() },
);

export type Attestation = ReturnType<typeof shape>;

/** What an attestation proves. */
export interface Attested {
	readonly mandate: Mandate;
	/** When the citizen took it back. */
	readonly revoked?: string;
	/** In the order of her journal. */
	readonly events: readonly Event[];
	/** Of the log, as it was last. */
	readonly origin: string;
	readonly size: number;
	readonly checkpoint: string;
}

export function writeAttestation(a: Omit<Attestation, 'v' | 'type'>): string {
	return `${text(canonical(shape({ ...a, v: 1, type: 'attestation' })))}\n`;
}

export function isAttestation(file: string): boolean {
	return file.includes('"type":"attestation"');
}

/** 'form' for anything else; white space around it is passed over. */
export function parseAttestation(file: string): Attestation {
	const bytes = utf8(file);
	if (bytes.length > MAX_ATTESTATION)
		throw new CoffreError('form', { message: 'too long for an attestation' });
	return shape(parseCanonical(utf8(file.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''))));
}

/**
 * 'leaf' or 'signature' unless the log of that key holds the safe's key, that one has signed the mandate,
 * and every act is in the log, of this safe and under this mandate, from its giving on. That these are all, only the citizen's
 * journal tells; that the key is the one of the log that is meant, the attestation cannot say.
 */
export function verifyAttestation(a: Attestation): Attested {
	const vk = fromBase64(a.vk);
	const mandate = openMandate(fromBase64(a.mandate), vk);
	const { fact, tree } = verifyFact(a.log, a.key);
	if (fact.holder !== 'safe' || fact.id !== mandate.safe || fact.vk !== a.vk)
		throw new CoffreError('leaf', { message: 'the log holds another key for this safe' });
	let last = { n: 0, index: -1 };
	let newest = { size: 0, checkpoint: '' };
	const events: Event[] = [];
	for (const act of a.acts) {
		const { event, tree: then } = verifyEvent(a.log, act.event, act.salt, act.leaf);
		const { n = 0 } = event;
		const { index } = act.leaf;
		const here = event.safe === mandate.safe && event.detail?.mandate === mandate.id;
		if (!here || n <= last.n || index <= last.index)
			throw new CoffreError('leaf', { message: 'an act of another mandate, or out of its place' });
		if (events.length === 0) checkGiven(event, mandate, a.mandate);
		last = { n, index };
		if (then.size > newest.size) newest = { size: then.size, checkpoint: act.leaf.checkpoint };
		events.push(event);
	}
	const revoked = revokedAt(a, vk, mandate);
	return { mandate, ...revoked, events, origin: tree.origin, ...newest };
}

/** The events are those of these very bytes: the first is the one by which they were given. */
function checkGiven({ what, result, detail }: Event, m: Mandate, signed: string): void {
	const begins = m.session ? 'mediation.approved' : 'mandate.given';
	if (what !== begins || result !== 'done' || detail?.signed !== mandateHash(fromBase64(signed)))
		throw new CoffreError('leaf', { message: 'it does not begin with this very mandate' });
}

function revokedAt(a: Attestation, vk: Uint8Array, m: Mandate): { revoked?: string } {
	if (a.revocation === undefined) return {};
	const r = openRevocation(fromBase64(a.revocation), vk);
	if (r.safe !== m.safe || r.mandate !== m.id)
		throw new CoffreError('mismatch', { message: 'the revocation of another mandate' });
	return { revoked: r.at };
}
