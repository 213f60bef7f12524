/** A title as the name of a file: what no system takes in a name is left out. */
export function fileName(title: string): string {
	return (
		title
			.normalize('NFC')
			// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
			.replace(/[\u0000-\u001f\u007f/\\:*?"<>|]/g, ' ')
			.replace(/\s+/g, ' ')
			.replace(/^[. ]+|[. ]+$/g, '')
			.replace(/\.pdf$/i, '')
	);
}
