import { CoffreError } from '../errors.ts';
import { type Identity, open, type Recipient, seal } from './age.ts';
import type { Bytes } from './bytes.ts';
import { canonical, parseCanonical } from './canonical.ts';
import { paddedSize } from './form.ts';
import { array, hash, id, integer, mediaType, name, object, suite, time } from './shape.ts';
import { openSigned, padLF, type RootKey, unpadLF } from './sign.ts';

const context = 'coffre/v1/manifest';

const manifestShape = object(
	{
		suite,
		safe: id,
		epoch: integer(1),
		time,
		folders: array(object({ id, name }, { parent: id })),
		docs: array(
			object(
				{
					id,
					version: id,
					sha256: hash,
					sealed: integer(1),
					size: integer(1),
					name,
					type: mediaType,
					added: time,
					changed: time,
				},
				{ folder: id, origin: id },
			),
		),
		gone: array(object({ id, name, time }, {})),
	},
	{ previous: hash },
);

/** SPEC.md §8: the only truth of what is in the safe. */
export type Manifest = ReturnType<typeof manifestShape>;
export type ManifestDoc = Manifest['docs'][number];
export type ManifestFolder = Manifest['folders'][number];

export async function sealManifest(m: Manifest, root: RootKey, to: Recipient): Promise<Bytes> {
	const signed = root.sign(context, canonical(check(m)));
	return seal(padLF(signed, paddedSize(signed.length)), to);
}

export async function openManifest(
	sealed: Uint8Array,
	vault: Identity,
	vk: Uint8Array,
	safe: string,
): Promise<Manifest> {
	const plain = await open(sealed, vault);
	const signed = unpadLF(plain);
	if (plain.length !== paddedSize(signed.length)) bad('padding');
	const m = check(manifestShape(parseCanonical(openSigned(vk, context, signed))));
	if (m.safe !== safe) throw new CoffreError('mismatch', { message: 'manifest of another safe' });
	return m;
}

/** What the members mean together. */
function check(m: Manifest): Manifest {
	manifestShape(m);
	if ((m.epoch === 1) !== (m.previous === undefined)) bad('previous and epoch disagree');
	for (const list of [m.folders, m.docs, m.gone]) {
		if (list.some((x, i) => i > 0 && x.id <= (list[i - 1]?.id ?? ''))) bad('not sorted by id');
	}
	return m;
}

function bad(message: string): never {
	throw new CoffreError('form', { message });
}
