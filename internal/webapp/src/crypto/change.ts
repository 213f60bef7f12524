import { type Bytes, concat, fromBase64, toBase64 } from './bytes.ts';
import { canonical } from './canonical.ts';
import { hashHex } from './derive.ts';
import { openSigned, type RootKey } from './sign.ts';

const context = 'coffre/v1/change';

/** The holder's own grant of a version, sealed. */
export interface OwnGrant {
	readonly doc: string;
	readonly version: string;
	/** base64 */
	readonly grant: string;
	/** What an upload commits to (SPEC.md §9); not under the signature. */
	readonly content?: string;
}

/** What comes with a new manifest, as a whole or not at all (SPEC.md §11). */
export interface Change {
	readonly safe: string;
	/** Of the new manifest. */
	readonly epoch: number;
	/** Hash of the sealed manifest that is replaced. */
	readonly match: string;
	/** The new one, sealed. */
	readonly manifest: Uint8Array;
	readonly adopt: readonly OwnGrant[];
	readonly reseal: readonly OwnGrant[];
	/** Ids of documents. */
	readonly erase: readonly string[];
}

/** base64 */
export function signChange(c: Change, root: RootKey): string {
	return toBase64(root.sign(context, payloadOf(c)).subarray(0, 64));
}

/** 'signature' unless the safe's root signed this very change. */
export function checkChange(c: Change, signature: string, vk: Uint8Array): void {
	openSigned(vk, context, concat(fromBase64(signature), payloadOf(c)));
}

/** What is under the signature, canonical JSON. */
export function payloadOf({ safe, epoch, match, manifest, adopt, reseal, erase }: Change): Bytes {
	return canonical({
		suite: 1,
		safe,
		epoch,
		match,
		manifest: hashHex(manifest),
		adopt: adopt.map(named),
		reseal: reseal.map(named),
		erase,
	});
}

function named({ doc, version, grant }: OwnGrant): Record<string, string> {
	return { doc, version, grant: hashHex(fromBase64(grant)) };
}
