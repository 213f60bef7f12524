import type { Maker } from '../../src/crypto/cipher.ts';

/** What a test asks the worker in the browser. */
export type Ask =
	| { readonly what: 'self-test' }
	| { readonly what: 'both'; readonly size: number; readonly seal: Maker; readonly open: Maker };

/** Milliseconds, and whether what was opened is what was sealed. */
export interface Timed {
	readonly seal: number;
	readonly open: number;
	readonly same: boolean;
}
export interface Tested {
	readonly passed: boolean;
	readonly maker: Maker;
}
export type Said = Timed | Tested | { readonly failed: string };
