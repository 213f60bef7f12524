/** For a letter, its QR code or a page: who follows it is shown this request or none (SPEC.md §13). */
export function linkOf(id: string, seal: string, origin = location.origin): string {
	return `${origin}/demande/${id}#${seal}`;
}
