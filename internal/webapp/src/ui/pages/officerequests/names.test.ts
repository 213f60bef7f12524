import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { fileName, type Named, namesOf, unknownFields, usual } from './names.ts';

const one = (more: Partial<Named> = {}): Named => ({
	reference: '2026-417',
	kind: 'Justificatif de domicile',
	name: 'facture edf.pdf',
	citizen: 'Angela DUBOIS',
	date: '2026-11-26',
	...more,
});
const first = (template: string, more: Partial<Named> = {}): string =>
	namesOf(template, [one(more)])[0] ?? '';

describe('the names of documents that were given', () => {
	it('follow the template, with their own ending at the end', () => {
		expect(first(usual)).toBe('2026-417_Justificatif de domicile_facture edf_2026-11-26.pdf');
		expect(first('{citizen} - {kind}')).toBe('Angela DUBOIS - Justificatif de domicile.pdf');
	});

	it('leave no gap where something is not known', () => {
		expect(first(usual, { reference: '' })).toBe(
			'Justificatif de domicile_facture edf_2026-11-26.pdf',
		);
		expect(first('{kind}_{reference}_{date}', { reference: '' })).toBe(
			'Justificatif de domicile_2026-11-26.pdf',
		);
		expect(first('', {})).toBe('document.pdf');
	});

	it('are all different, whatever a system makes of capitals and accents', () => {
		const all = ['Été.pdf', 'ÉTÉ.PDF', 'ete.pdf', 'e\u0301te\u0301.pdf'].map((name) =>
			one({ name }),
		);
		const names = namesOf('{name}', all);
		expect(names).toEqual(['Été.pdf', 'ÉTÉ (2).PDF', 'ete (3).pdf', 'été (4).pdf']);
	});

	it('say which part of a template is none', () => {
		expect(unknownFields('{reference}_{nom}_{}')).toEqual(['nom', '']);
		expect(first('{nom}_{kind}')).toBe('{nom}_Justificatif de domicile.pdf');
	});
});

test.each([
	['../../etc/passwd', 'etc-passwd', 'no way out of the folder'],
	['..\\..\\run.exe', 'run.exe', 'nor on Windows'],
	['C:\\Windows\\x.txt', 'C--Windows-x.txt', 'no drive'],
	['CON.pdf', '_CON.pdf', 'no device'],
	['nul', '_nul', 'no device without an ending'],
	['com¹.txt', '_com¹.txt', 'nor the other ones'],
	['fdp\u202eexe.pdf', 'fdpexe.pdf', 'nothing turned around'],
	['a\u0000b\r\n.pdf', 'ab.pdf', 'no control'],
	['.htaccess', 'htaccess', 'nothing hidden'],
	['-rf.pdf', 'rf.pdf', 'no option'],
	['~root.pdf', 'root.pdf', 'nobody’s home'],
	['rapport. . .', 'rapport', 'no dot or space at the end'],
	['a/b∕c⁄d／e.pdf', 'a-b-c-d-e.pdf', 'nothing that looks like a separator'],
	['what?*<>|".pdf', 'what.pdf', 'nothing that Windows refuses'],
	['%2e%2e%2f.pdf', '%2e%2e%2f.pdf', 'escapes are letters'],
	['\ud800.pdf', 'document.pdf', 'half a character'],
	['   .pdf', 'document.pdf', 'nothing at all'],
	['📄 acte.pdf', '📄 acte.pdf', 'anything else as it is'],
])('%j is kept as %j: %s', (hostile, kept) => {
	const name = first('{name}', { name: hostile });
	expect(name).toBe(kept);
	expect(wrong(name)).toBe('');
});

test('whatever a document, a citizen and a file are called, it is one file name', () => {
	const text = fc.oneof(
		fc.string({ unit: 'binary', maxLength: 300 }),
		fc.stringMatching(/^[./\\:]*([Cc]on|NUL|lpt1|\.\.)[./\\ ]*$/),
	);
	const named = fc.record({
		reference: text,
		kind: text,
		name: text,
		citizen: text,
		date: fc.constant('2026-11-26'),
	});
	fc.assert(
		fc.property(text, fc.array(named, { maxLength: 6 }), (template, all) => {
			for (const t of [usual, template, `{name}${template}`]) {
				const names = namesOf(t, all);
				expect(names.map(wrong).filter(Boolean)).toEqual([]);
				expect(new Set(names.map((n) => n.normalize('NFD').toLowerCase())).size).toBe(all.length);
			}
		}),
	);
});

test('a long name is cut between characters and keeps its ending', () => {
	const name = first('{name}', { name: `${'👩‍👩‍👧'.repeat(60)}.pdf` });
	expect(wrong(name)).toBe('');
	expect(name).toMatch(/^(👩‍👩‍👧|\p{Extended_Pictographic})+\.pdf$/u);
	expect(fileName('x'.repeat(500), '.json')).toMatch(/^x+\.json$/);
});

/** What is wrong with a file name, said of the rules of Windows, macOS and Linux and not of our code. */
function wrong(name: string): string {
	if (name === '' || name === '.' || name === '..') return `no name: ${name}`;
	for (const c of name) {
		const code = c.codePointAt(0) ?? 0;
		if (code < 32 || code === 127 || '/\\:*?"<>|'.includes(c)) return `${c} in ${name}`;
		if ([0x202e, 0x202d, 0x2066, 0x2067, 0x200f].includes(code)) return `turned: ${name}`;
	}
	if (/^[.\s~-]|[.\s]$/.test(name)) return `its beginning or end: ${name}`;
	const stem = (name.split('.')[0] ?? '').trimEnd().toUpperCase();
	if (['CON', 'PRN', 'AUX', 'NUL', 'CONIN$', 'CONOUT$'].includes(stem)) return `a device: ${name}`;
	if (/^(COM|LPT)[0-9¹²³]$/.test(stem)) return `a device: ${name}`;
	if (new TextEncoder().encode(name).length > 255) return `too long: ${name}`;
	return /\p{Cs}/u.test(name) ? `half a character in ${name}` : '';
}
