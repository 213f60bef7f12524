import { Api } from '../../api/client.ts';
import { Client } from '../client.ts';
import type { CoreLink, Memory } from '../core.ts';
import { Keeper } from '../keeper.ts';
import type { OpenSafe } from '../opensafe.ts';
import type { Draft, PaperDraft, Progress } from '../types.ts';
import type { FakeGateway } from './gateway.ts';

/** A browser: what it remembers, and whose session it has. */
export function browser(
	gateway: FakeGateway,
	kind: 'citizen' | 'agent',
	kept: Record<string, string> = {},
	fetch = gateway.as(kind),
	now = () => new Date(),
): Client {
	const api = new Api({ fetch });
	return new Client({
		api,
		connect: async (): Promise<CoreLink> => {
			let state: Parameters<CoreLink['onState']>[0] = () => undefined;
			// As the workers of one page have it: what one has seen, the others know.
			const memory: Memory = {
				get: (k) => kept[k],
				set: (k, v) => {
					kept[k] = v;
				},
			};
			const core = new Keeper({ api, memory, now, onState: (s) => state(s) });
			const onState: CoreLink['onState'] = (fn) => {
				state = fn;
			};
			return { core, onState, close: () => undefined };
		},
	});
}

export async function create(c: Client): Promise<{ safe: OpenSafe; paper: PaperDraft }> {
	const paper = await c.newPaper('fr');
	return { safe: await c.createSafe([paper, await c.newPassphrase('fr')]), paper };
}

export const words = (p: { words: readonly string[] }) => p.words.join(' ');

export async function add(safe: OpenSafe, ...files: File[]): Promise<Progress[]> {
	const all: Progress[] = [];
	await safe.add(files, undefined, (p) => all.push(p));
	return all;
}

export async function bytes(b: Blob): Promise<Uint8Array> {
	return new Uint8Array(await b.arrayBuffer());
}

export function first<T>(list: readonly T[]): T {
	const [one] = list;
	if (one === undefined) throw new Error('empty list');
	return one;
}

/** Makes the administration's key. */
export async function mairie(
	gateway: FakeGateway,
): Promise<{ phrase: Draft & { words: readonly string[] } }> {
	const agent = browser(gateway, 'agent');
	const phrase = await agent.newPassphrase('fr');
	await agent.createAdministrationKey([phrase, await agent.newPaper('fr')]);
	return { phrase };
}
export const terms = {
	purpose: 'Inscription scolaire',
	service: 'etat-civil',
	notAfter: new Date(Date.now() + 86_400_000),
};
