/**
 * Puts an element straight under the body, where it is seen on paper and nowhere else: what is printed from
 * a dialog is this and nothing around it.
 */
export function onPaper(element: HTMLElement): { destroy(): void } {
	document.body.append(element);
	return { destroy: () => element.remove() };
}
