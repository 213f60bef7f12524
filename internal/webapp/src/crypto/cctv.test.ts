import { inflateSync } from 'node:zlib';
import * as vectors from 'cctv-age';
import { describe, expect, it } from 'vitest';
import { parseIdentity } from './age.ts';
import type { Bytes } from './bytes.ts';
import { HEADER_SIZE } from './form.ts';
import { readHeader } from './payload.ts';
import { code } from './testing/code.ts';

// c2sp.org/CCTV/age: what any age implementation must read or refuse. This one
// refuses more: whatever is not one hybrid stanza.

interface Vector {
	readonly name: string;
	readonly expect: string;
	readonly fileKey: string | undefined;
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
});
