import { expect } from 'vitest';
import type { ChosenCustodian, HeldView } from '../custodytypes.ts';
import type { OpenAdministration } from '../openadministration.ts';
import type { OpenSafe } from '../opensafe.ts';
import type { PaperDraft } from '../types.ts';
import { create, first, mairie, words } from './client.ts';
import type { Json } from './gateway.ts';
import { Town } from './town.ts';

// People who trust each other with a share of a key, for tests of custodians.

export const delay = 259_200;

export let town: Town;
/** The holder's safe, that of a relative, and the town hall's key. */
export let safe: OpenSafe;
export let paper: PaperDraft;
export let relative: OpenSafe;
export let office: OpenAdministration;
export let chosen: ChosenCustodian[];

/** A holder, a relative and a town hall, before each test. */
export async function setUp(): Promise<void> {
	town = new Town();
	({ safe, paper } = await create(town.at(town.home)));
	const [one, two] = town.relatives;
	({ safe: relative } = await create(town.at(one)));
	const { safe: absent } = await create(town.at(two));
	const { phrase } = await mairie(town.home);
	office = await town
		.at(town.home, 'agent')
		.unlockAdministration({ kind: 'passphrase', text: words(phrase) });
	chosen = [
		{ kind: 'administration', id: town.home.administration },
		{ kind: 'safe', code: await relative.publishCard('Minh Trân') },
		{ kind: 'safe', code: await absent.publishCard('Zoé') },
	];
}

export const name = (custodians = chosen): Promise<void> =>
	safe.nameCustodians({ holder: 'Angela Dubois', delay, custodians });
export const held = async (by: OpenSafe | OpenAdministration): Promise<HeldView> =>
	first(await by.custodies());
export const hash = async (): Promise<string> => (await held(relative)).request?.hash ?? '';
/** Names, loses all, and asks: the new paper key. */
export async function lost(): Promise<PaperDraft> {
	await name();
	const fresh = await town.at(town.home).newPaper('fr');
	await town.at(town.home).askRecovery(fresh);
	return fresh;
}
export async function given(): Promise<PaperDraft> {
	const fresh = await lost();
	for (const by of [relative, office]) await by.agreeRecovery(town.home.safe, await hash());
	town.later(delay);
	for (const by of [relative, office]) await by.giveShare(town.home.safe, await hash());
	return fresh;
}
export const share = 'POST /api/v1/custodies/{id}/share';
export const bend = (of: RegExp, change: (a: Json) => Json): void => {
	town.lie = (what, a) => (of.test(what) ? change(a) : undefined);
};
/** Changes the one custody in the list of a custodian. */
export const bendHeld = (change: (h: Json) => Json): void =>
	bend(/GET \/api\/v1\/custodies$/, (a) => ({ items: (a.items as Json[]).map(change) }));
export const bendRecovery = (change: (r: Json) => Json): void =>
	bendHeld((h) => ({ ...h, recovery: change(h.recovery as Json) }));
export const alarm = (code: string) => ({ code, evidence: { held: expect.anything() } });
