import { describe, expect, it } from 'vitest';
import { parseIdentity, recipientOf } from './age.ts';
import { fromBase64, text } from './bytes.ts';
import { canonical } from './canonical.ts';
import { openDocument } from './document.ts';
import { openGrant } from './grant.ts';
import { openKeyring } from './keyring.ts';
import { openManifest } from './manifest.ts';
import { make, read, write } from './testing/vectors.ts';

// `npm run vectors` makes them anew; otherwise those that are kept must still
// open, here and in internal/sealed.
if (process.env.COFFRE_WRITE_VECTORS) await write(await make());

describe('what this implementation sealed once', () => {
	it('keyring', async () => {
		const v = await read('keyring');
		for (const { p } of v.unlock) {
			expect(text(canonical((await openKeyring(v.container, fromBase64(p))).payload))).toBe(
				v.keyring,
			);
		}
	});

	it('manifest', async () => {
		const v = await read('manifest');
		const m = await openManifest(
			fromBase64(v.sealed),
			parseIdentity(v.vault),
			fromBase64(v.vk),
			v.safe,
		);
		expect(text(canonical(m))).toBe(v.manifest);
	});

	it('grant and document', async () => {
		const g = await read('grant');
		const d = await read('document');
		const reader = parseIdentity(g.reader);
		const said = JSON.parse(g.grant) as { reader: string };
		const opened = await openGrant(
			fromBase64(g.sealed),
			reader,
			await recipientOf(reader),
			fromBase64(g.vk),
			said.reader,
		);
		expect(text(canonical(opened.grant))).toBe(g.grant);
		expect([opened.key, opened.grant.sha256]).toEqual([d.key, d.sha256]);
		const blob = await openDocument(
			new Blob([fromBase64(d.sealed)]),
			opened.grant,
			opened.key,
			opened.grant.type,
		);
		expect(new Uint8Array(await blob.arrayBuffer())).toEqual(fromBase64(d.document));
	});
});
