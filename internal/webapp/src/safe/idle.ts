import { HIDDEN_LOCK_MS, IDLE_LOCK_MS } from './limits.ts';

/** Calls once, when nobody has been there for long enough. */
export class IdleLock {
	readonly #lock: () => void;
	#touched = Date.now();
	#hiddenSince: number | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(lock: () => void) {
		this.#lock = lock;
		this.#wait();
	}

	get locksAt(): number {
		const idle = this.#touched + IDLE_LOCK_MS;
		return this.#hiddenSince === undefined
			? idle
			: Math.min(idle, this.#hiddenSince + HIDDEN_LOCK_MS);
	}

	touch(): void {
		// A machine that slept runs its timers late: whoever comes back finds it locked.
		if (this.#timer !== undefined && Date.now() >= this.locksAt) this.#expire();
		else this.#touched = Date.now();
	}

	setHidden(hidden: boolean): void {
		if (this.#timer === undefined) return;
		if (!hidden) {
			this.touch();
			this.#hiddenSince = undefined;
		} else this.#hiddenSince ??= Date.now();
		if (this.#timer !== undefined) this.#wait();
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	#wait(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(
			() => {
				if (Date.now() >= this.locksAt) this.#expire();
				else this.#wait();
			},
			Math.max(0, this.locksAt - Date.now()),
		);
	}

	#expire(): void {
		this.stop();
		this.#lock();
	}
}
