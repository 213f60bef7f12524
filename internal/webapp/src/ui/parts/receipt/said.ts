import type { JournalEvent, Language, Who } from '../../../safe/types.ts';
import { type Facts, sentences } from './Said.words.ts';

/** The event as somebody reads it who is neither its holder nor anybody in it: one sentence. */
export function saidOf(
	event: JournalEvent,
	lang: Language,
	day: (rfc3339: string) => string,
): string {
	const s = sentences[lang];
	const act = s.acts[event.what] ?? s.unknown(event.what);
	const facts = factsOf(event, day);
	const who = whoOf(event.who, lang);
	const on = event.behalf?.name === undefined ? '' : s.behalf(event.behalf.name);
	const through = event.who.through === undefined ? '' : s.through(event.who.through);
	if (event.result !== 'done') return `${s.refused(who, act.tried(facts))}${on}${through}.`;
	return `${s.done(who, act.done(facts))}${on}${through}.`;
}

/** "Camille Martin (Mairie de Valmont)". */
export function whoOf(who: Who, lang: Language): string {
	const s = sentences[lang];
	let name = who.name || s.somebody;
	if (who.kind === 'operator') name = s.operator;
	if (who.kind === 'system') name = s.software(who.name ?? '');
	return who.administrationName === undefined ? name : `${name} (${who.administrationName})`;
}

function factsOf(event: JournalEvent, day: (rfc3339: string) => string): Facts {
	const end = event.detail?.['not-after'];
	return {
		administration: event.administrationName ?? '',
		service: event.service ?? '',
		purpose: event.purpose ?? '',
		until: end === undefined ? '' : day(end),
		version: event.detail?.version ?? '',
	};
}
