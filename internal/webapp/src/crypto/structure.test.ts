import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { utf8 } from './bytes.ts';
import { parseStructureFact } from './structure.ts';
import { code } from './testing/code.ts';

// internal/journal/structurefact_test.go reads the same file.
const file = new URL('../../../journal/testdata/structure.json', import.meta.url);
const v = JSON.parse(await readFile(file, 'utf8')) as { accepted: string[]; refused: string[] };

it('facts of structures are read as the log’s other reader has them', async () => {
	expect([v.accepted.length, v.refused.length]).toEqual([4, 12]);
	for (const text of v.accepted) parseStructureFact(utf8(`coffre/v1/fact\n${text}`));
	for (const text of v.refused) {
		const why = await code(() => parseStructureFact(utf8(`coffre/v1/fact\n${text}`)));
		expect([text, why]).toEqual([text, expect.stringMatching(/^(form|leaf)$/)]);
	}
});
