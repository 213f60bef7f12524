import { fingerprint } from '../../crypto/age.ts';
import { newId, random, toBase64, toTime, utf8 } from '../../crypto/bytes.ts';
import { canonical } from '../../crypto/canonical.ts';
import type { Container } from '../../crypto/container.ts';
import { commitment } from '../../crypto/log.ts';
import type { Tree } from '../../crypto/testing/tree.ts';

export type Json = Record<string, unknown>;

/** What a gateway writes in one safe's journal, and in the log. */
export class Records {
	readonly all: { event: Json; text: string; salt: string; index?: number }[] = [];
	readonly tree: Tree;
	readonly #safe: string;
	#places = 0;

	constructor(tree: Tree, safe: string) {
		this.tree = tree;
		this.#safe = safe;
	}

	/** What a restored backup does: the counter goes on from there. */
	forget(from: number): void {
		this.all.length = from;
		this.#places = from;
	}

	/** Written in the journal and under a leaf of the log: its proof. */
	record(more: Json): Json {
		const event = {
			v: 1,
			id: newId(),
			n: ++this.#places,
			time: toTime(new Date()),
			result: 'done',
			who: { kind: 'citizen', name: 'Angela' },
			safe: this.#safe,
			...more,
		};
		return this.unplaced(event);
	}

	/** An event as it is, without a place where it has none. */
	unplaced(event: Json): Json {
		const text = new TextDecoder().decode(canonical(event));
		const salt = random(32);
		const index = this.tree.append(commitment(utf8(text), salt));
		this.all.push({ event, text, salt: toBase64(salt), index });
		return { event: text, salt: toBase64(salt), leaf: this.tree.leaf(index) };
	}
	fact(holder: string, id: string, k: Container, more: Json = {}): number {
		const fact = {
			type: 'key',
			holder,
			id,
			epoch: k.epoch,
			vk: k.vk,
			recipient: fingerprint(k.recipient),
			...more,
		};
		return this.tree.append(utf8(`coffre/v1/fact\n${new TextDecoder().decode(canonical(fact))}`));
	}
	factLeaf(index: number): Json {
		return {
			...this.tree.leaf(index),
			entry: toBase64(this.tree.entries[index] ?? new Uint8Array()),
		};
	}
	journal(): Json {
		const items = this.all.map((r, i) => ({
			event: r.text,
			salt: r.salt,
			cursor: String(i),
			...(r.index === undefined ? {} : { index: r.index, path: this.tree.path(r.index) }),
		}));
		return { items: items.reverse(), checkpoint: this.tree.checkpoint() };
	}
}

/** A grant as lists show it. */
export function listed(g: { id: string; body: Json; said: Json; ended: boolean }): Json {
	return { id: g.id, ...g.body, ...g.said, state: g.ended ? 'ended' : 'live' };
}

/** What the journal says when an agent opens what was shared. */
export function released(g: { id: string; body: Json }, administration: string): Json {
	const said = ['doc', 'version', 'purpose', 'procedure', 'service'];
	return {
		what: 'grant.released',
		who: { kind: 'agent', name: 'Camille', administration },
		grant: g.id,
		administration,
		...Object.fromEntries(Object.entries(g.body).filter(([k]) => said.includes(k))),
	};
}
