import { describe, expect, it } from 'vitest';
import { openCheckpoint, verifyInclusion } from './log.ts';
import { code } from './testing.ts';

describe('log', () => {
	it('refuses notes that are not signed by that log', async () => {
		expect(await code(() => openCheckpoint('coffre+00000000+AQ==', 'x'))).toBe('leaf');
	});
	it('refuses indexes outside the tree', async () => {
		const tree = { origin: 'x', size: 1, root: new Uint8Array(32) };
		expect(await code(() => verifyInclusion(new Uint8Array(32), 1, [], tree))).toBe('leaf');
		expect(await code(() => verifyInclusion(new Uint8Array(32), 0, [], tree))).toBe('leaf');
	});
});
