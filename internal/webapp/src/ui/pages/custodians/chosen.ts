import type { ChosenCustodian } from '../../../safe/index.ts';

/** Somebody chosen on the page, not yet named. */
export interface Chosen {
	/** Id of the administration or of the person's safe. */
	readonly holder: string;
	readonly name: string;
	readonly order: ChosenCustodian;
}
