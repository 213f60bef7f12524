const scanned = /^coffre1:[a-z2-7]{52}\.([a-z2-7]{26})$/;

/** The number of the safe: behind the key in what was scanned, else as it was typed. */
export function numberOf(key: string, typed: string): string | undefined {
	const inside = scanned.exec(key.toLowerCase().replace(/\s/g, ''))?.[1];
	const number = inside ?? typed.toLowerCase().replace(/[\s-]/g, '');
	return /^[a-z2-7]{26}$/.test(number) ? number : undefined;
}
