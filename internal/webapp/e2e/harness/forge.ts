import type { Page } from 'playwright-core';
import { fingerprint, parseRecipient } from '../../src/crypto/age.ts';
import { fromBase64, toBase64, toTime } from '../../src/crypto/bytes.ts';
import { type Grant, openOwnGrant, sealGrant } from '../../src/crypto/grant.ts';
import { checkContainer, openKeyring } from '../../src/crypto/keyring.ts';
import { parsePaper } from '../../src/crypto/words.ts';

/** Something of the interface, with the session of a page that is open. */
async function call<T>(page: Page, method: string, path: string, body?: unknown): Promise<T> {
	const key = crypto.randomUUID();
	return page.evaluate(
		async ([method, path, body, key]) => {
			const headers = { 'Idempotency-Key': key, 'Content-Type': 'application/json' };
			const sent = body === undefined ? {} : { body: JSON.stringify(body) };
			const answer = await fetch(path, { method, headers, ...sent });
			if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status}`);
			return answer.json();
		},
		[method, path, body, key] as const,
	) as Promise<T>;
}

interface Shown {
	readonly id: string;
	readonly name: string;
	readonly recipient: string;
	readonly key: { readonly index: number };
}

/**
 * Shares one document under the issuer's mark of another: what a program could do that its holder, who has
 * the words, has rewritten. `documents` are ids.
 */
export async function forge(
	page: Page,
	words: string,
	documents: { readonly genuine: string; readonly other: string },
	administration: string,
): Promise<string> {
	const container = checkContainer(await call(page, 'GET', '/api/v1/safe/keyring'));
	const keyring = await openKeyring(container, parsePaper(words));
	const own = async (id: string) => {
		const path = `/api/v1/safe/documents/${id}/release`;
		const { grant } = await call<{ grant: string }>(page, 'POST', path);
		const [vault] = keyring.vaults;
		if (vault === undefined) throw new Error('no vault');
		const { identity, recipient } = vault;
		return openOwnGrant(fromBase64(grant), identity, recipient, keyring.vks, keyring.safe);
	};
	const [genuine, other] = [await own(documents.genuine), await own(documents.other)];
	const { items } = await call<{ items: Shown[] }>(page, 'GET', '/api/v1/administrations');
	const to = items.find((a) => a.name === administration);
	if (to === undefined || genuine.grant.issue === undefined) throw new Error('nothing to forge');
	const recipient = parseRecipient(to.recipient);
	const notAfter = toTime(new Date(Date.now() + 86_400_000));
	const given: Grant = {
		...other.grant,
		...{ reader: to.id, recipient: fingerprint(recipient), index: to.key.index },
		...{ purpose: 'Embauche', notAfter, issue: genuine.grant.issue },
	};
	const { doc, version } = other.grant;
	const grant = toBase64(await sealGrant(given, keyring.root, other.key, recipient));
	const made = await call<{ id: string }>(page, 'POST', '/api/v1/safe/grants', {
		...{ doc, version, administration: to.id, purpose: 'Embauche', notAfter, grant },
	});
	return made.id;
}
