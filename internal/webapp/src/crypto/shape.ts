import { CoffreError } from '../errors.ts';
import { fromBase64, isHash, isId, isTime } from './bytes.ts';

/** Accepts a value as it is, or throws 'form'. */
export type Shape<T> = (v: unknown) => T;

type Shapes = Record<string, Shape<unknown>>;
type Of<S extends Shapes> = { [K in keyof S]: ReturnType<S[K]> };

function refuse(message: string): never {
	throw new CoffreError('form', { message });
}

/** Exactly these members; of the optional ones those that are there. */
export function object<R extends Shapes, O extends Shapes>(
	required: R,
	optional: O,
): Shape<Of<R> & Partial<Of<O>>> {
	const known = new Map([...Object.entries(required), ...Object.entries(optional)]);
	return (v) => {
		if (typeof v !== 'object' || v === null || Array.isArray(v)) return refuse('not an object');
		// First, because of a later suite nobody knows the members.
		if (Object.hasOwn(v, 'suite')) required.suite?.((v as { suite: unknown }).suite);
		for (const k of Object.keys(required)) if (!Object.hasOwn(v, k)) refuse(`${k} is missing`);
		for (const [k, m] of Object.entries(v)) (known.get(k) ?? (() => refuse(`${k} is unknown`)))(m);
		return v as Of<R> & Partial<Of<O>>;
	};
}

export function array<T>(of: Shape<T>, min = 0, max = Number.MAX_SAFE_INTEGER): Shape<T[]> {
	return (v) => {
		if (!Array.isArray(v) || v.length < min || v.length > max) return refuse('not such an array');
		for (const m of v) of(m);
		return v as T[];
	};
}

export function string(max: number, min = 0): Shape<string> {
	return (v) =>
		typeof v === 'string' && v.length >= min && v.length <= max ? v : refuse('not such a string');
}

/** A string that passes a test. */
export function matching(test: (s: string) => boolean, what: string): Shape<string> {
	return (v) => (typeof v === 'string' && test(v) ? v : refuse(`not ${what}`));
}

export function oneOf<T extends string>(...values: readonly T[]): Shape<T> {
	return (v) => (values.includes(v as T) ? (v as T) : refuse('not one of those'));
}

export function integer(min = 0): Shape<number> {
	return (v) =>
		Number.isSafeInteger(v) && (v as number) >= min ? (v as number) : refuse('not such a number');
}

export const id = matching(isId, 'an id');
export const hash = matching(isHash, 'a hash');
export const time = matching(isTime, 'a time');
export const base64 = (length?: number): Shape<string> =>
	matching((s) => {
		const b = fromBase64(s);
		return length === undefined || b.length === length;
	}, 'such base64');

/** SPEC.md §13. */
export const kindCode = matching((s) => /^[a-z0-9-]{1,50}$/.test(s), 'a kind');

/** A suite this reader knows; 'unknown-suite' tells it from damage. */
export const suite: Shape<1> = (v) => {
	if (v === 1) return 1;
	if (Number.isSafeInteger(v)) throw new CoffreError('unknown-suite');
	return refuse('no suite');
};

/** SPEC.md §6. */
export function checkName(s: string): boolean {
	const bytes = new TextEncoder().encode(s).length;
	return bytes >= 1 && bytes <= 255 && !/[\p{Cc}\p{Cs}/\\]/u.test(s);
}
export const name = matching(checkName, 'a file name');
/** A media type as it goes into a grant. */
export const mediaType = matching(
	(s) => new TextEncoder().encode(s).length <= 255 && !/[\p{Cc}\p{Cs}]/u.test(s),
	'a media type',
);
