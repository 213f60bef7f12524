import { asDocument } from './contrast.ts';
import { findSheet } from './corners.ts';
import type { Ask, Said } from './protocol.ts';
import { straightened } from './straighten.ts';

// The worker's global scope, without the WebWorker library that collides with the DOM's.
const scope = globalThis as unknown as {
	postMessage(m: Said, transfer: Transferable[]): void;
	onmessage: ((e: MessageEvent<Ask>) => void) | null;
};

scope.onmessage = ({ data: ask }) => {
	const found = ask.corners ? { corners: ask.corners, sure: true } : findSheet(ask.picture);
	const sheet = straightened(ask.picture, found.corners);
	if (ask.look === 'document') asDocument(sheet);
	scope.postMessage({ ask: ask.ask, ...found, sheet }, [sheet.data.buffer]);
};
