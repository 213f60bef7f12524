import { idempotencyKey } from '../api/client.ts';
import { toBase64, toTime } from '../crypto/bytes.ts';
import { hashOfFile } from '../crypto/content.ts';
import { signIssue } from '../crypto/issue.ts';
import type { Keyring } from '../crypto/keyring.ts';
import { checkName } from '../crypto/shape.ts';
import { CoffreError } from '../errors.ts';
import type { Context } from './context.ts';
import { checkRelease } from './documents.ts';
import { makeReceipt } from './receipt.ts';
import type { ReceiptView } from './receipttypes.ts';

/** A document that an agent puts into a citizen's inbox. */
export interface DepositOrder {
	readonly address: string;
	readonly file: File;
	/** Under which it is deposited. */
	readonly name: string;
	/** Signed as issued by the administration, by its key. */
	readonly issue: boolean;
	readonly kind?: string;
	readonly reference?: string;
	/** Of the order: the same again deposits once. */
	readonly key?: string;
}

export interface DepositDone {
	readonly doc: string;
	readonly name: string;
	readonly size: number;
	readonly deposited: string;
	readonly issued: boolean;
	readonly receipt: ReceiptView;
}

/** What the gateway says to have received is held to what was sent, and found in the journal. */
export async function deposit(
	context: Context,
	keyring: Keyring,
	order: DepositOrder,
): Promise<DepositDone> {
	const { address, file } = order;
	const name = order.name.normalize('NFC').trim();
	if (file.size === 0) throw new CoffreError('empty');
	if (!checkName(name)) throw new CoffreError('name');
	const mark = await context.log.mark();
	const sha256 = await hashOfFile(file);
	const type = file.type || 'application/octet-stream';
	const answer = await context.api.upload('/api/v1/deposits/{address}', {
		path: { address },
		headers: {
			'Content-Type': type,
			'Content-Disposition': `attachment; filename*=UTF-8''${encoded(name)}`,
			'Idempotency-Key': order.key ?? idempotencyKey(),
			...(order.issue
				? { 'Coffre-Issue': toBase64(signed(context, keyring, order, { name, type, sha256 })) }
				: {}),
		},
		body: file,
	});
	const { doc, version, deposited, size, proof } = answer;
	if (answer.contentSha256 !== sha256 || size !== file.size)
		throw new CoffreError('hash', { message: 'the gateway received other bytes' });
	const event = await context.log.event(mark, proof);
	checkRelease(event, 'deposit.received', { doc, version, address, administration: keyring.safe });
	const { nonce } = answer;
	const content = nonce === '' ? undefined : { nonce, sha256, size };
	const receipt = await makeReceipt(context, mark.vkey, proof, content, name);
	return { doc, name, size, deposited, issued: order.issue, receipt };
}

function signed(
	context: Context,
	keyring: Keyring,
	{ file, kind, reference }: DepositOrder,
	about: { name: string; type: string; sha256: string },
) {
	const issue = {
		suite: 1 as const,
		administration: keyring.safe,
		name: about.name,
		type: about.type,
		size: file.size,
		content: about.sha256,
		created: toTime(context.now()),
		...(kind ? { kind } : {}),
		...(reference ? { reference } : {}),
	};
	return signIssue(issue, keyring.root);
}

/** RFC 8187. */
function encoded(name: string): string {
	return encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
}
