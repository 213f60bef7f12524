import { fromBase64 } from '../../crypto/bytes.ts';
import { type Change, checkChange, type OwnGrant } from '../../crypto/change.ts';
import type { Json } from './records.ts';
import { Refusal } from './refusal.ts';

interface Present {
	readonly safe: string;
	readonly vk: string;
	readonly epoch: number;
	/** Hash of the sealed manifest. */
	readonly match: string;
}

/** A session, which opens nothing, destroys nothing: the root has signed what is asked for. */
export function signedChange(body: Json, { safe, vk, epoch, match }: Present): Change {
	const c = {
		safe,
		epoch: Number(body.epoch),
		match,
		manifest: fromBase64(String(body.sealed)),
		adopt: (body.adopt ?? []) as OwnGrant[],
		reseal: (body.reseal ?? []) as OwnGrant[],
		erase: (body.erase ?? []) as string[],
	};
	if (c.epoch !== epoch + 1) throw new Refusal(422, 'invalid');
	try {
		checkChange(c, String(body.signature), fromBase64(vk));
	} catch {
		throw new Refusal(403, 'forbidden');
	}
	return c;
}
