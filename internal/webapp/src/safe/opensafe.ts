import type { CoreLink, SafeState } from './core.ts';
import type { CardView, CustodyOrder, CustodyView, HeldView } from './custodytypes.ts';
import { IdleLock } from './idle.ts';
import type { IssuedView } from './issued.ts';
import type { MandateAct, MandateActs } from './mandatetypes.ts';
import { keyOf } from './passkey.ts';
import type { ReceiptOrder, ReceiptView } from './receipttypes.ts';
import type { AnswerOrder, AskedView, RefusalOrder } from './requesttypes.ts';
import type { ShareView } from './retrieval.ts';
import type {
	AddressView,
	AdministrationView,
	DepositView,
	Draft,
	Entry,
	Folder,
	GrantView,
	JournalView,
	OpenedDocument,
	Progress,
	ResealingView,
	Secret,
	ShareTerms,
	StandingView,
	UnlockerView,
	Usage,
} from './types.ts';

/**
 * A safe whose keys are in memory. Store-like: subscribers are called after
 * every change and once when it locks. After lock() every method rejects
 * with "locked".
 */
export class OpenSafe {
	readonly #link: CoreLink;
	readonly #idle: IdleLock;
	readonly #listeners = new Set<() => void>();
	#state: SafeState;
	#locked = false;

	constructor(link: CoreLink, state: SafeState) {
		this.#link = link;
		this.#state = state;
		this.#idle = new IdleLock(() => this.lock());
		link.onState((s) => {
			this.#state = s;
			this.#tell();
		});
	}

	get id(): string {
		return this.#state.id;
	}
	get entries(): readonly Entry[] {
		return this.#state.entries;
	}
	get folders(): readonly Folder[] {
		return this.#state.folders;
	}
	get usage(): Usage {
		return this.#state.usage;
	}
	get unlockers(): readonly UnlockerView[] {
		return this.#state.unlockers;
	}
	get resealing(): ResealingView | undefined {
		return this.#state.resealing;
	}
	get locked(): boolean {
		return this.#locked;
	}
	/** When it will lock by itself, milliseconds since 1970. */
	get locksAt(): number {
		return this.#idle.locksAt;
	}

	/** Calls fn after every change; returns what stops it. */
	subscribe(fn: () => void): () => void {
		this.#listeners.add(fn);
		return () => this.#listeners.delete(fn);
	}

	/** Tell that somebody is there (a key, a pointer). */
	touch(): void {
		this.#idle.touch();
	}
	/** Tell whether the tab can be seen. */
	setHidden(hidden: boolean): void {
		this.#idle.setHidden(hidden);
	}

	/** Drops every key. Nothing of the documents stays readable by this object. */
	lock(): void {
		if (this.#locked) return;
		this.#locked = true;
		this.#idle.stop();
		this.#link.close();
		this.#state = { ...this.#state, entries: [], folders: [], unlockers: [] };
		this.#tell();
	}

	/** Reads again what other devices may have changed. */
	refresh(): Promise<void> {
		return this.#core.refresh();
	}
	/**
	 * Seals and sends files, several at once, and puts those that finish
	 * together into the safe by one change. Resolves when each has either
	 * phase 'done' or 'failed'; a file that fails does not stop the others.
	 */
	add(
		files: readonly File[],
		folder: string | undefined,
		onProgress: (p: Progress) => void,
		signal?: AbortSignal,
	): Promise<void> {
		const report = (p: Progress): void => {
			this.#idle.touch();
			onProgress(p);
		};
		return this.#core.add(files, folder, report, signal);
	}
	/** The document, checked to its last byte and its release found in the journal. */
	open(id: string, signal?: AbortSignal): Promise<OpenedDocument> {
		return this.#core.open(id, signal);
	}
	rename(id: string, name: string): Promise<void> {
		return this.#core.rename(id, name);
	}
	/** Without a folder: to the top. */
	move(ids: readonly string[], folder?: string): Promise<void> {
		return this.#core.move(ids, folder);
	}
	/** Returns the new folder's id. */
	createFolder(name: string, parent?: string): Promise<string> {
		return this.#core.createFolder(name, parent);
	}
	renameFolder(id: string, name: string): Promise<void> {
		return this.#core.renameFolder(id, name);
	}
	/** What it held goes to its parent. */
	removeFolder(id: string): Promise<void> {
		return this.#core.removeFolder(id);
	}
	erase(ids: readonly string[]): Promise<void> {
		return this.#core.erase(ids);
	}

	share(
		id: string,
		administration: string | Pick<AdministrationView, 'id'>,
		terms: ShareTerms,
	): Promise<GrantView> {
		const { notAfter, ...rest } = terms;
		return this.#core.share({
			...rest,
			doc: id,
			administration: typeof administration === 'string' ? administration : administration.id,
			notAfter: notAfter.toISOString(),
		});
	}
	grants(after?: string): Promise<{ items: readonly ShareView[]; next?: string }> {
		return this.#core.grants(after);
	}
	endGrant(id: string): Promise<void> {
		return this.#core.endGrant(id);
	}

	inbox(after?: string): Promise<{ items: readonly DepositView[]; next?: string }> {
		return this.#core.inbox(after);
	}
	/** Who has issued a deposit, as a check of its bytes tells; undefined when nobody says so. */
	checkDeposit(doc: string, signal?: AbortSignal): Promise<IssuedView | undefined> {
		return this.#core.checkDeposit(doc, signal);
	}
	adopt(doc: string, folder?: string): Promise<void> {
		return this.#core.adopt(doc, folder);
	}
	refuse(doc: string): Promise<void> {
		return this.#core.refuse(doc);
	}
	addresses(): Promise<readonly AddressView[]> {
		return this.#core.addresses();
	}
	createAddress(administration: string | Pick<AdministrationView, 'id'>): Promise<AddressView> {
		return this.#core.createAddress(
			typeof administration === 'string' ? administration : administration.id,
		);
	}
	endAddress(id: string): Promise<void> {
		return this.#core.endAddress(id);
	}

	/** What an administration asks for, verified; `seal` is what the link that was followed carries. */
	request(id: string, seal?: string): Promise<AskedView> {
		return this.#core.request(id, seal);
	}
	/** Gives documents for the request that was shown, all of them or none. */
	answerRequest(order: AnswerOrder): Promise<readonly GrantView[]> {
		return this.#core.answerRequest(order);
	}
	refuseRequest(order: RefusalOrder): Promise<void> {
		return this.#core.refuseRequest(order);
	}
	askAboutRequest(id: string, text: string): Promise<void> {
		return this.#core.askAboutRequest(id, text);
	}

	/** Newest first; each proof is checked here against the key of the log. */
	journal(before?: string): Promise<JournalView> {
		return this.#core.journal(before);
	}
	/**
	 * Of an act, for anybody to check. Where it is about a document that was not sent or read since the safe
	 * was opened, the document is opened, which the journal tells.
	 */
	receipt(order: ReceiptOrder): Promise<ReceiptView> {
		return this.#core.receipt(order);
	}

	/** A way to unlock that was proven; it opens the safe from then on. */
	addUnlocker(draft: Draft): Promise<void> {
		return this.#core.addUnlocker(draft);
	}
	/** 1 to 100 characters. */
	renameUnlocker(id: string, label: string): Promise<void> {
		return this.#core.renameUnlocker(id, label);
	}
	/** 'few-ways' when fewer than two would be left. */
	removeUnlocker(id: string): Promise<void> {
		return this.#core.removeUnlocker(id);
	}
	/**
	 * A real opening. Of passkeys, the one with this id is asked for. Returns which way opened: the
	 * words may be those of another one.
	 */
	async testUnlocker(id: string, secret: Secret): Promise<string> {
		const kinds = secret.kind === 'passkey' ? await this.#core.keyringKinds() : [];
		const key = await keyOf(
			secret,
			kinds.filter((k) => k.id === id),
		);
		return this.#core.testUnlocker(key);
	}

	/** The shares that go on when every key is renewed: to be shown, and agreed to, before. */
	standingShares(): Promise<readonly StandingView[]> {
		return this.#core.standingShares();
	}
	/**
	 * Another root and vault take the place of those that somebody else may have; these ways (ids) open
	 * nothing any more. 'few-ways' when fewer than two would be left; 'other-shares' when others are in
	 * force than those agreed to, which then nobody gets.
	 */
	renewKeys(without: readonly string[] = [], agreed: readonly StandingView[] = []): Promise<void> {
		return this.#core.renewKeys(without, agreed);
	}

	/** Who gives this safe back when every key is lost. */
	custody(): Promise<CustodyView | undefined> {
		return this.#core.custody();
	}
	/** Whose code that is, her card checked. */
	custodianCard(code: string): Promise<CardView> {
		return this.#core.custodianCard(code);
	}
	/** One's own code, to hand over by oneself. */
	publishCard(name: string): Promise<string> {
		return this.#core.publishCard(name);
	}
	nameCustodians(order: CustodyOrder): Promise<void> {
		return this.#core.nameCustodians(order);
	}
	endCustody(): Promise<void> {
		return this.#core.endCustody();
	}
	/** The safes that this holder would give back. */
	custodies(): Promise<readonly HeldView[]> {
		return this.#core.custodies();
	}
	/** The person whom one knows has said the six words. */
	agreeRecovery(safe: string, request: string): Promise<void> {
		return this.#core.agreeRecovery(safe, request);
	}
	giveShare(safe: string, request: string): Promise<void> {
		return this.#core.giveShare(safe, request);
	}

	/** What mediators are let do, and what they did. */
	mandates<A extends MandateAct>(
		act: A,
		...args: Parameters<MandateActs[A]>
	): Promise<Awaited<ReturnType<MandateActs[A]>>> {
		return this.#core.mandateAct(act, args);
	}

	get #core() {
		this.#idle.touch();
		return this.#link.core;
	}
	#tell(): void {
		for (const fn of [...this.#listeners]) fn();
	}
}
