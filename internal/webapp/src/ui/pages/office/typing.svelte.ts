/** Long enough to finish a word. */
const pause = 300;

/** What is typed into the fields of a search: it is looked for once the hand rests, or on Enter. */
export class Typing<T extends Record<string, string>> {
	readonly values: T;
	readonly #ask: (values: T) => void;
	#before: string;

	constructor(first: T, ask: (values: T) => void) {
		this.values = $state({ ...first });
		this.#ask = ask;
		this.#before = JSON.stringify(first);
		$effect(() => {
			const now = JSON.stringify(this.values);
			if (now === this.#before) return;
			const timer = setTimeout(() => this.#send(now), pause);
			return () => clearTimeout(timer);
		});
	}

	now(e: SubmitEvent): void {
		e.preventDefault();
		this.#send(JSON.stringify(this.values));
	}

	#send(now: string): void {
		if (now === this.#before) return;
		this.#before = now;
		const trimmed = Object.entries(JSON.parse(now) as T).map(([k, v]) => [k, v.trim()]);
		this.#ask(Object.fromEntries(trimmed) as T);
	}
}
