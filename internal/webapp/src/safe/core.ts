import type { CoffreError } from '../errors.ts';
import type { CustodyCore } from './custodycore.ts';
import type { IssuedView } from './issued.ts';
import type { DeskAct, DeskActs, MandateAct, MandateActs } from './mandatetypes.ts';
import type { DepositDone, DepositOrder } from './officedeposit.ts';
import type { ActArgs, Done, OfficeAct, OpenedAnswer, ShownAs } from './officerequesttypes.ts';
import type { Counter } from './paperdoor.ts';
import type { ReceiptOrder, ReceiptView } from './receipttypes.ts';
import type { RequestCore } from './requestcore.ts';
import type { ShareView } from './retrieval.ts';
import type {
	AddressView,
	AdministrationView,
	AnyUnlockerKind,
	DepositView,
	Draft,
	Entry,
	Folder,
	GrantView,
	JournalView,
	Language,
	OpenedDocument,
	OpenedGrantView,
	PaperDraft,
	PassphraseDraft,
	Progress,
	ResealingView,
	ShareTerms,
	StandingView,
	TerritoryView,
	UnlockerView,
	Usage,
} from './types.ts';

/** How a client proves that it may unlock: words, or what the passkey gave. */
export type Key =
	| { kind: 'paper' | 'passphrase'; text: string }
	| { kind: 'passkey'; p: Uint8Array };

export interface SafeState {
	readonly id: string;
	readonly entries: readonly Entry[];
	readonly folders: readonly Folder[];
	readonly usage: Usage;
	readonly unlockers: readonly UnlockerView[];
	/** While it goes on. */
	readonly resealing?: ResealingView;
}

export interface KeyringKind {
	readonly id: string;
	readonly kind: AnyUnlockerKind;
	/** base64url, passkeys only. */
	readonly credential?: string;
}

export interface ShareOrder extends Omit<ShareTerms, 'notAfter'> {
	readonly doc: string;
	readonly administration: string;
	/** RFC 3339. */
	readonly notAfter: string;
}

export type OnProgress = (p: Progress) => void;

/** One more way to unlock, or one less. */
export type WayChange = { readonly add: Draft } | { readonly remove: string };

/**
 * Everything that touches a key. In a browser it runs in a worker and dies
 * with it; the tests call it directly. Arguments and results are plain data.
 */
export interface Core extends CustodyCore, RequestCore {
	newPaper(lang: Language): Promise<PaperDraft>;
	newPassphrase(lang: Language): Promise<PassphraseDraft>;
	/** Words of the list that begin like this. */
	completeWord(start: string, lang: Language): Promise<readonly string[]>;
	proveDraft(draft: Draft, key: Key): Promise<void>;
	administrations(q: string): Promise<readonly AdministrationView[]>;
	territory(): Promise<TerritoryView>;

	keyringKinds(): Promise<readonly KeyringKind[]>;
	createSafe(drafts: readonly Draft[]): Promise<SafeState>;
	/** At a counter, nobody is logged in before: then the key shows who is there. */
	unlock(key: Key, counter?: Counter): Promise<SafeState>;

	refresh(): Promise<void>;
	add(
		files: readonly File[],
		folder: string | undefined,
		onProgress: OnProgress,
		signal?: AbortSignal,
	): Promise<void>;
	open(id: string, signal?: AbortSignal): Promise<OpenedDocument>;
	rename(id: string, name: string): Promise<void>;
	move(ids: readonly string[], folder: string | undefined): Promise<void>;
	createFolder(name: string, parent: string | undefined): Promise<string>;
	renameFolder(id: string, name: string): Promise<void>;
	removeFolder(id: string): Promise<void>;
	erase(ids: readonly string[]): Promise<void>;
	share(order: ShareOrder): Promise<GrantView>;
	/** What was shared, and what administrations have signed of it, verified. */
	grants(after?: string): Promise<{ items: readonly ShareView[]; next?: string }>;
	endGrant(id: string): Promise<void>;
	inbox(after?: string): Promise<{ items: readonly DepositView[]; next?: string }>;
	checkDeposit(doc: string, signal?: AbortSignal): Promise<IssuedView | undefined>;
	adopt(doc: string, folder?: string): Promise<void>;
	refuse(doc: string): Promise<void>;
	addresses(): Promise<readonly AddressView[]>;
	createAddress(administration: string): Promise<AddressView>;
	endAddress(id: string): Promise<void>;
	journal(before?: string): Promise<JournalView>;
	receipt(order: ReceiptOrder): Promise<ReceiptView>;

	addUnlocker(draft: Draft): Promise<void>;
	renameUnlocker(id: string, label: string): Promise<void>;
	removeUnlocker(id: string): Promise<void>;
	/** The id of the way that opened. */
	testUnlocker(key: Key): Promise<string>;
	/** The shares that go on when every key is renewed, to be agreed to. */
	standingShares(): Promise<readonly StandingView[]>;
	/** Another root and vault; these ways (ids) do not open them, and these shares go on. */
	renewKeys(without: readonly string[], agreed: readonly StandingView[]): Promise<void>;

	administrationKinds(): Promise<readonly KeyringKind[]>;
	createAdministrationKey(drafts: readonly Draft[]): Promise<void>;
	unlockAdministration(key: Key): Promise<void>;
	rotateAdministrationKey(): Promise<void>;
	/** Of the open administration, after the change if there is one. */
	administrationWays(change?: WayChange): Promise<readonly UnlockerView[]>;
	deposit(order: DepositOrder): Promise<DepositDone>;
	openGrant(id: string, signal?: AbortSignal): Promise<OpenedGrant>;
	/** Of the open administration. */
	officeAct<A extends OfficeAct>(act: A, args: ActArgs<A>): Promise<Done<A>>;
	openAnswer(grant: string, as: ShownAs, signal?: AbortSignal): Promise<OpenedAnswer>;

	/** Of the open safe. */
	mandateAct<A extends MandateAct>(
		act: A,
		args: Parameters<MandateActs[A]>,
	): Promise<Awaited<ReturnType<MandateActs[A]>>>;
	/** Of a mediator's tab. */
	deskAct<A extends DeskAct>(
		act: A,
		args: Parameters<DeskActs[A]>,
	): Promise<Awaited<ReturnType<DeskActs[A]>>>;
}

/** What an agent has opened, with the receipt of the act. */
export interface OpenedGrant {
	readonly blob: Blob;
	readonly grant: OpenedGrantView;
	readonly receipt: ReceiptView;
	/** What its issuer's mark is worth, when it has one. */
	readonly issued?: IssuedView;
	/** Why the administration's acknowledgement of this opening has not arrived. */
	readonly unsaid?: CoffreError;
}

/** Where the core remembers what is not secret: epochs and checkpoints it has seen. */
export interface Memory {
	get(key: string): string | undefined;
	set(key: string, value: string): void;
}

/** A core somewhere: in a worker, or here. Closing it drops every key it had. */
export interface CoreLink {
	readonly core: Core;
	/** Called after each change of the open safe. One listener. */
	onState(fn: (s: SafeState) => void): void;
	close(): void;
}
