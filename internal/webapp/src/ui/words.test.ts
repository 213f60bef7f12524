import { expect, test, vi } from 'vitest';

vi.stubGlobal('navigator', { language: 'fr-FR' });
const { lang, words } = await import('./words.svelte.ts');

test('French signs stay with their words; English is left as it is', () => {
	const texts = words(
		{
			quote: 'Lancez « coffre login » : un code s’affiche',
			ask: (name: string) => `Effacer ${name} ?`,
			steps: ['Un ; deux !'],
			nested: { ask: 'Qui ?' },
		},
		{
			quote: 'Run it : now',
			ask: (name) => `Erase ${name} ?`,
			steps: ['One'],
			nested: { ask: 'Who ?' },
		},
	);
	lang.set('fr');
	expect(texts.quote).toBe('Lancez «\u00a0coffre login\u00a0»\u00a0: un code s’affiche');
	expect(texts.ask('Photo.jpg')).toBe('Effacer Photo.jpg\u202f?');
	expect(texts.steps).toEqual(['Un\u202f; deux\u202f!']);
	expect(texts.nested.ask).toBe('Qui\u202f?');
	lang.set('en');
	expect(texts.quote).toBe('Run it : now');
	expect(texts.ask('Photo.jpg')).toBe('Erase Photo.jpg ?');
});
