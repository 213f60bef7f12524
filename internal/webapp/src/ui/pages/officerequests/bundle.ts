import { asCoffreError, CoffreError } from '../../../errors.ts';
import type { GrantView, OpenedAnswer, ShownAs } from '../../../safe/index.ts';
import { fileName, type Named, namesOf } from './names.ts';
import { Zip } from './zip.ts';

// A file of what was given for a request. Each document is opened and verified as if it stood alone: one
// that fails is named, and takes none of the others with it.

/** A grant as it is shown, and by whom. */
export interface Given {
	readonly grant: GrantView;
	readonly citizen: string;
}
export interface Failed extends Given {
	readonly error: CoffreError;
}
export interface Bundle {
	readonly zip: Blob;
	readonly name: string;
	readonly kept: readonly string[];
	readonly failed: readonly Failed[];
}

export interface Order {
	readonly request: { readonly id: string; readonly reference: string; readonly procedure: string };
	readonly given: readonly Given[];
	readonly template: string;
	/** One folder for each citizen. */
	readonly folders: boolean;
	readonly kindName: (code: string) => string;
	/** What stands in the ZIP for whoever opens it. */
	readonly readme: (kept: readonly string[], failed: readonly Failed[]) => string;
	readonly readmeName: string;
	readonly open: (grant: string, as: ShownAs, signal: AbortSignal) => Promise<OpenedAnswer>;
	/** Before each document, and once at the end. */
	readonly onprogress: (done: number) => void;
	readonly signal: AbortSignal;
}

interface Held extends Given {
	readonly opened: OpenedAnswer;
}

/** Grants that can be opened, as the list shows them. */
export function openable(grants: readonly GrantView[]): GrantView[] {
	return grants.filter((g) => g.state === 'live' && g.used !== true);
}

export async function bundle(order: Order): Promise<Bundle> {
	const held: Held[] = [];
	const failed: Failed[] = [];
	for (const [i, one] of order.given.entries()) {
		if (order.signal.aborted) throw new CoffreError('cancelled');
		order.onprogress(i);
		try {
			held.push({ ...one, opened: await opened(order, one) });
		} catch (e) {
			const error = asCoffreError(e);
			// Of these the next one would fail as well, and nobody is told of each.
			if (order.signal.aborted || error.code === 'cancelled') throw new CoffreError('cancelled');
			if (['locked', 'unauthenticated', 'session-expired'].includes(error.code)) throw error;
			failed.push({ ...one, error });
		}
	}
	if (order.signal.aborted) throw new CoffreError('cancelled');
	order.onprogress(order.given.length);
	return packed(order, held, failed);
}

function opened({ request, open, signal }: Order, { grant }: Given): Promise<OpenedAnswer> {
	const as = { request: request.id, kind: grant.kind ?? '', safe: grant.safe ?? '' };
	return open(grant.id, as, signal);
}

async function packed(
	order: Order,
	held: readonly Held[],
	failed: readonly Failed[],
): Promise<Bundle> {
	const paths = pathsOf(order, held);
	const zip = new Zip();
	for (const [i, { grant, opened: o }] of held.entries()) {
		const path = paths[i] ?? '';
		const changed = new Date(grant.created);
		await zip.add({ name: `pieces/${path}`, content: o.blob, changed });
		const proof = JSON.stringify(sidecar(path, grant, o), null, 2);
		await zip.add({ name: `preuves/${path}.json`, content: new Blob([proof]), changed });
	}
	const readme = order.readme(paths, failed).replaceAll('\n', '\r\n');
	const content = new Blob([`\ufeff${readme}`]);
	await zip.add({ name: order.readmeName, content, changed: new Date() });
	const { reference, procedure } = order.request;
	const [only, ...others] = [...new Set(order.given.map((g) => g.citizen))];
	const whose = others.length === 0 && only ? ` ${only}` : '';
	const name = fileName(`${reference || procedure}${whose}`, '.zip');
	return { zip: zip.end(), name, kept: paths, failed };
}

/** Where each document is, in a folder of its citizen's if there are several. */
function pathsOf(order: Order, held: readonly Held[]): string[] {
	const named = held.map((h) => namedAs(order, h));
	if (!order.folders) return namesOf(order.template, named);
	const citizens = [...new Set(held.map((h) => h.grant.safe ?? ''))];
	const first = citizens.map((safe) => held.find((h) => h.grant.safe === safe)?.citizen ?? '');
	// Two citizens of one name have two folders.
	const folders = namesOf(
		'{citizen}',
		first.map((citizen) => ({ reference: '', kind: '', name: '', citizen, date: '' })),
	);
	const paths: string[] = new Array(held.length).fill('');
	for (const [c, safe] of citizens.entries()) {
		const mine = held.flatMap((h, i) => (h.grant.safe === safe ? [i] : []));
		const names = namesOf(
			order.template,
			mine.map((i) => named[i] as Named),
		);
		for (const [n, i] of mine.entries()) paths[i] = `${folders[c]}/${names[n]}`;
	}
	return paths;
}

function namedAs(
	{ request, kindName }: Pick<Order, 'request' | 'kindName'>,
	{ citizen, grant, opened: o }: Held,
): Named {
	const { kind = grant.kind ?? '', name, created } = o.grant;
	return {
		reference: request.reference,
		kind: kindName(kind),
		name,
		citizen,
		date: created.slice(0, 10),
	};
}

/** What proves the document beside it, for a program or an auditor. Nothing in it opens anything. */
function sidecar(file: string, shown: GrantView, o: OpenedAnswer): Record<string, unknown> {
	const { sealed, content, proof, log } = o.proven;
	return {
		file,
		content,
		sealed,
		grant: { id: shown.id, ...o.grant },
		holder: shown.holder,
		release: { log, ...proof },
	};
}
