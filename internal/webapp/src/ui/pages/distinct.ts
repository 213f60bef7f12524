/** The first of those with the same key: a list of the server's may hold one twice, a page cannot. */
export function distinct<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
	const seen = new Set<string>();
	return items.filter((item) => {
		const k = key(item);
		if (seen.has(k)) return false;
		seen.add(k);
		return true;
	});
}
