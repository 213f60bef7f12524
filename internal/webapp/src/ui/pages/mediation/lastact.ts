import type { LiveHelp } from '../../../safe/index.ts';
import { app } from '../../state.svelte.ts';
import { hour } from './hour.ts';
import { text } from './Live.words.ts';

/** In a sentence. Names of documents are hers: with the safe locked none is told. */
export function lastOf({ last }: LiveHelp): string {
	if (!last) return text.nothing;
	const name = app.contents?.entries.find((e) => e.id === last.doc)?.name;
	const doc = name === undefined ? text.document : text.quoted(name);
	return text.last[last.act](hour(last.at), doc, last.administration ?? '');
}
