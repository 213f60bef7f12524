import type { CoffreError } from '../errors.ts';

/** Saves what an alarm is about, for somebody else to read. Nothing in it is secret. */
export function saveEvidence(error: CoffreError): void {
	const { code, message, problem, evidence } = error;
	const about = { code, message, problem, evidence };
	const page = { site: location.origin, path: location.pathname, time: new Date().toISOString() };
	save(`coffre-${code}.json`, JSON.stringify({ ...page, ...about }, null, 2), 'application/json');
}

/** Hands bytes to the browser under a name. */
export function save(name: string, content: string | Blob, type = 'text/plain'): void {
	const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
	const url = URL.createObjectURL(blob);
	const a = document.createElement('a');
	a.href = url;
	a.download = name;
	document.body.append(a);
	a.click();
	a.remove();
	// The browser reads it after the click.
	setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
