const form = /^[a-z2-7]{25}[aeimquy4]$/;

/** The deposit address in what somebody pasted: alone, or behind # in a link. Spaces and capitals are forgiven. */
export function addressIn(text: string): string | undefined {
	const bare = text.replace(/\s/g, '');
	const found = (bare.includes('#') ? bare.slice(bare.lastIndexOf('#') + 1) : bare).toLowerCase();
	return form.test(found) ? found : undefined;
}
