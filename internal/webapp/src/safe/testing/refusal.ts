/** A problem that a gateway answers with. */
export class Refusal extends Error {
	readonly status: number;
	constructor(status: number, slug: string) {
		super(slug);
		this.status = status;
	}
}

export function found<T>(v: T | undefined): T {
	if (v === undefined) throw new Refusal(404, 'not-found');
	return v;
}
