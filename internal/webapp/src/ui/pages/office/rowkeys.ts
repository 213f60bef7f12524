/**
 * Arrow keys go from one line of a list to the next, by its first link or button; Home and End to both ends.
 * Tab still goes everywhere, and Enter does what it does on any link.
 */
export function rowKeys(list: HTMLElement): { destroy(): void } {
	const key = (e: KeyboardEvent): void => {
		if (e.altKey || e.ctrlKey || e.metaKey || e.shiftKey) return;
		const all = [...list.querySelectorAll<HTMLElement>('[data-row]')];
		const row = e.target instanceof Element ? e.target.closest('tr') : null;
		const at = all.findIndex((x) => row?.contains(x));
		const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.key];
		if (to === undefined || at < 0) return;
		e.preventDefault();
		all[Math.min(all.length - 1, Math.max(0, to))]?.focus();
	};
	list.addEventListener('keydown', key);
	return { destroy: () => list.removeEventListener('keydown', key) };
}
