import type { Context } from './context.ts';
import { Custodians } from './custodians.ts';
import { Custodies } from './custodies.ts';
import type { Directory } from './directory.ts';
import { Documents } from './documents.ts';
import { Mandates } from './mandates.ts';
import { Renewal } from './renewal.ts';
import { Requests } from './requests.ts';
import { Resealing } from './resealing.ts';
import { Unlockers } from './unlockers.ts';
import { Uploads } from './uploads.ts';
import type { Vault } from './vault.ts';

/** What can be done in a safe that is open, each part about one thing. */
export interface Opened {
	readonly vault: Vault;
	readonly documents: Documents;
	readonly uploads: Uploads;
	readonly unlockers: Unlockers;
	readonly custodians: Custodians;
	readonly custodies: Custodies;
	readonly renewal: Renewal;
	readonly requests: Requests;
	readonly mandates: Mandates;
}

/** The parts of a safe that was just opened; what was left to do when it was last open begins by itself. */
export function openedSafe(context: Context, vault: Vault, directory: Directory): Opened {
	const documents = new Documents(context, vault);
	const resealing = new Resealing(context, vault, documents);
	const unlockers = new Unlockers(context, vault, resealing);
	// Nobody waits for it.
	void unlockers
		.settle()
		.catch(() => undefined)
		.then(() => resealing.run());
	return {
		vault,
		documents,
		uploads: new Uploads(context, vault, documents),
		unlockers,
		renewal: new Renewal(context, vault, documents, directory, resealing),
		requests: new Requests(context, vault, documents),
		mandates: new Mandates(context, vault, documents),
		custodians: new Custodians(context, vault, unlockers, directory),
		custodies: new Custodies(context, () => vault.keyring),
	};
}
