import type { Attested } from '../../../crypto/attestation.ts';
import type { Event } from '../../../crypto/log.ts';
import { type AttestationWords, ENDS, type End, KNOWN_ACTS, type KnownAct } from './types.ts';

// What an attestation says, as sentences of one language. Everything comes from what was proven.

export interface Line {
	readonly time: string;
	readonly text: string;
	readonly refused: boolean;
}

export interface Said {
	readonly citizen: string | undefined;
	readonly allowed: readonly string[];
	readonly lines: readonly Line[];
	readonly state: string;
	readonly remains: readonly string[];
}

/** A day with its time in a language; French for the easy one. */
export function momentIn(w: AttestationWords, when: string): string {
	return new Intl.DateTimeFormat(w.locale, { dateStyle: 'long', timeStyle: 'short' }).format(
		new Date(when),
	);
}

/** What ended it, as far as it is proven; undefined while it goes on. */
export function endOf(a: Attested, now: Date): End | undefined {
	const last = [...a.events]
		.reverse()
		.find(
			(e) => e.result === 'done' && (e.what === 'mediation.ended' || e.what === 'mandate.revoked'),
		);
	if (last) return ENDS.find((e) => e === last.detail?.by) ?? 'citizen';
	if (a.revoked !== undefined) return 'citizen';
	return new Date(a.mandate.notAfter) <= now ? 'time' : undefined;
}

/** `names` are the documents' own, which only their holder knows. */
export function say(
	a: Attested,
	w: AttestationWords,
	now: Date,
	names: ReadonlyMap<string, string> = new Map(),
): Said {
	const { mandate } = a;
	const until = momentIn(w, mandate.notAfter);
	const end = endOf(a, now);
	const standing = mandate.session === undefined;
	const state = end ? w.ended[end] : standing ? w.standing(until) : w.running(until);
	return {
		citizen: citizenOf(a.events),
		allowed: mandate.acts.map((act) => w.acts[act]),
		lines: a.events.filter(first).map((e) => lineOf(e, w, names)),
		state,
		remains: remainsOf(a, w, end !== undefined),
	};
}

function citizenOf(events: readonly Event[]): string | undefined {
	for (const { who, behalf } of events) {
		if (behalf?.kind === 'citizen') return behalf.name;
		if (who.kind === 'citizen') return who.name;
	}
	return undefined;
}

/** The stop and the signed word that follows it are one end. */
function first(e: Event, i: number, all: readonly Event[]): boolean {
	const before = all[i - 1];
	return e.what !== 'mandate.revoked' || before?.what !== e.what || before.result !== e.result;
}

function lineOf(e: Event, w: AttestationWords, names: ReadonlyMap<string, string>): Line {
	const known = KNOWN_ACTS.find((k) => k === e.what);
	const text = known === undefined ? w.other(e.what) : w.done[known];
	const name = e.doc === undefined ? undefined : names.get(e.doc);
	const refused = e.result !== 'done';
	// A mediator's is his structure, which the head of the sheet names.
	const opener = e.who.kind === 'mediator' ? undefined : e.who.administrationName;
	const to = e.administrationName ?? opener;
	const parts = [
		text,
		to === undefined ? '' : w.to(to),
		name === undefined ? '' : w.document(name),
		refused ? w.refused : '',
	];
	return { time: e.time, text: parts.filter((p) => p !== '').join(' '), refused };
}

function remainsOf(a: Attested, w: AttestationWords, over: boolean): string[] {
	const done = (what: KnownAct) => a.events.filter((e) => e.what === what && e.result === 'done');
	const ended = new Set(done('grant.ended').map((e) => e.grant));
	const lasting = done('grant.created').filter((e) => e.grant === undefined || !ended.has(e.grant));
	const to = new Set(lasting.map((e) => e.administrationName ?? e.administration));
	const readers = [...to].filter((n) => n !== undefined);
	const { grantsUntil } = a.mandate;
	const list = new Intl.ListFormat(w.locale, { type: 'conjunction' });
	return [
		...(over ? [w.nothing] : []),
		readers.length > 0 && grantsUntil !== undefined
			? w.given(list.format(readers), momentIn(w, grantsUntil))
			: w.givenNone,
		...(done('document.opened').length > 0 ? [w.seen] : []),
		...(done('deposit.received').length > 0 ? [w.inbox] : []),
	];
}
