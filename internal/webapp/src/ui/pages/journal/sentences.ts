import type { JournalEvent, JournalItem, Language, Who } from '../../../safe/types.ts';
import { isYou } from './arrange.ts';
import { type About, type Sentences, sentences } from './Sentences.words.ts';

/** The event as one or two plain sentences. `day` writes a date in the same language. */
export function sentenceOf(
	item: Pick<JournalItem, 'event' | 'name'>,
	lang: Language,
	day: (rfc3339: string) => string,
): string {
	const s = sentences[lang];
	const { event } = item;
	const act =
		s.acts[event.what] ?? (event.what === 'unreadable' ? s.unreadable : s.unknown(event.what));
	const about = aboutOf(item, s, day);
	const helped = event.who.through === undefined ? '' : s.through(event.who.through);
	const on = `${event.behalf?.name === undefined ? '' : s.behalf(event.behalf.name)}${helped}`;
	const you = isYou(event);
	if (event.reason === 'refused-by-holder' && act.declined) {
		return `${subject(event, s, you)} ${act.declined(about)}${on}.`;
	}
	if (event.result !== 'done') {
		const who = you ? s.youTried : s.otherTried(whoIs(event.who, s));
		return `${who} ${act.tried(about)}${on}. ${s.refused(reasonOf(event, s))}`;
	}
	return `${subject(event, s, you)} ${act.done(about)}${on}.`;
}

/** Who acted, for a label: "Camille Martin (Mairie de Valmont)". undefined: the holder. */
export function actorOf(event: JournalEvent, lang: Language): string | undefined {
	return isYou(event) ? undefined : whoIs(event.who, sentences[lang]);
}

/** The words for a door; '' for one that is not known. */
export function doorOf(door: string | undefined, lang: Language): string {
	return door === undefined ? '' : (sentences[lang].doors[door] ?? '');
}

/** A name between the quotation marks of the language. */
export function quoted(name: string | undefined, lang: Language): string {
	const s = sentences[lang];
	return name === undefined ? s.document : s.quoted(name);
}

function subject(event: JournalEvent, s: Sentences, you: boolean): string {
	return you ? s.you : s.other(whoIs(event.who, s));
}

function whoIs(who: Who, s: Sentences): string {
	const name = who.name ?? '';
	let person = name === '' ? s.somebody : name;
	if (who.kind === 'operator') person = s.operator;
	if (who.kind === 'system') person = s.software(name);
	return who.administrationName === undefined ? person : s.of(person, who.administrationName);
}

function aboutOf(
	{ event, name }: Pick<JournalItem, 'event' | 'name'>,
	s: Sentences,
	day: (rfc3339: string) => string,
): About {
	const detail = event.detail ?? {};
	const end = detail['not-after'] ?? detail.before;
	return {
		doc: name === undefined ? s.document : s.quoted(name),
		administration: event.administrationName || s.anAdministration,
		deposited: event.administration !== undefined,
		service: event.service ?? '',
		purpose: event.purpose ?? '',
		resealed: detail.resealed ?? '',
		until: end === undefined ? '' : day(end),
		detail:
			detail.device ??
			detail.version ??
			detail.name ??
			detail.names ??
			mediatorOf(event, s) ??
			detail.outcome ??
			detail.how ??
			'',
		reason: event.reason === undefined ? '' : reasonOf(event, s),
		acts: detail.acts?.split(' ') ?? [],
		state: detail.state ?? '',
	};
}

/** The mediator whom somebody else's act is about; undefined where it is his own. */
function mediatorOf({ who, detail }: JournalEvent, s: Sentences): string | undefined {
	if (detail?.mediator === undefined || who.kind === 'mediator') return undefined;
	return detail.structure === undefined ? detail.mediator : s.of(detail.mediator, detail.structure);
}

function reasonOf(event: JournalEvent, s: Sentences): string {
	const slug = event.reason ?? '';
	return s.reasons[slug] ?? s.otherReason(slug);
}
