import type { RequestDraft, SignedRequest, Wanted } from '../../../safe/index.ts';
import { findKind } from '../../kinds.ts';

// What an agent writes before it is signed, and what is wrong with it.

/** One document that is wanted, as it stands in the form. */
export interface WantedLine {
	readonly key: number;
	kind: string;
	or: string[];
	count: string;
	note: string;
	optional: boolean;
}

export interface Form {
	procedure: string;
	basis: string;
	purpose: string;
	service: string;
	reference: string;
	/** yyyy-mm-dd. */
	until: string;
	answerBy: string;
	openings: string;
	address: string;
	wanted: WantedLine[];
}

export type Wrong =
	| 'procedure'
	| 'basis'
	| 'purpose'
	| 'until'
	| 'answerBy'
	| 'openings'
	| 'address'
	| 'wanted'
	| `kind-${number}`
	| `twice-${number}`;

export const mostWanted = 20;

let next = 1;
export function emptyLine(kind = ''): WantedLine {
	return { key: next++, kind, or: usualFor(kind), count: '1', note: '', optional: false };
}
/** What usually does as well as this kind. */
export function usualFor(kind: string): string[] {
	return [...(findKind(kind)?.or ?? [])];
}

export function emptyForm(): Form {
	return {
		procedure: '',
		basis: '',
		purpose: '',
		service: '',
		reference: '',
		until: '',
		answerBy: '',
		openings: '',
		address: '',
		wanted: [emptyLine()],
	};
}

/** The same again for somebody else: all but the reference, the address and the days. */
export function againAs(r: SignedRequest): Form {
	return {
		...emptyForm(),
		procedure: r.procedure,
		basis: r.basis,
		purpose: r.purpose,
		service: r.service ?? '',
		openings: r.openings === undefined ? '' : String(r.openings),
		wanted: r.wanted.map((w) => ({
			...emptyLine(w.kind),
			or: [...(w.or ?? [])],
			count: String(w.count ?? 1),
			note: w.note ?? '',
			optional: w.optional ?? false,
		})),
	};
}

export function wrongIn(f: Form, now: Date): Set<Wrong> {
	const wrong = new Set<Wrong>();
	for (const field of ['procedure', 'basis', 'purpose'] as const)
		if (f[field].trim() === '') wrong.add(field);
	const until = lastMoment(f.until);
	if (until === undefined || until <= now) wrong.add('until');
	if (f.answerBy !== '') {
		const by = lastMoment(f.answerBy);
		if (by === undefined || by <= now || (until && by > until)) wrong.add('answerBy');
	}
	if (f.openings !== '' && !within(f.openings, 1, 1000)) wrong.add('openings');
	if (f.address.trim() !== '' && !/^[a-z2-7]{26}$/.test(f.address.trim())) wrong.add('address');
	if (f.wanted.length === 0) wrong.add('wanted');
	const seen = new Set<string>();
	for (const { key, kind, or } of f.wanted) {
		if (kind === '') wrong.add(`kind-${key}`);
		// A kind says what it answers: it stands once, alternatives included.
		for (const k of [kind, ...or]) {
			if (k !== '' && seen.has(k)) wrong.add(`twice-${key}`);
			seen.add(k);
		}
	}
	return wrong;
}

export function draftOf(f: Form): RequestDraft {
	const text = (s: string): string => s.trim().normalize('NFC');
	const by = f.answerBy === '' ? undefined : lastMoment(f.answerBy);
	return {
		procedure: text(f.procedure),
		basis: text(f.basis),
		purpose: text(f.purpose),
		wanted: f.wanted.map(wantedOf),
		notAfter: stamp(lastMoment(f.until) ?? new Date(0)),
		...(f.service === '' ? {} : { service: f.service }),
		...(text(f.reference) === '' ? {} : { reference: text(f.reference) }),
		...(f.openings === '' ? {} : { openings: Number(f.openings) }),
		...(by === undefined ? {} : { answerBy: stamp(by) }),
		...(f.address.trim() === '' ? {} : { address: f.address.trim() }),
	};
}

function wantedOf(w: WantedLine): Wanted {
	const note = w.note.trim().normalize('NFC');
	return {
		kind: w.kind,
		...(w.or.length === 0 ? {} : { or: [...w.or] }),
		...(w.count === '1' ? {} : { count: Number(w.count) }),
		...(note === '' ? {} : { note }),
		...(w.optional ? { optional: true as const } : {}),
	};
}

/** The end of that day on the agent's own calendar. */
export function lastMoment(date: string): Date | undefined {
	const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date) ?? [];
	if (year === undefined) return undefined;
	const end = new Date(Number(year), Number(month) - 1, Number(day), 23, 59, 59);
	return end.getDate() === Number(day) ? end : undefined;
}

function within(text: string, least: number, most: number): boolean {
	return /^\d{1,4}$/.test(text) && Number(text) >= least && Number(text) <= most;
}

function stamp(d: Date): string {
	return d.toISOString().replace(/\.\d+Z$/, 'Z');
}
