import { fingerprint, newIdentity, recipientOf, seal } from '../../crypto/age.ts';
import { newId, toBase64, utf8 } from '../../crypto/bytes.ts';
import { canonical } from '../../crypto/canonical.ts';
import { sealDocument } from '../../crypto/document.ts';
import { bytes } from './client.ts';
import type { FakeGateway } from './gateway.ts';

/** What an administration puts into the inbox; gives the document's id. */
export async function deposit(
	gateway: FakeGateway,
	safe: string,
	content: string,
): Promise<string> {
	const key = newIdentity();
	const recipient = gateway.keyring?.recipient ?? '';
	const { sealed, sha256 } = await sealDocument(new Blob([content]), await recipientOf(key));
	const doc = newId();
	const version = newId();
	const slip = {
		suite: 1,
		safe,
		doc,
		version,
		sha256,
		sealed: sealed.size,
		size: content.length,
		name: 'acte.pdf',
		type: 'application/pdf',
		created: '2026-03-01T10:00:00Z',
		reader: safe,
		recipient: fingerprint(recipient),
		origin: gateway.administration,
		door: 'gateway',
	};
	const text = `# coffre/v1/deposit - ${new TextDecoder().decode(canonical(slip))}\n${key}\n`;
	const file = utf8(text + '\n'.repeat((512 - (utf8(text).length % 512)) % 512));
	gateway.deposit({
		doc,
		version,
		bytes: await bytes(sealed),
		slip: toBase64(await seal(file, recipient as never)),
	});
	return doc;
}
