import { words } from '../words.svelte.ts';

export const texts = words(
	{ step: (n: number, of: number, name: string) => `Étape ${n} sur ${of} : ${name}` },
	{ step: (n: number, of: number, name: string) => `Step ${n} of ${of}: ${name}` },
);
