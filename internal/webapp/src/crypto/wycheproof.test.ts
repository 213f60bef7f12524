import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { derive } from './derive.ts';
import { verify } from './sign.ts';

// Project Wycheproof: vectors that have found errors in other people's
// implementations. Go reads the same files and says the same of each.

interface File<G> {
	readonly testGroups: readonly G[];
}
interface Signed {
	readonly publicKey: { readonly pk: string };
	readonly tests: readonly {
		readonly tcId: number;
		readonly comment: string;
		readonly msg: string;
		readonly sig: string;
		readonly result: 'valid' | 'invalid';
	}[];
}
interface Derived {
	readonly tests: readonly {
		readonly tcId: number;
		readonly ikm: string;
		readonly salt: string;
		readonly info: string;
		readonly okm: string;
		readonly result: 'valid' | 'invalid';
	}[];
}

async function groups<G>(name: string): Promise<readonly G[]> {
	const at = new URL(`../../../sealed/testdata/wycheproof/${name}`, import.meta.url);
	return (JSON.parse(await readFile(at, 'utf8')) as File<G>).testGroups;
}

function fromHex(s: string): Uint8Array {
	return Uint8Array.from(Buffer.from(s, 'hex'));
}

describe('Wycheproof', () => {
	it('Ed25519: 88 signatures hold, 63 do not', async () => {
		const held = { valid: 0, invalid: 0 };
		for (const g of await groups<Signed>('ed25519_test.json')) {
			for (const { tcId, comment, msg, sig, result } of g.tests) {
				const said = verify(fromHex(g.publicKey.pk), fromHex(sig), fromHex(msg));
				expect(said ? 'valid' : 'invalid', `${tcId} ${comment}`).toBe(result);
				held[result]++;
			}
		}
		expect(held).toEqual({ valid: 88, invalid: 63 });
	});

	// Labels are text here, and there is no salt; a shorter output is the
	// beginning of a longer one.
	it('HKDF-SHA256: 10 are derived as ours are', async () => {
		let held = 0;
		for (const { tests } of await groups<Derived>('hkdf_sha256_test.json')) {
			for (const { tcId, ikm, salt, info, okm, result } of tests) {
				const label = Buffer.from(info, 'hex').toString();
				const isText = Buffer.from(label).toString('hex') === info;
				if (salt !== '' || result !== 'valid' || !isText) continue;
				const want = fromHex(okm).slice(0, 32);
				expect(derive(fromHex(ikm), label).slice(0, want.length), String(tcId)).toEqual(want);
				held++;
			}
		}
		expect(held).toBe(10);
	});
});
