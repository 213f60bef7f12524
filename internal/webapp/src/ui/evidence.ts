import type { CoffreError } from '../errors.ts';

/** Saves what an alarm is about, for somebody else to read. Nothing in it is secret. */
export function saveEvidence(error: CoffreError): void {
	keep(error.code, about(error));
}

/** The same of several alarms of one page, with what they are about. */
export function saveProofs(
	name: string,
	errors: readonly CoffreError[],
	more: Readonly<Record<string, unknown>>,
): void {
	keep(name, { alarms: errors.map(about), ...more });
}

function about({ code, message, problem, evidence }: CoffreError): Record<string, unknown> {
	return { code, message, problem, evidence };
}

function keep(name: string, what: Readonly<Record<string, unknown>>): void {
	const page = { site: location.origin, path: location.pathname, time: new Date().toISOString() };
	save(`coffre-${name}.json`, JSON.stringify({ ...page, ...what }, null, 2), 'application/json');
}

// They turn "fdp.exe" into what reads as a PDF.
const turning = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Hands bytes to the browser under a name. Of a document from anybody, neither
 * the name nor the type is believed: what a browser opens instead of keeping
 * it would be a page of this site.
 */
export function save(name: string, content: string | Blob, type = 'text/plain'): void {
	const blob =
		typeof content === 'string'
			? new Blob([content], { type })
			: content.slice(0, content.size, 'application/octet-stream');
	const url = URL.createObjectURL(blob);
	const a = document.createElement('a');
	a.href = url;
	a.download = name.replace(turning, '_');
	document.body.append(a);
	a.click();
	a.remove();
	// The browser reads it after the click.
	setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
