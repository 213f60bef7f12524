import { unbroken } from '../../words.svelte.ts';
import type { AttestationWords } from './types.ts';
import { ar } from './words/ar.ts';
import { en } from './words/en.ts';
import { falc } from './words/falc.ts';
import { fr } from './words/fr.ts';
import { uk } from './words/uk.ts';

/** French binds; the others help to understand it. */
export const languages = {
	fr: typeset(fr),
	falc: typeset(falc),
	en,
	ar,
	uk,
} as const satisfies Record<string, AttestationWords>;
export type AttestationLanguage = keyof typeof languages;

/** French signs stay with the words that they belong to. */
function typeset<T>(v: T): T {
	if (typeof v === 'string') return unbroken(v) as T;
	if (typeof v === 'function') return ((...a: unknown[]) => unbroken(v(...a))) as T;
	if (Array.isArray(v)) return v.map(typeset) as T;
	return Object.fromEntries(Object.entries(v as object).map(([k, m]) => [k, typeset(m)])) as T;
}
