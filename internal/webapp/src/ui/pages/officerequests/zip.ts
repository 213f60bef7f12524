// A ZIP of blobs: the browser puts it together from where it keeps them, so that memory does not grow with
// it. Nothing is squeezed: what is in it are pictures and PDFs, which are already. Names are UTF-8
// (APPNOTE 4.4.4, bit 11); above 4 GiB the places are ZIP64's (4.3.14, 4.5.3).

export interface ZipEntry {
	/** With / between folders; checked by whoever makes it. */
	readonly name: string;
	readonly content: Blob;
	readonly changed: Date;
}

interface Placed extends ZipEntry {
	readonly crc: number;
	readonly at: number;
	readonly bytes: Uint8Array<ArrayBuffer>;
}

const zip64 = 0xffff_ffff;
// Made on: what says so has its names read as UTF-8 by every unzip, and its modes taken.
const unix = 3 << 8;
/** -rw-r--r-- */
const plainFile = 0o100644 * 0x1_0000;

export class Zip {
	readonly #parts: BlobPart[] = [];
	readonly #placed: Placed[] = [];
	#size = 0;

	get size(): number {
		return this.#size;
	}

	async add(entry: ZipEntry): Promise<void> {
		if (entry.content.size >= zip64) throw new RangeError('too large for one entry');
		const bytes = new TextEncoder().encode(entry.name);
		const placed = { ...entry, bytes, at: this.#size, crc: await crcOf(entry.content) };
		const header = localHeader(placed);
		this.#parts.push(header, bytes, entry.content);
		this.#placed.push(placed);
		this.#size += header.length + bytes.length + entry.content.size;
	}

	/** The whole of it. */
	end(): Blob {
		const start = this.#size;
		const directory = this.#placed.flatMap((p) => directoryEntry(p));
		const length = directory.reduce((n, b) => n + b.length, 0);
		const tail = endOf(this.#placed.length, length, start);
		return new Blob([...this.#parts, ...directory, ...tail], { type: 'application/zip' });
	}
}

function localHeader(p: Placed): Uint8Array<ArrayBuffer> {
	const b = fields(30);
	b.u32(0x04034b50).u16(20).u16(0x0800).u16(0);
	common(b, p);
	b.u16(p.bytes.length).u16(0);
	return b.bytes;
}

function directoryEntry(p: Placed): Uint8Array<ArrayBuffer>[] {
	const far = p.at >= zip64;
	const version = far ? 45 : 20;
	const b = fields(46);
	b.u32(0x02014b50)
		.u16(unix | version)
		.u16(version)
		.u16(0x0800)
		.u16(0);
	common(b, p);
	b.u16(p.bytes.length)
		.u16(far ? 12 : 0)
		.u16(0)
		.u16(0)
		.u16(0);
	b.u32(plainFile).u32(far ? zip64 : p.at);
	if (!far) return [b.bytes, p.bytes];
	return [b.bytes, p.bytes, fields(12).u16(1).u16(8).u64(p.at).bytes];
}

function common(b: Fields, p: Placed): void {
	const { time, date } = dosTime(p.changed);
	b.u16(time).u16(date).u32(p.crc).u32(p.content.size).u32(p.content.size);
}

function endOf(entries: number, length: number, at: number): Uint8Array<ArrayBuffer>[] {
	const far = entries >= 0xffff || length >= zip64 || at >= zip64;
	const short = fields(22).u32(0x06054b50).u16(0).u16(0);
	const n = Math.min(entries, 0xffff);
	short.u16(n).u16(n).u32(Math.min(length, zip64)).u32(Math.min(at, zip64)).u16(0);
	if (!far) return [short.bytes];
	const long = fields(56).u32(0x06064b50).u64(44).u16(45).u16(45).u32(0).u32(0);
	long.u64(entries).u64(entries).u64(length).u64(at);
	const locator = fields(20)
		.u32(0x07064b50)
		.u32(0)
		.u64(at + length)
		.u32(1);
	return [long.bytes, locator.bytes, short.bytes];
}

/** As clocks on the wall show it: ZIP knows no time zones, and nothing before 1980. */
function dosTime(d: Date): { time: number; date: number } {
	const year = Math.min(2107, Math.max(1980, d.getFullYear()));
	return {
		time: (d.getHours() << 11) | (d.getMinutes() << 5) | (d.getSeconds() >> 1),
		date: ((year - 1980) << 9) | ((d.getMonth() + 1) << 5) | d.getDate(),
	};
}

interface Fields {
	readonly bytes: Uint8Array<ArrayBuffer>;
	u16(v: number): Fields;
	u32(v: number): Fields;
	u64(v: number): Fields;
}

/** Little-endian numbers, one after the other. */
function fields(length: number): Fields {
	const bytes = new Uint8Array(length);
	const view = new DataView(bytes.buffer);
	let at = 0;
	const made: Fields = {
		bytes,
		u16(v) {
			view.setUint16(at, v, true);
			at += 2;
			return made;
		},
		u32(v) {
			view.setUint32(at, v, true);
			at += 4;
			return made;
		},
		u64(v) {
			view.setBigUint64(at, BigInt(v), true);
			at += 8;
			return made;
		},
	};
	return made;
}

/** CRC-32 of IEEE 802.3, read in steps. */
export async function crcOf(content: Blob): Promise<number> {
	const step = 4 << 20;
	let crc = 0xffff_ffff;
	for (let at = 0; at < content.size; at += step) {
		const bytes = new Uint8Array(await content.slice(at, at + step).arrayBuffer());
		for (const b of bytes) crc = (crc >>> 8) ^ (table[(crc ^ b) & 0xff] ?? 0);
	}
	return (crc ^ 0xffff_ffff) >>> 0;
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
	let c = n;
	for (let i = 0; i < 8; i++) c = c & 1 ? (c >>> 1) ^ 0xedb8_8320 : c >>> 1;
	return c;
});
