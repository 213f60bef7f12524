import type { AdministrationView } from '../../../safe/index.ts';
import { plain } from '../documents/listing.ts';

/** Ids of those whose name another one has, too: whoever keeps the registry can add a namesake. */
export function namesakes(all: readonly AdministrationView[]): ReadonlySet<string> {
	const key = (a: AdministrationView): string =>
		plain(a.name)
			.replace(/[^\p{L}\p{N}]+/gu, ' ')
			.trim();
	const times = new Map<string, number>();
	for (const a of all) times.set(key(a), (times.get(key(a)) ?? 0) + 1);
	return new Set(all.filter((a) => (times.get(key(a)) ?? 0) > 1).map((a) => a.id));
}
