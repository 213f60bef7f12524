import { scriptURL } from '../../../safe/trusted.ts';
import { decode, encode } from '../../../scan/canvas.ts';
import { type Quad, whole } from '../../../scan/geometry.ts';
import { Scanner } from '../../../scan/link.ts';
import { pdf } from '../../../scan/pdf.ts';
import type { Look } from '../../../scan/protocol.ts';
import workerURL from '../../../scan/worker.ts?worker&url';

/** Beyond it, a telephone with little memory would have to forget the tab. */
export const MOST_PAGES = 40;
const QUALITY = 0.78;
const SMALL = 480;

export type Turns = 0 | 1 | 2 | 3;

/** A photograph and the straight page that was made of it. */
export class Sheet {
	readonly id: number;
	readonly photo: Blob;
	phase = $state<'working' | 'ready' | 'unreadable'>('working');
	corners = $state.raw<Quad>(whole);
	/** As they were found, before anybody moved them. */
	found: Quad = whole;
	/** Somebody, or something, has seen where the edges are. */
	sure = $state(true);
	look = $state<Look>('document');
	turns = $state<Turns>(0);
	/** Where a small picture of it is, in the memory of this page. */
	small = $state<string>();
	jpeg = $state.raw<Blob>();

	constructor(id: number, photo: Blob) {
		this.id = id;
		this.photo = photo;
	}
}

/** Where the pages go one by one, instead of becoming a document here. */
export interface Sending {
	/** What the button says. */
	readonly label: string;
	/** What is said of the photographs, before there are any. */
	readonly note: string;
	readonly onpages: (name: string, pages: readonly SentSheet[]) => void;
}
export interface SentSheet {
	readonly jpeg: Blob;
	readonly turns: Turns;
}

export type Told = 'found' | 'notFound' | 'redone' | 'notRead';

/**
 * The pages of one document on its way. All is in memory; one photograph at a
 * time is opened, so that what it takes is the same for one page and for forty.
 */
export class Batch {
	sheets = $state.raw<readonly Sheet[]>([]);
	#scanner: Scanner | undefined;
	#queue: Promise<void> = Promise.resolve();
	#next = 1;
	#closed = false;
	readonly #tell: (what: Told, sheet: Sheet) => void;

	constructor(tell: (what: Told, sheet: Sheet) => void) {
		this.#tell = tell;
	}

	get working(): boolean {
		return this.sheets.some((s) => s.phase === 'working');
	}
	get size(): number {
		return this.sheets.reduce((sum, s) => sum + (s.jpeg?.size ?? 0), 0);
	}
	get ready(): readonly Sheet[] {
		return this.sheets.filter((s) => s.phase === 'ready');
	}
	get full(): boolean {
		return this.sheets.length >= MOST_PAGES;
	}

	add(photos: readonly Blob[]): void {
		const room = MOST_PAGES - this.sheets.length;
		const more = photos.slice(0, room).map((photo) => new Sheet(this.#next++, photo));
		this.sheets = [...this.sheets, ...more];
		for (const sheet of more) this.#make(sheet, undefined);
	}
	/** Again, with corners that somebody has placed. */
	redo(sheet: Sheet, corners: Quad, look: Look): void {
		sheet.look = look;
		sheet.phase = 'working';
		this.#make(sheet, corners);
	}
	turn(sheet: Sheet): void {
		sheet.turns = ((sheet.turns + 1) % 4) as Turns;
	}
	move(sheet: Sheet, by: -1 | 1): void {
		const from = this.sheets.indexOf(sheet);
		const to = from + by;
		if (from < 0 || to < 0 || to >= this.sheets.length) return;
		const rest = this.sheets.filter((s) => s !== sheet);
		this.sheets = [...rest.slice(0, to), sheet, ...rest.slice(to)];
	}
	remove(sheet: Sheet): void {
		this.sheets = this.sheets.filter((s) => s !== sheet);
		forget(sheet);
	}

	/** Once each page that is there has been looked at. */
	settled(): Promise<void> {
		return this.#queue;
	}

	/** One document of all the pages, in their order. */
	async document(name: string): Promise<File> {
		const pages = await Promise.all(
			this.ready.map(async ({ jpeg, turns }) => ({
				jpeg: new Uint8Array((await jpeg?.arrayBuffer()) ?? new ArrayBuffer(0)),
				turns,
			})),
		);
		return new File([pdf(name, pages)], `${name}.pdf`, { type: 'application/pdf' });
	}

	/** Nothing of it is left. */
	close(): void {
		this.#closed = true;
		this.#scanner?.close();
		for (const s of this.sheets) forget(s);
		this.sheets = [];
	}

	#make(sheet: Sheet, corners: Quad | undefined): void {
		this.#queue = this.#queue.then(async () => {
			if (this.#closed || !this.sheets.includes(sheet)) return;
			try {
				await this.#scan(sheet, corners);
			} catch {
				if (this.#closed) return;
				// A worker that has failed once is not asked again.
				this.#scanner?.close();
				this.#scanner = undefined;
				sheet.phase = sheet.jpeg ? 'ready' : 'unreadable';
				this.#tell('notRead', sheet);
			}
		});
	}

	async #scan(sheet: Sheet, corners: Quad | undefined): Promise<void> {
		const picture = await decode(sheet.photo);
		this.#scanner ??= new Scanner(
			new Worker(scriptURL(workerURL), { type: 'module', name: 'coffre-scan' }),
		);
		const given = corners ? { corners } : {};
		const scanned = await this.#scanner.scan({ picture, look: sheet.look, ...given });
		const { jpeg, small } = await encode(scanned.sheet, QUALITY, SMALL);
		if (this.#closed || !this.sheets.includes(sheet)) return;
		forget(sheet);
		sheet.small = URL.createObjectURL(small);
		sheet.jpeg = jpeg;
		sheet.corners = scanned.corners;
		if (corners === undefined) sheet.found = scanned.corners;
		sheet.sure = scanned.sure;
		sheet.phase = 'ready';
		this.#tell(corners ? 'redone' : scanned.sure ? 'found' : 'notFound', sheet);
	}
}

function forget(sheet: Sheet): void {
	if (sheet.small) URL.revokeObjectURL(sheet.small);
	sheet.small = undefined;
}
