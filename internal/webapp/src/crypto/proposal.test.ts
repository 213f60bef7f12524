import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { identityFromSeed, newIdentity, parseIdentity, recipientOf } from './age.ts';
import { fromBase64, text, toBase64, utf8 } from './bytes.ts';
import { canonical } from './canonical.ts';
import { sha256 } from './derive.ts';
import { openProposal, type Proposal, sealProposal } from './proposal.ts';
import { code } from './testing/code.ts';

// internal/sealed/proposal_test.go reads the same two files.

interface Vector {
	readonly vault: string;
	readonly sealed: string;
	readonly proposal: string;
}
const file = (maker: string): URL =>
	new URL(`../../../sealed/testdata/${maker}-proposal.json`, import.meta.url);

const about = {
	safe: 'aaaaaaaaaaaaaaaaaaaaaaaaaa',
	doc: 'bbbbbbbbbbbbbbbbbbbbbbbbba',
	mandate: 'fffffffffffffffffffffffffa',
};
const p: Proposal = { suite: 1, ...about, name: 'Avis d’impôt 2026.pdf', folder: 'Impôts' };
const vault = identityFromSeed(sha256(utf8('coffre test vector: vault')));

if (process.env.COFFRE_WRITE_VECTORS) {
	const sealed = toBase64(await sealProposal(p, await recipientOf(vault)));
	const v: Vector = { vault, sealed, proposal: text(canonical(p)) };
	await writeFile(file('ts'), `${JSON.stringify(v, null, '\t')}\n`);
}

describe('proposals of names and folders', () => {
	it.each(['ts', 'go'])('%s: read as they were made', async (maker) => {
		const v = JSON.parse(await readFile(file(maker), 'utf8')) as Vector;
		const got = await openProposal(fromBase64(v.sealed), parseIdentity(v.vault), about);
		expect(text(canonical(got))).toBe(v.proposal);
	});

	it('say something, about what they were asked for, to their holder', async () => {
		const to = await recipientOf(vault);
		const sealed = await sealProposal(p, to);
		const elsewhere = openProposal(sealed, vault, { ...about, doc: about.mandate });
		expect(await code(elsewhere)).toBe('mismatch');
		expect(await code(openProposal(sealed, newIdentity(), about))).toBe('wrong-key');
		expect(await code(sealProposal({ suite: 1, ...about }, to))).toBe('form');
	});
});
