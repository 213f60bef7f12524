import { identityFromSeed, recipientOf } from '../../src/crypto/age.ts';
import { makerHere, selfTest } from '../../src/crypto/cipher.ts';
import { openDocument, sealDocument } from '../../src/crypto/document.ts';
import type { Ask, Said } from './ask.ts';

// Runs in a real browser: in a worker, as sealing does, or in the page, whose thread alone can be slowed.

const scope = globalThis as unknown as {
	document?: unknown;
	answer: typeof answer;
	onmessage: (e: MessageEvent<Ask>) => void;
	postMessage(s: Said): void;
};

if (scope.document) scope.answer = answer;
else
	scope.onmessage = ({ data }) => {
		answer(data).then(
			(s) => scope.postMessage(s),
			(e: unknown) => scope.postMessage({ failed: String(e) }),
		);
	};

async function answer(ask: Ask): Promise<Said> {
	if (ask.what === 'self-test') return { passed: await selfTest(), maker: await makerHere() };
	const key = identityFromSeed(crypto.getRandomValues(new Uint8Array(32)));
	const document = new Blob([pattern(ask.size)]);
	const to = await recipientOf(key);
	const start = performance.now();
	const { sealed, sha256 } = await sealDocument(document, to, { maker: ask.seal });
	const between = performance.now();
	const ref = { sha256, sealed: sealed.size, size: ask.size };
	const opened = await openDocument(sealed, ref, key, '', { maker: ask.open });
	const end = performance.now();
	const same = await equal(opened, document);
	return { seal: between - start, open: end - between, same };
}

function pattern(size: number): Uint8Array<ArrayBuffer> {
	const b = new Uint8Array(size);
	for (let at = 0; at < size; at += 65536)
		crypto.getRandomValues(b.subarray(at, Math.min(size, at + 65536)));
	return b;
}

async function equal(a: Blob, b: Blob): Promise<boolean> {
	const [x, y] = [new Uint8Array(await a.arrayBuffer()), new Uint8Array(await b.arrayBuffer())];
	return x.length === y.length && x.every((v, i) => v === y[i]);
}
