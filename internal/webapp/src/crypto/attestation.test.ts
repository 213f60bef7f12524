import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
	type Attestation,
	parseAttestation,
	verifyAttestation,
	writeAttestation,
} from './attestation.ts';
import { makeAttestation } from './testing/attestation.ts';
import { code } from './testing/code.ts';

// internal/client/attestation_test.go reads the same two files.

interface Vector {
	readonly vkey: string;
	readonly file: string;
	readonly mediator: string;
	readonly revoked: string;
	readonly whats: readonly string[];
	readonly refused: readonly { why: string; text: string }[];
}

const file = (maker: string): URL =>
	new URL(`../../../client/testdata/${maker}-attestation.json`, import.meta.url);

if (process.env.COFFRE_WRITE_VECTORS)
	await writeFile(file('ts'), `${JSON.stringify(make(await makeAttestation()), null, '\t')}\n`);

function make(made: Awaited<ReturnType<typeof makeAttestation>>): Vector {
	const { attestation, spoilt } = made;
	const text = writeAttestation(attestation);
	const refused = Object.entries(spoilt).map(([why, a]) => ({ why, text: writeAttestation(a) }));
	refused.push(
		{ why: 'a later version', text: text.replace(',"v":1,', ',"v":2,') },
		{ why: 'a member that is unknown', text: text.replace(',"v":1,', ',"true":true,"v":1,') },
		{ why: 'cut', text: text.slice(0, -3) },
		{ why: 'a receipt', text: text.replace('"attestation"', '"receipt"') },
		{ why: 'no act', text: text.replace(/"acts":\[.*?\],"key"/, '"acts":[],"key"') },
	);
	return {
		vkey: attestation.log,
		file: text,
		mediator: 'Yasmine Haddad',
		revoked: '2026-11-26T10:30:00Z',
		whats: attestation.acts.map((a) => JSON.parse(a.event).what),
		refused,
	};
}

describe.each(['go', 'ts'])('an attestation that %s made', async (maker) => {
	const v = JSON.parse(await readFile(file(maker), 'utf8')) as Vector;

	it('proves mandate and acts, and is written to the same bytes', () => {
		const a = parseAttestation(`\n ${v.file}`);
		const { mandate, revoked, events, size, checkpoint } = verifyAttestation(a);
		expect([mandate.mediatorName, revoked, a.log]).toEqual([v.mediator, v.revoked, v.vkey]);
		expect(events.map((e) => e.what)).toEqual(v.whats);
		expect(size).toBeGreaterThan(5);
		expect(checkpoint).toContain('\n');
		expect(writeAttestation(a)).toBe(v.file);
	});

	it('is refused where the other refuses', async () => {
		expect(v.refused.length).toBeGreaterThan(9);
		for (const { why, text } of v.refused) {
			const refusal = await code(() => verifyAttestation(parseAttestation(text) as Attestation));
			expect([why, refusal]).toEqual([
				why,
				expect.stringMatching(/^(form|leaf|signature|mismatch|unknown-suite)$/),
			]);
		}
	});
});
