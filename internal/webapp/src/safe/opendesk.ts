import type { CoreLink } from './core.ts';
import type { DeskAct, DeskActs } from './mandatetypes.ts';

/** A mediator's tab, with the keys of one session in its worker. After close() every act rejects with "locked". */
export class OpenDesk {
	readonly #link: CoreLink;

	constructor(link: CoreLink) {
		this.#link = link;
	}

	act<A extends DeskAct>(
		act: A,
		...args: Parameters<DeskActs[A]>
	): Promise<Awaited<ReturnType<DeskActs[A]>>> {
		return this.#link.core.deskAct(act, args);
	}
	/** The worker ends, and the keys with it. */
	close(): void {
		this.#link.close();
	}
}
