import type { Page } from 'playwright-core';

export interface Weight {
	/** Bytes on the wire, headers included. */
	readonly bytes: number;
	readonly requests: readonly string[];
}

/** What a first visit costs: everything asked for until the page is quiet. */
export async function weigh(page: Page, path: string): Promise<Weight> {
	const session = await page.context().newCDPSession(page);
	await session.send('Network.enable');
	await session.send('Network.setCacheDisabled', { cacheDisabled: true });
	const requests = new Map<string, string>();
	let bytes = 0;
	session.on('Network.requestWillBeSent', (e) => requests.set(e.requestId, e.request.url));
	session.on('Network.loadingFinished', (e) => {
		bytes += e.encodedDataLength;
	});
	await page.goto(path, { waitUntil: 'networkidle' });
	await session.detach();
	return { bytes, requests: [...requests.values()] };
}
