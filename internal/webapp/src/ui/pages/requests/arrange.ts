import type {
	AskedItem,
	AskedView,
	DocumentRequest,
	GrantView,
	RequestView,
	Wanted,
} from '../../../safe/index.ts';
import { accepted } from './match.ts';

// What a request comes to for whoever reads it.

/** How many documents it is about. */
export function documentsIn(r: DocumentRequest): number {
	return r.wanted.reduce((n, w) => n + (w.count ?? 1), 0);
}

export function lastDay(r: DocumentRequest): string {
	return r.answerBy ?? r.notAfter;
}

/** What was given for one of the things that are wanted. */
export function grantsFor(w: Wanted, grants: readonly GrantView[]): readonly GrantView[] {
	return grants.filter((g) => g.kind !== undefined && accepted(w).includes(g.kind));
}

export function isRefused(w: Wanted, { reply }: RequestView): boolean {
	return reply !== undefined && (reply.refusedAll || reply.refused.includes(w.kind));
}

/** How many are still to be given. */
export function leftOf(w: Wanted, grants: readonly GrantView[]): number {
	const live = grantsFor(w, grants).filter((g) => g.state === 'live').length;
	return Math.max(0, (w.count ?? 1) - live);
}

/** What has to be given and neither was nor is refused. */
export function missingOf(asked: AskedView, chosen: ReadonlyMap<string, number> = new Map()) {
	return asked.said.wanted.filter(
		(w) =>
			!w.optional && !isRefused(w, asked) && leftOf(w, asked.grants) > (chosen.get(w.kind) ?? 0),
	);
}

export interface Arranged {
	readonly waiting: readonly AskedItem[];
	readonly answered: readonly AskedItem[];
	readonly ended: readonly AskedItem[];
}

/** Those that wait first, the most urgent of them first; what did not verify is among them. */
export function arrange(items: readonly AskedItem[]): Arranged {
	const of = (i: AskedItem): keyof Arranged => {
		if (i.request === undefined) return 'waiting';
		if (i.request.state !== 'open') return 'ended';
		return (i.request.reply?.state ?? 'asked') === 'asked' ? 'waiting' : 'answered';
	};
	const day = (i: AskedItem): string => (i.request ? lastDay(i.request.said) : '');
	return {
		waiting: items.filter((i) => of(i) === 'waiting').sort((a, b) => day(a).localeCompare(day(b))),
		answered: items.filter((i) => of(i) === 'answered'),
		ended: items.filter((i) => of(i) === 'ended'),
	};
}
