import { toTime, utf8 } from '../../crypto/bytes.ts';
import { canonical } from '../../crypto/canonical.ts';
import type { Container } from '../../crypto/container.ts';
import type { Json, Records } from './records.ts';

const named = { name: 'Mairie de Valmont', siret: '21760001200014' };

/** The keys that an administration has and had, as a gateway shows them (SPEC.md §15). */
export class OfficeKeys {
	readonly #log: Records;
	readonly #id: string;
	/** The one in use first, with the places of its facts in the log. */
	readonly #all: { vk: string; epoch: number; key: number; ended?: number }[] = [];

	constructor(log: Records, id: string) {
		this.#log = log;
		this.#id = id;
	}

	put(k: Container): void {
		const [now] = this.#all;
		const key = this.#log.fact('administration', this.#id, k, named);
		if (now?.vk === k.vk) {
			now.key = key;
			return;
		}
		const step = k.line?.at(-1);
		if (now && step) now.ended = this.#ended(now.vk, k.vk, step);
		this.#all.unshift({ vk: k.vk, epoch: k.epoch, key });
	}

	/** Of the one in use. */
	get leaf(): Json {
		return this.#log.factLeaf(this.#all[0]?.key ?? -1);
	}
	items(): Json[] {
		return this.#all.map(({ key, ended, ...k }) => ({
			...k,
			key: this.#log.factLeaf(key),
			...(ended === undefined ? {} : { ended: this.#log.factLeaf(ended) }),
		}));
	}

	#ended(from: string, to: string, step: { epoch: number; signature: string }): number {
		const { epoch, signature } = step;
		const what = { type: 'succession', holder: 'administration', id: this.#id };
		const fact = { ...what, epoch, from, to, signature, time: toTime(new Date()) };
		const text = new TextDecoder().decode(canonical(fact));
		return this.#log.tree.append(utf8(`coffre/v1/fact\n${text}`));
	}
}
