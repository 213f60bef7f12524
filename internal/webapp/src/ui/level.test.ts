import { expect, test } from 'vitest';
import { lacking, levelOf } from './level.ts';

test('levels are read as the server reads them', () => {
	for (const [acr, level] of [
		['eidas1', 1],
		['eidas1-mfa', 1],
		['eidas2', 2],
		['eidas3', 3],
		['eidas0-mfa', 0],
		['eidas10', 0],
		['xeidas2', 0],
		['', 0],
	] as const)
		expect(levelOf(acr), acr).toBe(level);
});

test('an act asks for more only where the log-in is below it', () => {
	expect(lacking('recover', { recover: 2 }, 'eidas1')).toBe(2);
	expect(lacking('recover', { recover: 2 }, 'eidas2')).toBe(0);
	expect(lacking('recover', { recover: 2 }, 'eidas3')).toBe(0);
	expect(lacking('share', { recover: 2 }, 'eidas1')).toBe(0);
	expect(lacking('recover', undefined, 'eidas1')).toBe(0);
});
