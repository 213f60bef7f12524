import type { CoreLink, OpenedGrant, WayChange } from './core.ts';
import type { HeldView } from './custodytypes.ts';
import { IdleLock } from './idle.ts';
import type { DepositDone, DepositOrder } from './officedeposit.ts';
import type {
	ActArgs,
	Done,
	GrantsWanted,
	OfficeAct,
	OpenedAnswer,
	Paged,
	ShownAs,
} from './officerequesttypes.ts';
import type { GrantView, UnlockerView } from './types.ts';

/** An administration whose key is in memory. After lock() every method rejects with "locked". */
export class OpenAdministration {
	readonly #link: CoreLink;
	readonly #idle: IdleLock;
	readonly #listeners = new Set<() => void>();
	#locked = false;

	constructor(link: CoreLink) {
		this.#link = link;
		this.#idle = new IdleLock(() => this.lock());
	}

	get locked(): boolean {
		return this.#locked;
	}
	/** When it will lock by itself, milliseconds since 1970. */
	get locksAt(): number {
		return this.#idle.locksAt;
	}
	/** Calls fn once when it locks. */
	subscribe(fn: () => void): () => void {
		this.#listeners.add(fn);
		return () => this.#listeners.delete(fn);
	}
	touch(): void {
		this.#idle.touch();
	}
	setHidden(hidden: boolean): void {
		this.#idle.setHidden(hidden);
	}
	lock(): void {
		if (this.#locked) return;
		this.#locked = true;
		this.#idle.stop();
		this.#link.close();
		for (const fn of [...this.#listeners]) fn();
	}

	grants(wanted: GrantsWanted = {}): Promise<Paged<GrantView>> {
		this.#idle.touch();
		return this.#link.core.officeAct('received', [wanted]);
	}
	/** The document, and what the citizen signed about it; the release is in the journal. */
	open(id: string, signal?: AbortSignal): Promise<OpenedGrant> {
		this.#idle.touch();
		return this.#link.core.openGrant(id, signal);
	}

	/** One of its acts about what it asks for. */
	act<A extends OfficeAct>(act: A, ...args: ActArgs<A>): Promise<Done<A>> {
		this.#idle.touch();
		return this.#link.core.officeAct(act, args);
	}
	/** As open(), of what is shown as the answer to a request: given for anything else, it is an alarm. */
	openAnswer(grant: string, as: ShownAs, signal?: AbortSignal): Promise<OpenedAnswer> {
		this.#idle.touch();
		return this.#link.core.openAnswer(grant, as, signal);
	}

	/** Puts a document into a citizen's inbox, signed as issued by the administration when the order says so. */
	deposit(order: DepositOrder): Promise<DepositDone> {
		this.#idle.touch();
		return this.#link.core.deposit(order);
	}
	/** Another key takes the place of the administration's; its ways to unlock stay. */
	rotateKey(): Promise<void> {
		this.#idle.touch();
		return this.#link.core.rotateAdministrationKey();
	}

	/** Its ways to unlock, after the change if there is one. */
	ways(change?: WayChange): Promise<readonly UnlockerView[]> {
		this.#idle.touch();
		return this.#link.core.administrationWays(change);
	}

	/** The safes that this administration would give back. */
	custodies(): Promise<readonly HeldView[]> {
		this.#idle.touch();
		return this.#link.core.custodies();
	}
	/** The person whom the agent knows has said the six words. */
	agreeRecovery(safe: string, request: string): Promise<void> {
		this.#idle.touch();
		return this.#link.core.agreeRecovery(safe, request);
	}
	giveShare(safe: string, request: string): Promise<void> {
		this.#idle.touch();
		return this.#link.core.giveShare(safe, request);
	}
}
