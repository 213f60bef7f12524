import { count } from '../../words.svelte.ts';

/** Counting ends at a thousand. */
export function upTo(n: number): string {
	return n >= 1000 ? `${count(1000)}+` : count(n);
}
