import { asCoffreError } from '../../../errors.ts';
import { type LiveHelp, OwnHelp } from '../../../safe/index.ts';
import { app } from '../../state.svelte.ts';
import { text } from './Live.words.ts';

// Whether somebody acts for her at this moment: asked on every page of hers while it can be seen,
// often while it goes on, seldom otherwise, and ever more seldom where nobody answers.

const idlePace = 30_000;
const livePace = 4000;
/** The pace is doubled so many times at most. */
const mostPatience = 4;

class Live {
	now = $state.raw<LiveHelp>();
	busy = $state(false);
	readonly #help = new OwnHelp();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#watching = false;
	#looking = false;
	#misses = 0;

	/** Returns what stops it. */
	watch(): () => void {
		const seen = (): void => {
			if (document.visibilityState === 'hidden') clearTimeout(this.#timer);
			else void this.look();
		};
		this.#watching = true;
		document.addEventListener('visibilitychange', seen);
		seen();
		return () => {
			this.#watching = false;
			clearTimeout(this.#timer);
			document.removeEventListener('visibilitychange', seen);
			this.now = undefined;
		};
	}

	/** At once, because something was done about it; and then again as usual. */
	async look(): Promise<void> {
		if (!this.#watching || this.#looking) return;
		clearTimeout(this.#timer);
		this.#looking = true;
		try {
			this.now = await this.#help.live();
			this.#misses = 0;
		} catch (e) {
			this.#misses++;
			const { problem } = asCoffreError(e);
			// Nobody is logged in any more: the page that needs it will say so.
			if (problem?.status === 401) this.now = undefined;
		} finally {
			this.#looking = false;
			this.#again();
		}
	}

	async stop(): Promise<void> {
		const live = this.now;
		if (!live || this.busy) return;
		this.busy = true;
		try {
			// With an open safe it is signed that it is over; without, it is over all the same.
			if (app.safe && live.mandate !== undefined) await app.safe.mandates('stop', live.mandate);
			else await this.#help.end(live);
			this.now = undefined;
			app.notify(() => text.stopped(live.mediator));
		} catch (e) {
			app.report(e);
		} finally {
			this.busy = false;
			void this.look();
		}
	}

	#again(): void {
		if (!this.#watching || document.visibilityState === 'hidden') return;
		const pace = this.now ? livePace : idlePace;
		const wait = pace * 2 ** Math.min(this.#misses, mostPatience);
		this.#timer = setTimeout(() => void this.look(), wait);
	}
}

export const live = new Live();
