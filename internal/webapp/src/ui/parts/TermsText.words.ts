import { words } from '../words.svelte.ts';

export const texts = words(
	{ version: (v: string) => `Version ${v}. Empreinte SHA-256 du texte :` },
	{ version: (v: string) => `Version ${v}. SHA-256 hash of the text:` },
);
