import type { JournalItem, Language } from '../../../safe/types.ts';
import { sideOf } from './arrange.ts';
import { text } from './Journal.words.ts';
import { actorOf, sentenceOf } from './sentences.ts';

// The journal for a spreadsheet.

// A spreadsheet runs what begins like this, and names come from anybody; wide forms count as well.
const formula = /^[\s\u200b\ufeff]*[=+\-@＝＋－＠|%]/u;

/** One cell, between quotation marks: text, whatever is in it. */
export function cell(value: string): string {
	const safe = formula.test(value) || /^[\t\r\n]/.test(value) ? `'${value}` : value;
	return `"${safe.replaceAll('"', '""')}"`;
}

/** With the mark by which Excel knows UTF-8, and the semicolons that the French one expects. */
export function csv(rows: readonly (readonly string[])[]): string {
	return `\ufeff${rows.map((r) => `${r.map(cell).join(';')}\r\n`).join('')}`;
}

/** `day` and `moment` write dates in the language of the page. */
export function tableOf(
	items: readonly JournalItem[],
	lang: Language,
	write: { readonly day: (t: string) => string; readonly moment: (t: string) => string },
): readonly (readonly string[])[] {
	const t = text.columns;
	const head = [
		t.place,
		t.time,
		t.utc,
		t.said,
		t.who,
		t.side,
		t.what,
		t.result,
		t.reason,
		t.document,
		t.doc,
		t.administration,
		t.service,
		t.purpose,
		t.leaf,
		t.checked,
		t.id,
	];
	const rows = items.map((item) => {
		const { event, name, index, checked } = item;
		return [
			String(event.n ?? ''),
			write.moment(event.time),
			event.time,
			sentenceOf(item, lang, write.day),
			actorOf(event, lang) ?? text.you,
			text.sides[sideOf(event)],
			event.what,
			event.result,
			event.reason ?? '',
			name ?? '',
			event.doc ?? '',
			event.administrationName ?? '',
			event.service ?? '',
			event.purpose ?? '',
			String(index ?? ''),
			{ ok: text.proven, waiting: text.waiting, failed: text.unproven }[checked],
			event.id,
		];
	});
	return [head, ...rows];
}
