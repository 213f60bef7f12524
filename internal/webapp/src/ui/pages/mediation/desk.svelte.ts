import { asCoffreError, type CoffreError } from '../../../errors.ts';
import type {
	OpenDesk,
	OpenedSession,
	SessionEnd,
	SessionOrder,
	SessionStatus,
	WorkView,
} from '../../../safe/index.ts';
import { app } from '../../state.svelte.ts';

// One session of a mediator's in this tab, from the question to its end. What was of it is gone with
// its worker: whoever comes next finds nothing.

export type Over = SessionEnd | 'denied' | 'expired';

const waitingPace = 1500;
const workingPace = 3000;

export class DeskSession {
	#desk: OpenDesk | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;
	asked = $state.raw<OpenedSession>();
	status = $state.raw<SessionStatus>();
	work = $state.raw<WorkView>();
	/** He has said that her screen shows the words of this one; asked where the code was typed. */
	compared = $state(false);
	/** The citizen has the machine: the keys wait here, without any log-in. */
	locked = $state(false);
	over = $state<Over>();
	failed = $state.raw<CoffreError>();
	busy = $state(false);

	get desk(): OpenDesk | undefined {
		return this.#desk;
	}

	async ask(order: SessionOrder): Promise<void> {
		this.busy = true;
		this.failed = undefined;
		try {
			this.#desk = await app.client.desk();
			const asked = await this.#desk.act('ask', order);
			if (order.way === 'counter') {
				await this.#desk.act('lock');
				this.locked = app.away = true;
				this.asked = asked;
			} else {
				this.asked = asked;
				this.#again(waitingPace);
			}
		} catch (e) {
			this.#failed(e);
			this.#drop()?.close();
		} finally {
			this.busy = false;
		}
	}

	/** Deposits without her presence, under a mandate that says so. */
	async use(mandate: string): Promise<void> {
		this.busy = true;
		this.failed = undefined;
		try {
			this.#desk = await app.client.desk();
			this.work = await this.#desk.act('use', mandate);
			this.#again(workingPace);
		} catch (e) {
			this.#failed(e);
			this.#drop()?.close();
		} finally {
			this.busy = false;
		}
	}

	/** The machine is his again: he has logged in, in another tab, after she was logged out. */
	async resume(): Promise<void> {
		const desk = this.#desk;
		if (!desk || this.busy) return;
		this.busy = true;
		this.failed = undefined;
		try {
			await desk.act('resume');
			await this.#back();
			const status = await desk.act('look');
			// She was there and has left: whatever she has not said is no.
			if (status.state === 'pending' || status.state === 'claimed') {
				await desk.act('end').catch(() => undefined);
				this.#finish('expired');
			} else await this.#follow(desk, status);
		} catch (e) {
			const error = asCoffreError(e);
			if (error.code === 'session-over') {
				await this.#back();
				await this.#look();
			} else this.failed = error;
		} finally {
			this.busy = false;
		}
	}
	async #back(): Promise<void> {
		this.locked = app.away = false;
		await app.refreshMe();
	}
	/** Without a log-in nobody can be told: the time of the session runs out by itself. */
	giveUp(): void {
		this.#drop()?.close();
		void app.refreshMe();
	}

	/** By the mediator's hand; nothing waits for the server before it is forgotten here. */
	async end(): Promise<void> {
		const desk = this.#desk;
		if (!desk) return;
		this.busy = true;
		try {
			await desk.act('end');
		} catch (e) {
			this.#failed(e);
		} finally {
			this.busy = false;
			this.#finish('mediator');
		}
	}

	async confirm(): Promise<void> {
		try {
			await this.#desk?.act('compared');
			this.compared = true;
		} catch (e) {
			this.#failed(e);
		}
	}

	/** The page goes: the keys go first, and the server is told if there is time. */
	leave(): void {
		const { locked } = this;
		const desk = this.#drop();
		if (locked) desk?.close();
		else if (desk)
			void desk
				.act('end')
				.catch(() => undefined)
				.finally(() => desk.close());
	}

	async #look(): Promise<void> {
		const desk = this.#desk;
		if (!desk) return;
		try {
			const status = await desk.act('look');
			if (desk !== this.#desk) return;
			this.status = status;
			await this.#follow(desk, status);
		} catch (e) {
			if (desk !== this.#desk) return;
			const error = asCoffreError(e);
			if (error.code === 'offline') return this.#again(workingPace);
			this.#failed(error);
			this.#finish('time');
		}
	}

	async #follow(desk: OpenDesk, { state, by }: SessionStatus): Promise<void> {
		switch (state) {
			case 'approved':
				if (this.work === undefined) this.work = await desk.act('collect');
				return this.#again(workingPace);
			case 'active':
				return this.#again(workingPace);
			case 'pending':
			case 'claimed':
				return this.#again(waitingPace);
			case 'denied':
				return this.#finish('denied');
			case 'expired':
				return this.#finish(this.work ? 'time' : 'expired');
			default:
				return this.#finish(by ?? 'time');
		}
	}

	#again(pace: number): void {
		this.#timer = setTimeout(() => void this.#look(), pace);
	}
	#failed(e: unknown): void {
		const error = asCoffreError(e);
		if (error.code !== 'locked') this.failed = error;
	}
	#finish(over: Over): void {
		this.over = over;
		this.#drop()?.close();
	}
	#drop(): OpenDesk | undefined {
		const desk = this.#desk;
		clearTimeout(this.#timer);
		if (this.locked) this.locked = app.away = false;
		this.#desk = undefined;
		this.asked = undefined;
		this.status = undefined;
		this.work = undefined;
		this.compared = false;
		return desk;
	}
}

/** "9:05", of what is left. */
export function countdown(until: string, now: number): string {
	const seconds = Math.max(0, Math.floor((Date.parse(until) - now) / 1000));
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
