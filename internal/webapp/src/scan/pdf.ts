import { jpegHead } from './jpeg.ts';
import { srgb } from './srgb.ts';

// One PDF out of JPEGs, in the form that archives keep (PDF/A-2b): sheets of
// A4, nothing outside of the file, no script, no form, a colour profile, the
// title and the language. It tells of nothing but what is on the sheets: no
// date, no author, no place, no device.

export interface Sheet {
	readonly jpeg: Uint8Array;
	/** Quarter turns clockwise, in which it is to be read. */
	readonly turns: 0 | 1 | 2 | 3;
}

/** Of A4, in points of 1/72 inch. */
const SHORT = 595.276;
const LONG = 841.89;
/** Around what is not of the proportions of A4. */
const MARGIN = 28.35;

export class PictureError extends Error {}

export function pdf(title: string, sheets: readonly Sheet[]): Blob {
	const file = new Writer();
	const pages = sheets.map((_, i) => 5 + 3 * i);
	file.object(
		1,
		`<</Type/Catalog/Pages 2 0 R/Lang(fr-FR)/Metadata 3 0 R/ViewerPreferences<</DisplayDocTitle true>>` +
			`/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/DestOutputProfile 4 0 R>>]>>`,
	);
	file.object(
		2,
		`<</Type/Pages/Count ${pages.length}/Kids[${pages.map((p) => `${p} 0 R`).join(' ')}]>>`,
	);
	file.stream(3, '/Type/Metadata/Subtype/XML', bytesOf(metadata(title)));
	file.stream(4, '/N 3', srgb());
	for (const [i, sheet] of sheets.entries()) page(file, 5 + 3 * i, sheet);
	const info = 5 + 3 * sheets.length;
	file.object(info, `<</Title ${utf16(title)}/Producer(Coffre)>>`);
	return file.end(info);
}

function page(file: Writer, n: number, { jpeg, turns }: Sheet): void {
	const head = jpegHead(jpeg);
	if (head === undefined || (head.components !== 1 && head.components !== 3))
		throw new PictureError('not a JPEG that a PDF can hold');
	if (head.talks) throw new PictureError('a picture that tells more than it shows');
	const [wide, high] = turns % 2 === 0 ? [head.width, head.height] : [head.height, head.width];
	const [pageWide, pageHigh] = wide > high ? [LONG, SHORT] : [SHORT, LONG];
	const full = Math.abs(wide / high / (pageWide / pageHigh) - 1) < 0.01;
	const room = full ? 0 : 2 * MARGIN;
	const scale = Math.min((pageWide - room) / wide, (pageHigh - room) / high);
	const [w, h] = full ? [pageWide, pageHigh] : [wide * scale, high * scale];
	const [x, y] = [(pageWide - w) / 2, (pageHigh - h) / 2];
	// The unit square of the picture, turned within its place on the page.
	const matrix = [
		[w, 0, 0, h, x, y],
		[0, -h, w, 0, x, y + h],
		[-w, 0, 0, -h, x + w, y + h],
		[0, h, -w, 0, x + w, y],
	][turns] as number[];
	const content = `q ${matrix.map(number).join(' ')} cm /P Do Q`;
	file.object(
		n,
		`<</Type/Page/Parent 2 0 R/MediaBox[0 0 ${number(pageWide)} ${number(pageHigh)}]` +
			`/Contents ${n + 1} 0 R/Resources<</XObject<</P ${n + 2} 0 R>>>>>>`,
	);
	file.stream(n + 1, '', bytesOf(content));
	const space = head.components === 1 ? '/DeviceGray' : '/DeviceRGB';
	file.stream(
		n + 2,
		`/Type/XObject/Subtype/Image/Width ${head.width}/Height ${head.height}` +
			`/ColorSpace${space}/BitsPerComponent 8/Filter/DCTDecode`,
		jpeg,
	);
}

const number = (n: number): string => String(Math.round(n * 1000) / 1000);
const bytesOf = (s: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(s);

function metadata(title: string): string {
	return (
		`<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>` +
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"` +
		` xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">` +
		`<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance><pdf:Producer>Coffre</pdf:Producer>` +
		`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${escaped(title)}</rdf:li></rdf:Alt></dc:title>` +
		`<dc:language><rdf:Bag><rdf:li>fr-FR</rdf:li></rdf:Bag></dc:language>` +
		`</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>`
	);
}

/** XML has no way to write most control characters. */
function escaped(s: string): string {
	const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
	return plain(s).replace(/[&<>]/g, (c) => signs[c] ?? c);
}
function plain(s: string): string {
	// Halves of letters become the sign for what is not one.
	const whole = new TextDecoder().decode(bytesOf(s));
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
	return whole.replace(/[\u0000-\u001f\u007f\ufffe\uffff]/g, ' ');
}

/** The one way to write any letter there; the mark in front says which order the bytes have. */
function utf16(s: string): string {
	const marked = `\ufeff${plain(s)}`;
	const units = Array.from({ length: marked.length }, (_, i) => marked.charCodeAt(i));
	return `<${units.map((u) => u.toString(16).padStart(4, '0')).join('')}>`;
}

/** Puts objects one after the other and remembers where each begins. */
class Writer {
	readonly #parts: BlobPart[] = [];
	readonly #starts: number[] = [];
	#length = 0;

	constructor() {
		// Four bytes beyond ASCII: it is not to be sent as text.
		this.#put(bytesOf('%PDF-1.7\n%'), Uint8Array.of(0xe2, 0xe3, 0xcf, 0xd3), bytesOf('\n'));
	}

	object(n: number, body: string): void {
		this.#starts[n] = this.#length;
		this.#put(bytesOf(`${n} 0 obj\n${body}\nendobj\n`));
	}

	stream(n: number, about: string, body: Uint8Array): void {
		this.#starts[n] = this.#length;
		const head = `${n} 0 obj\n<<${about}/Length ${body.length}>>\nstream\n`;
		this.#put(bytesOf(head), body as Uint8Array<ArrayBuffer>, bytesOf('\nendstream\nendobj\n'));
	}

	end(info: number): Blob {
		const start = this.#length;
		const size = this.#starts.length;
		const rows = this.#starts.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`);
		const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) =>
			b.toString(16).padStart(2, '0'),
		).join('');
		this.#put(
			bytesOf(
				`xref\n0 ${size}\n0000000000 65535 f \n${rows.slice(1).join('')}` +
					`trailer\n<</Size ${size}/Root 1 0 R/Info ${info} 0 R/ID[<${id}><${id}>]>>\n` +
					`startxref\n${start}\n%%EOF\n`,
			),
		);
		return new Blob(this.#parts, { type: 'application/pdf' });
	}

	#put(...parts: readonly Uint8Array<ArrayBuffer>[]): void {
		for (const part of parts) {
			this.#parts.push(part);
			this.#length += part.length;
		}
	}
}
