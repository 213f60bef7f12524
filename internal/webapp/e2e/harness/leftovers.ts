import type { Page } from 'playwright-core';

/**
 * All that a browser keeps of this origin, and all that the page shows or
 * holds in its markup: what somebody finds who sits down at it afterwards.
 */
export async function leftovers(page: Page): Promise<string> {
	return page.evaluate(async () => {
		const found: string[] = [document.documentElement.outerHTML, document.title, document.cookie];
		for (const input of document.querySelectorAll('input, textarea')) {
			if (input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement)
				found.push(input.value);
		}
		for (const store of [localStorage, sessionStorage]) {
			for (let i = 0; i < store.length; i++) {
				const key = store.key(i) ?? '';
				found.push(`${key}=${store.getItem(key)}`);
			}
		}
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const request of await cache.keys()) {
				const response = await cache.match(request);
				found.push(`${request.url} ${await response?.text()}`);
			}
		}
		for (const { name = '' } of await indexedDB.databases()) {
			const db = await new Promise<IDBDatabase>((resolve, reject) => {
				const open = indexedDB.open(name);
				open.onsuccess = () => resolve(open.result);
				open.onerror = () => reject(open.error);
			});
			found.push(`database ${name}: ${[...db.objectStoreNames].join(' ')}`);
			db.close();
		}
		const workers = await navigator.serviceWorker?.getRegistrations();
		for (const w of workers ?? []) found.push(`service worker ${w.scope}`);
		return found.join('\n');
	});
}
