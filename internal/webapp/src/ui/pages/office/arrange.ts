import type { GrantView } from '../../../safe/index.ts';

export type Order = 'newest' | 'ending' | 'holder';

export interface Wanted {
	/** Words that must each stand somewhere. */
	readonly query: string;
	readonly order: Order;
	/** Ended and expired ones too. */
	readonly ended: boolean;
}

/** What an agent looks for, in the order asked for. */
export function arrange(grants: readonly GrantView[], wanted: Wanted): GrantView[] {
	const asked = plain(wanted.query).split(/\s+/).filter(Boolean);
	return grants
		.filter((g) => wanted.ended || g.state === 'live')
		.filter((g) => {
			const all = plain([g.holder, g.purpose, g.procedure, g.service].join(' '));
			return asked.every((word) => all.includes(word));
		})
		.sort(orders[wanted.order]);
}

const orders: Record<Order, (a: GrantView, b: GrantView) => number> = {
	newest: (a, b) => b.created.localeCompare(a.created),
	ending: (a, b) => a.notAfter.localeCompare(b.notAfter),
	holder: (a, b) => (a.holder ?? '').localeCompare(b.holder ?? '', 'fr'),
};

/** Without accents and capitals, as people type when they search. */
function plain(s: string): string {
	return s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
