import { CoffreError } from '../errors.ts';
import { type Identity, open, type Recipient, seal } from './age.ts';
import { type Bytes, concat, utf8 } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import { id, name, object, suite } from './shape.ts';
import { blockSize, padLF, unpadLF } from './sign.ts';

// SPEC.md §16: how a mediator would call a document, and in which folder he would put it.

const start = utf8('# coffre/v1/proposal ');

const shape = object({ suite, safe: id, doc: id, mandate: id }, { name, folder: name });

/** Signed by nobody: it counts for nothing until the holder takes it. */
export type Proposal = ReturnType<typeof shape>;

function checkProposal(v: unknown): Proposal {
	const p = shape(v);
	if (p.name === undefined && p.folder === undefined)
		throw new CoffreError('form', { message: 'a proposal of nothing' });
	return p;
}

export async function sealProposal(p: Proposal, vault: Recipient): Promise<Bytes> {
	const whole = concat(start, canonical(checkProposal(p)), utf8('\n'));
	return seal(padLF(whole, blockSize(whole.length)), vault);
}

/** 'mismatch' unless it is about this document of this safe, under this mandate. */
export async function openProposal(
	sealed: Uint8Array,
	vault: Identity,
	about: Pick<Proposal, 'safe' | 'doc' | 'mandate'>,
): Promise<Proposal> {
	const plain = await open(sealed, vault);
	const whole = unpadLF(plain);
	const marked = start.every((b, i) => whole[i] === b);
	if (!marked || blockSize(whole.length + 1) !== plain.length)
		throw new CoffreError('form', { message: 'not a proposal' });
	const p = checkProposal(parseCanonical(whole.subarray(start.length)));
	if (p.safe !== about.safe || p.doc !== about.doc || p.mandate !== about.mandate)
		throw new CoffreError('mismatch', { message: 'a proposal about something else' });
	return p;
}
