import { asCoffreError, type CoffreError } from '../errors.ts';

/** What a button starts: whether it still runs, and what went wrong with it. */
export class Task {
	busy = $state(false);
	error = $state.raw<CoffreError>();

	async run(act: () => Promise<void>): Promise<void> {
		this.busy = true;
		this.error = undefined;
		try {
			await act();
		} catch (e) {
			this.error = asCoffreError(e);
		} finally {
			this.busy = false;
		}
	}
}
