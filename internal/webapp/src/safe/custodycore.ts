import type { Key, SafeState } from './core.ts';
import type {
	CardView,
	CustodyOrder,
	CustodyView,
	HeldView,
	RecoveryView,
} from './custodytypes.ts';
import type { Draft, UnlockerView } from './types.ts';

/** What follows the combination of two shares: which ways there are from then on. */
export interface Completion {
	/** Of the new paper key. */
	readonly paperLabel: string;
	/** The other new way. */
	readonly second: Draft;
	/** Ids of the old ways that are lost. */
	readonly lost: readonly string[];
}

/** The part of Core about custodians: of one's own safe, of others', and after a loss. */
export interface CustodyCore {
	// Safe open.
	custody(): Promise<CustodyView | undefined>;
	custodianCard(code: string): Promise<CardView>;
	publishCard(name: string): Promise<string>;
	nameCustodians(order: CustodyOrder): Promise<void>;
	endCustody(): Promise<void>;

	// Safe or administration open.
	custodies(): Promise<readonly HeldView[]>;
	agreeRecovery(safe: string, hash: string): Promise<void>;
	giveShare(safe: string, hash: string): Promise<void>;

	// Nothing open.
	recovery(): Promise<RecoveryView | undefined>;
	recoveryPossible(): Promise<boolean>;
	askRecovery(paper: Uint8Array): Promise<RecoveryView>;
	cancelRecovery(): Promise<void>;
	/** The ways that the safe had; its keyring is kept here until the recovery is completed. */
	combineRecovery(key: Key): Promise<readonly UnlockerView[]>;
	completeRecovery(c: Completion): Promise<SafeState>;
}
