import type { AttestationWords } from './types.ts';
import { ar } from './words/ar.ts';
import { en } from './words/en.ts';
import { falc } from './words/falc.ts';
import { fr } from './words/fr.ts';
import { uk } from './words/uk.ts';

/** French binds; the others help to understand it. */
export const languages = { fr, falc, en, ar, uk } as const satisfies Record<
	string,
	AttestationWords
>;
export type AttestationLanguage = keyof typeof languages;
