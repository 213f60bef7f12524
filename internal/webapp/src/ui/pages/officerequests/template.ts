import { usual } from './names.ts';

// The template of an agent's names stays in his browser: it says nothing of anybody.

const key = 'coffre.noms';

export function keptTemplate(): string {
	try {
		return localStorage.getItem(key) ?? usual;
	} catch {
		return usual;
	}
}
export function keepTemplate(template: string): void {
	try {
		if (template === usual) localStorage.removeItem(key);
		else localStorage.setItem(key, template);
	} catch {
		// Kept for this page only.
	}
}
