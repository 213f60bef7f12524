import type { SideView, SignedRequest } from '../../../safe/index.ts';

/** What has to be given and neither was nor was refused, by its first kind. */
export function missingIn(r: SignedRequest, { reply, grants }: SideView): string[] {
	if (reply.refusedAll) return [];
	return r.wanted
		.filter((w) => {
			const kinds = [w.kind, ...(w.or ?? [])];
			if (w.optional || kinds.some((k) => reply.refused.includes(k))) return false;
			const there = grants.filter((g) => g.state !== 'ended' && kinds.includes(g.kind ?? ''));
			return there.length < (w.count ?? 1);
		})
		.map((w) => w.kind);
}
