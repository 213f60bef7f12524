import { asCoffreError, CoffreError } from '../../../errors.ts';
import { PARALLEL_UPLOADS } from '../../../safe/limits.ts';
import { app } from '../../state.svelte.ts';
import { text } from './Uploads.words.ts';

export type Phase = 'waiting' | 'sealing' | 'sending' | 'done' | 'failed';

/** A file on its way into the safe. */
export class Upload {
	readonly id: number;
	readonly file: File;
	readonly folder: string | undefined;
	phase = $state<Phase>('waiting');
	/** Bytes of the present phase. */
	done = $state(0);
	error = $state.raw<CoffreError>();
	readonly #stop = new AbortController();

	constructor(id: number, file: File, folder: string | undefined) {
		this.id = id;
		this.file = file;
		this.folder = folder;
	}
	get signal(): AbortSignal {
		return this.#stop.signal;
	}
	stop(): void {
		this.#stop.abort();
	}
	get under(): boolean {
		return this.phase === 'waiting' || this.phase === 'sealing' || this.phase === 'sending';
	}
}

/** Uploads go on while the citizen looks at other pages. */
class Uploads {
	items = $state.raw<readonly Upload[]>([]);
	#next = 1;
	#running = 0;

	get active(): boolean {
		return this.items.some((u) => u.under);
	}
	get done(): number {
		return this.items.filter((u) => u.phase === 'done').length;
	}
	get failed(): number {
		return this.items.filter((u) => u.phase === 'failed').length;
	}

	add(files: Iterable<File>, folder: string | undefined): void {
		const more = [...files].map((file) => new Upload(this.#next++, file, folder));
		if (more.length === 0) return;
		this.items = [...this.items.filter((u) => u.phase !== 'done' || this.active), ...more];
		addEventListener('beforeunload', askBeforeLeaving);
		this.#start();
	}
	/** Takes one out, and stops it when it is under way. */
	remove(upload: Upload): void {
		upload.stop();
		this.items = this.items.filter((u) => u !== upload);
		this.#settle();
	}
	retry(upload: Upload): void {
		this.items = this.items.filter((u) => u !== upload);
		this.add([upload.file], upload.folder);
	}
	retryAll(): void {
		const failed = this.items.filter((u) => u.phase === 'failed');
		this.items = this.items.filter((u) => u.phase !== 'failed');
		for (const u of failed) this.add([u.file], u.folder);
	}
	stopAll(): void {
		for (const u of this.items) if (u.under) u.stop();
		this.items = this.items.filter((u) => !u.under);
		this.#settle();
	}

	#start(): void {
		while (this.#running < PARALLEL_UPLOADS) {
			const next = this.items.find((u) => u.phase === 'waiting' && !u.signal.aborted);
			if (next === undefined) return;
			next.phase = 'sealing';
			this.#running++;
			void this.#run(next).finally(() => {
				this.#running--;
				this.#start();
				this.#settle();
			});
		}
	}

	async #run(upload: Upload): Promise<void> {
		try {
			if (app.safe === undefined) throw new CoffreError('locked');
			await app.safe.add(
				[upload.file],
				upload.folder,
				(p) => {
					upload.phase = p.phase;
					upload.done = p.done;
					upload.error = p.error;
				},
				upload.signal,
			);
		} catch (e) {
			upload.error = asCoffreError(e);
			upload.phase = 'failed';
		}
		if (upload.error?.code === 'locked') this.#interrupted();
		if (upload.error?.code === 'cancelled') this.items = this.items.filter((u) => u !== upload);
	}

	/** The safe was locked: what is left has nowhere to go. */
	#interrupted(): void {
		const left = this.items.filter((u) => u.phase !== 'done').length;
		for (const u of this.items) u.stop();
		this.items = [];
		if (left > 0) app.notify(() => text.interrupted(left), 'info');
	}

	/** Says what came of it once nothing is under way; failures stay to be seen. */
	#settle(): void {
		if (this.active) return;
		removeEventListener('beforeunload', askBeforeLeaving);
		const { done } = this;
		if (done > 0) app.notify(() => text.added(done));
		this.items = this.items.filter((u) => u.phase === 'failed');
	}
}

function askBeforeLeaving(e: BeforeUnloadEvent): void {
	e.preventDefault();
}

export const uploads = new Uploads();
