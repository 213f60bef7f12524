import type { CoffreError } from '../errors.ts';

// What the interface sees of custodians and of a recovery. Nothing here is a key.

export type CustodianKind = 'administration' | 'safe';

export interface CustodianView {
	/** Its id in the custody. */
	readonly id: string;
	readonly kind: CustodianKind;
	/** As the holder signed it. */
	readonly name: string;
}

/** Who gives the safe back when every key is lost. */
export interface CustodyView {
	readonly created: string;
	/** Seconds between an agreement and the share. */
	readonly delay: number;
	/** How the custodians know the holder. */
	readonly holder: string;
	readonly custodians: readonly CustodianView[];
	/** False when naming them was cut short: they could give nothing back yet. */
	readonly inUse: boolean;
}

/** Somebody who is to be named. */
export type ChosenCustodian =
	| { readonly kind: 'administration'; readonly id: string }
	| { readonly kind: 'safe'; readonly code: string };

export interface CustodyOrder {
	readonly holder: string;
	/** Seconds. */
	readonly delay: number;
	/** Three, all different. */
	readonly custodians: readonly ChosenCustodian[];
}

/** The holder whose code was given, once her card was checked. */
export interface CardView {
	readonly safe: string;
	readonly name: string;
}

/** Six words in each language: which one somebody reads aloud is theirs to choose. */
export interface SixWords {
	readonly fr: readonly string[];
	readonly en: readonly string[];
}

export interface RecoveryPart {
	readonly custodian: string;
	readonly name: string;
	readonly agreed?: string;
	readonly given?: string;
}

/** The newest recovery of the safe, as the gateway tells it. */
export interface RecoveryView {
	readonly state: 'open' | 'ended';
	readonly reason?: 'cancelled' | 'completed' | 'expired' | 'replaced';
	readonly created: string;
	readonly ended?: string;
	/** When the second share may come at the earliest. */
	readonly ready?: string;
	readonly words: SixWords;
	/** Seconds. */
	readonly delay: number;
	readonly parts: readonly RecoveryPart[];
}

/** A safe whose custodian one is. */
export interface HeldView {
	readonly safe: string;
	/** Under the holder's signature; '' when it does not verify. */
	readonly holder: string;
	readonly since: string;
	readonly delay: number;
	/** Not yet under a checkpoint of the log: nothing can be done for a second. */
	readonly waiting: boolean;
	/** Why nothing may be done with it. */
	readonly error?: CoffreError;
	readonly request?: HeldRequest;
}

export interface HeldRequest {
	/** Of the request: what an act is meant for. */
	readonly hash: string;
	readonly created: string;
	readonly state: 'open' | 'ended';
	readonly words: SixWords;
	/** By one's own clock, under one's own signature. */
	readonly agreed?: string;
	/** From when on the share may be given. */
	readonly ready?: string;
	readonly given?: string;
}
