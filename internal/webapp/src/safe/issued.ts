import { type Bytes, fromBase64 } from '../crypto/bytes.ts';
import { holds, type Issue, openIssue, readIssue } from '../crypto/issue.ts';
import { type Made, type OfficeKey, officeKeys, openedBy } from '../crypto/officekeys.ts';
import { CoffreError } from '../errors.ts';
import { type Context, isStatus, withEvidence } from './context.ts';

/**
 * What an issuer's mark is worth (SPEC.md §15): these very bytes; genuine, but of other bytes; signed by
 * no key that the log shows for whom it names; of a later suite, or no mark at all.
 */
export type IssuedState = 'intact' | 'changed' | 'unknown-key' | 'unreadable';

/** Nothing but the state is there where no key of the log has signed it. */
export interface IssuedView {
	readonly state: IssuedState;
	/** As the log names it. */
	readonly issuer?: string;
	readonly siret?: string;
	/** That the issuer gave it. */
	readonly name?: string;
	readonly kind?: string;
	readonly reference?: string;
	readonly created?: string;
}

const keysPath = '/api/v1/administrations/{id}/keys';

/** Every key that an administration has or had, each found in the log. None: it has none here. */
export async function keysOfOffice(context: Context, id: string): Promise<readonly OfficeKey[]> {
	const mark = await context.log.mark();
	try {
		const { items } = await context.api.get(keysPath, { path: { id } });
		return await withEvidence({ administration: id, keys: items }, context.now, async () => {
			const shown: { vk: string; key: Bytes; ended?: Bytes }[] = [];
			for (const { vk, key, ended } of items) {
				const fact = await context.log.entry(mark, key);
				shown.push(
					ended === undefined
						? { vk, key: fact }
						: { vk, key: fact, ended: await context.log.entry(mark, ended) },
				);
			}
			return officeKeys(id, shown);
		});
	} catch (e) {
		if (isStatus(e, 404)) return [];
		throw e;
	}
}

/** What an administration has signed: by the key in hand, which is proven, else by one that it had. */
export async function openedByOffice<T>(
	context: Context,
	id: string,
	now: Bytes,
	open: (vk: Bytes) => Made<T> | Promise<Made<T>>,
): Promise<T> {
	try {
		return (await open(now)).value;
	} catch (e) {
		if (!(e instanceof CoffreError) || e.code !== 'signature') throw e;
		return (await openedBy(await keysOfOffice(context, id), open)).value;
	}
}

/** `mark`: base64, from a grant or a slip. `content`: of the bytes that were just opened. */
export async function judge(
	context: Context,
	mark: string,
	content: { readonly sha256: string; readonly size: number },
): Promise<IssuedView> {
	const signed = fromBase64(mark);
	const said = attempt(() => readIssue(signed));
	if (said === undefined) return { state: 'unreadable' };
	const keys = await keysOfOffice(context, said.administration);
	try {
		const { value, by } = await openedBy(keys, (vk) => {
			const issue = openIssue(signed, vk);
			return { value: issue, made: issue.created };
		});
		return view(value, keys[0]?.name ?? by.name, by.siret, holds(value, content));
	} catch (e) {
		if (!(e instanceof CoffreError)) throw e;
		return { state: e.code === 'signature' ? 'unknown-key' : 'unreadable' };
	}
}

function view(i: Issue, issuer: string, siret: string, intact: boolean): IssuedView {
	const { name, kind, reference, created } = i;
	return {
		state: intact ? 'intact' : 'changed',
		issuer,
		siret,
		name,
		created,
		...(kind === undefined ? {} : { kind }),
		...(reference === undefined ? {} : { reference }),
	};
}

function attempt<T>(read: () => T): T | undefined {
	try {
		return read();
	} catch (e) {
		if (e instanceof CoffreError) return undefined;
		throw e;
	}
}
