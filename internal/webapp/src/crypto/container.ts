import { CoffreError } from '../errors.ts';
import { parseRecipient } from './age.ts';
import { concat, fromBase64, toBase64 } from './bytes.ts';
import { canonical } from './canonical.ts';
import { checkSmall } from './form.ts';
import { checkLine, lineShape } from './line.ts';
import { array, base64, id, integer, matching, object, oneOf, string, suite } from './shape.ts';
import { checkVK, openSigned, type RootKey } from './sign.ts';

// What the server keeps of a keyring (SPEC.md §7): nothing in it is secret.

const context = 'coffre/v1/container';

/** One way to unlock is one accident away from none; the most that a server stores. */
export const [fewest, most] = [2, 16] as const;

export const kind = oneOf('passkey', 'paper', 'passphrase', 'custodians');
export const recipientText = matching((s) => parseRecipient(s) === s, 'a recipient');

const containerShape = object(
	{
		suite,
		safe: id,
		epoch: integer(1),
		vk: base64(33),
		recipient: recipientText,
		copies: array(
			object({ id, kind, pin: base64(32), sealed: base64() }, { credential: string(2000, 1) }),
			fewest,
			most,
		),
	},
	{ line: lineShape, signature: base64(64) },
);

export type Container = ReturnType<typeof containerShape>;

/** Everything that can be said of a container without any key. */
export function checkContainer(v: unknown): Container {
	const c = containerShape(v);
	checkVK(fromBase64(c.vk));
	if (doubled(c.copies.map((x) => x.id))) bad('two copies with one id');
	checkKinds(c.copies);
	for (const x of c.copies) checkSmall(fromBase64(x.sealed));
	checkLine(c);
	const { signature, ...rest } = c;
	if (signature !== undefined) {
		// By who holds the root.
		const signed = concat(fromBase64(signature), canonical(rest));
		openSigned(fromBase64(c.vk), context, signed);
	}
	return c;
}

/** As it is stored: what replaces another is signed as a whole. */
export function signContainer(rest: Omit<Container, 'signature'>, root: RootKey): Container {
	const signature = toBase64(root.sign(context, canonical(rest)).subarray(0, 64));
	return checkContainer(rest.epoch > 1 ? { ...rest, signature } : rest);
}

/** That of the custodians is there once at most, and no way that the holder has in hand. */
export function checkKinds(all: readonly { kind: string }[]): void {
	const own = all.filter((u) => u.kind !== 'custodians').length;
	if (own < fewest || all.length > own + 1) bad('too few ways in the hand of the holder');
}

export function doubled(all: readonly string[]): boolean {
	return new Set(all).size !== all.length;
}

function bad(message: string): never {
	throw new CoffreError('form', { message });
}
