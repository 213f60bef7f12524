import { mediaOf, showingOf } from './kinds.ts';

// What is shown of a document whose bytes came from anybody. A picture is
// decoded in a frame without scripts and without this page's origin
// (sandbox=""), away from the page that holds the keys; text is text; a PDF is
// left to the browser's own viewer, in a tab of its own.

export type Shown =
	| { readonly as: 'picture'; readonly url: string }
	| { readonly as: 'text'; readonly text: string; readonly cut: boolean }
	| { readonly as: 'pdf'; readonly url: string }
	| { readonly as: 'nothing' };

/** A picture in the frame is carried by its own document, in base64. */
const pictureLimit = 30_000_000;
/** More of a text than anybody reads here. */
const textLimit = 200_000;

/** Whoever gets a url revokes it. */
export async function show(blob: Blob, type: string): Promise<Shown> {
	switch (showingOf(type)) {
		case 'picture':
			if (blob.size > pictureLimit) return { as: 'nothing' };
			return { as: 'picture', url: URL.createObjectURL(await frameOf(blob, mediaOf(type))) };
		case 'text':
			return { as: 'text', text: await textOf(blob), cut: blob.size > textLimit };
		case 'pdf':
			// Nothing else may come into the tab under the name of a PDF.
			if ((await blob.slice(0, 5).text()) !== '%PDF-') return { as: 'nothing' };
			return {
				as: 'pdf',
				url: URL.createObjectURL(new Blob([blob], { type: 'application/pdf' })),
			};
		case 'none':
			return { as: 'nothing' };
	}
}

/**
 * The document of the frame. Presentational attributes instead of styles, which
 * the policy refuses; an SVG image fits its frame and is turned as the camera
 * was held. `media` is one of the pictures of kinds.ts.
 */
async function frameOf(picture: Blob, media: string): Promise<Blob> {
	const data = await base64(picture);
	const head = '<meta charset="utf-8"><meta name="color-scheme" content="light dark">';
	const body = '<body topmargin="0" leftmargin="0" marginwidth="0" marginheight="0">';
	const image = `<image href="data:${media};base64,${data}" width="100%" height="100%"/>`;
	return new Blob([head, body, `<svg width="100%" height="100%">${image}</svg>`], {
		type: 'text/html',
	});
}

function base64(blob: Blob): Promise<string> {
	return new Promise((resolve, reject) => {
		const reader = new FileReader();
		reader.onload = () => {
			const url = String(reader.result);
			resolve(url.slice(url.indexOf(',') + 1));
		};
		reader.onerror = () => reject(reader.error);
		reader.readAsDataURL(blob);
	});
}

/** UTF-8, or what Windows wrote before it. */
async function textOf(blob: Blob): Promise<string> {
	const bytes = await blob.slice(0, textLimit).arrayBuffer();
	// The end may lie within a character when the text is cut.
	const whole = blob.size <= textLimit;
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole });
	} catch {
		return new TextDecoder('windows-1252').decode(bytes);
	}
}
