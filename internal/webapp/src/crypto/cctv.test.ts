import { inflateSync } from 'node:zlib';
import * as vectors from 'cctv-age';
import { describe, expect, it, vi } from 'vitest';
import { parseIdentity } from './age.ts';
import { type Bytes, toHex } from './bytes.ts';
import type { Maker } from './cipher.ts';
import { hasher } from './derive.ts';
import { CHUNK_SIZE, HEADER_SIZE, TAG_SIZE } from './form.ts';
import { payload, readHeader } from './payload.ts';
import { code } from './testing/code.ts';
import { subtle } from './testing/subtle.ts';

// c2sp.org/CCTV/age: what any age implementation must read or refuse. This one
// refuses more: whatever is not one hybrid stanza.

interface Vector {
	readonly name: string;
	readonly expect: string;
	readonly fileKey: string | undefined;
	/** SHA-256 of the plaintext, or of as much of it as comes before the damage. */
	readonly payload: string | undefined;
	readonly armored: boolean;
	readonly identities: readonly string[];
	readonly file: Bytes;
}

function parse(name: string, raw: Uint8Array): Vector {
	const latin = Buffer.from(raw).toString('latin1');
	const end = latin.indexOf('\n\n');
	const members = latin
		.slice(0, end)
		.split('\n')
		.map((l) => l.split(': '));
	const all = (key: string): string[] => members.filter(([k]) => k === key).map(([, v]) => v ?? '');
	const body = Buffer.from(raw.slice(end + 2));
	const file = all('compressed').length > 0 ? inflateSync(body) : body;
	return {
		name,
		expect: all('expect')[0] ?? '',
		fileKey: all('file key')[0],
		payload: all('payload')[0],
		armored: all('armored').length > 0,
		identities: all('identity'),
		file: Uint8Array.from(file),
	};
}

const all = Object.entries(vectors as unknown as Record<string, Uint8Array>).map(([name, raw]) =>
	parse(name, raw),
);
const hybrid = all.filter((v) => v.identities.some((i) => i.startsWith('AGE-SECRET-KEY-PQ-')));

/** One hybrid stanza and nothing else, told without the code under test. */
function ours(v: Vector): boolean {
	const header = Buffer.from(v.file).toString('latin1').split('\n---')[0] ?? '';
	return (
		header.startsWith('age-encryption.org/v1\n') &&
		header.split('\n-> ').length === 2 &&
		header.includes('\n-> mlkem768x25519 ')
	);
}

async function read(v: Vector): Promise<string> {
	const [identity] = v.identities;
	const key = await readHeader(v.file.slice(0, HEADER_SIZE), parseIdentity(identity ?? ''));
	return Buffer.from(key).toString('hex');
}

describe('CCTV', () => {
	it('has vectors of both kinds', () => {
		expect(all.length).toBe(143);
		expect(hybrid.filter((v) => v.expect === 'success' && ours(v)).length).toBeGreaterThan(0);
	});

	it.each(all.filter((v) => !ours(v)))('refuses $name for its form', async (v) => {
		const identity = hybrid[0]?.identities[0] ?? '';
		expect(await code(readHeader(v.file.slice(0, HEADER_SIZE), parseIdentity(identity)))).toBe(
			'form',
		);
	});

	it.each(hybrid.filter(ours))('$name: $expect', async (v) => {
		if (v.expect === 'success' || v.expect === 'payload failure')
			expect(await read(v)).toBe(v.fileKey);
		else expect(['form', 'wrong-key']).toContain(await code(read(v)));
	});

	const payloads = all.filter(
		(v) => ['success', 'payload failure'].includes(v.expect) && v.fileKey && !v.armored,
	);
	it('has payloads, good and damaged', () => {
		const good = payloads.filter((v) => v.expect === 'success').length;
		expect([good, payloads.length - good].map((n) => n > 10)).toEqual([true, true]);
	});
	it.each(['browser', 'library'] as const)('payloads, by the %s', async (maker) => {
		vi.stubGlobal('crypto', { subtle: subtle() });
		for (const v of payloads) {
			const { plain, failed } = await readPayload(v, maker);
			const failing = v.expect !== 'success';
			// How much comes before the damage is the reader's affair: ours gives nothing.
			expect([v.name, failed]).toEqual([v.name, failing]);
			if (!failing) expect(toHex(plain)).toBe(v.payload);
		}
		vi.unstubAllGlobals();
	});
});

/** The hash of the chunks up to the first that is refused, whoever the file is for. */
async function readPayload(v: Vector, maker: Maker): Promise<{ plain: Bytes; failed: boolean }> {
	const latin = Buffer.from(v.file).toString('latin1');
	const start = latin.indexOf('\n', latin.indexOf('\n---') + 1) + 1;
	const nonce = v.file.slice(start, start + 16);
	const body = v.file.slice(start + 16);
	const sum = hasher();
	const end = (failed: boolean) => ({ plain: sum.digest(), failed });
	if (nonce.length < 16 || body.length === 0) return end(true);
	const chunks = await payload(Buffer.from(v.fileKey ?? '', 'hex'), nonce, maker);
	const step = CHUNK_SIZE + TAG_SIZE;
	for (let at = 0, i = 0; at < body.length; at += step, i++) {
		const chunk = body.slice(at, at + step);
		const last = at + step >= body.length;
		// An empty chunk is the whole of an empty file.
		if (last && i > 0 && chunk.length <= TAG_SIZE) return end(true);
		try {
			sum.update(await chunks.open(chunk, i, last));
		} catch {
			return end(true);
		}
	}
	return end(false);
}
