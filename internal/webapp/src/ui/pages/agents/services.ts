export interface Service {
	readonly id: string;
	readonly name: string;
}

/**
 * Services as a referent has written them, one a line. A name that stays keeps
 * its id, since shares and agents are of an id; where as many lines have changed
 * as names have gone, they are new names of the same services, in their order.
 */
export function written(text: string, before: readonly Service[]): readonly Service[] {
	const names = [...new Set(text.split('\n').map((line) => line.trim()))].filter((n) => n !== '');
	const gone = before.filter((s) => !names.includes(s.name));
	const fresh = names.filter((n) => !before.some((s) => s.name === n));
	const renamed = fresh.length === gone.length ? gone : [];
	const taken = new Set(before.map((s) => s.id));
	return names.map((name) => {
		const same = before.find((s) => s.name === name) ?? renamed[fresh.indexOf(name)];
		return { id: same?.id ?? newId(name, taken), name };
	});
}

function newId(name: string, taken: Set<string>): string {
	const plain = name
		.normalize('NFKD')
		.replaceAll(/\p{M}/gu, '')
		.toLowerCase()
		.replaceAll(/[^a-z0-9]+/g, '-')
		.replaceAll(/^-|-$/g, '')
		.slice(0, 40);
	const start = plain === '' ? 'service' : plain;
	let id = start;
	for (let n = 2; taken.has(id); n++) id = `${start}-${n}`;
	taken.add(id);
	return id;
}
