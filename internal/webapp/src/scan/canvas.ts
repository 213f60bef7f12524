import type { Pixels } from './pixels.ts';

// Between files and pixels: what only the browser can do.

/**
 * The most that is looked at of a photograph: a page that fills it has then
 * the pixels that A4 needs at 200 dots per inch. What a camera took beyond
 * that is left out when the browser decodes it.
 */
export const MOST_PIXELS = 6_000_000;

export class UnreadableError extends Error {}

/**
 * The pixels of a photograph, upright: the browser follows what EXIF says of
 * its orientation. Nothing else of the file is kept.
 */
export async function decode(file: Blob, most = MOST_PIXELS): Promise<Pixels> {
	const url = URL.createObjectURL(file);
	const image = new Image();
	try {
		image.src = url;
		await image.decode();
		const { naturalWidth: w, naturalHeight: h } = image;
		if (w === 0 || h === 0) throw new UnreadableError('empty');
		const scale = Math.min(1, Math.sqrt(most / (w * h)));
		const width = Math.max(1, Math.round(w * scale));
		const height = Math.max(1, Math.round(h * scale));
		return withCanvas(width, height, (context) => {
			// What is transparent is white, as on paper.
			context.fillStyle = '#fff';
			context.fillRect(0, 0, width, height);
			context.drawImage(image, 0, 0, width, height);
			return context.getImageData(0, 0, width, height);
		});
	} catch (e) {
		throw new UnreadableError('not a picture', { cause: e });
	} finally {
		image.removeAttribute('src');
		URL.revokeObjectURL(url);
	}
}

/** As a JPEG, which holds pixels and nothing else; and a small one for lists. */
export async function encode(
	p: Pixels,
	quality: number,
	longestOfSmall: number,
): Promise<{ readonly jpeg: Blob; readonly small: Blob }> {
	return withCanvas(p.width, p.height, async (context, canvas) => {
		context.putImageData(new ImageData(p.data, p.width, p.height), 0, 0);
		const scale = Math.min(1, longestOfSmall / Math.max(p.width, p.height));
		const width = Math.max(1, Math.round(p.width * scale));
		const height = Math.max(1, Math.round(p.height * scale));
		const small = await withCanvas(width, height, (shrunk, c) => {
			shrunk.drawImage(canvas, 0, 0, width, height);
			return toJPEG(c, 0.8);
		});
		return { jpeg: await toJPEG(canvas, quality), small };
	});
}

/** The frame that a video shows. */
export function frameOf(video: HTMLVideoElement): Promise<Blob> {
	return withCanvas(video.videoWidth, video.videoHeight, (context, canvas) => {
		context.drawImage(video, 0, 0);
		return toJPEG(canvas, 0.92);
	});
}

function toJPEG(canvas: HTMLCanvasElement, quality: number): Promise<Blob> {
	return new Promise((resolve, reject) => {
		canvas.toBlob(
			(b) => (b ? resolve(b) : reject(new UnreadableError('the browser made no JPEG'))),
			'image/jpeg',
			quality,
		);
	});
}

/** A canvas for the time of its use: phones wait long before they free one. */
function withCanvas<T>(
	width: number,
	height: number,
	use: (context: CanvasRenderingContext2D, canvas: HTMLCanvasElement) => T,
): T {
	const canvas = document.createElement('canvas');
	canvas.width = width;
	canvas.height = height;
	const free = (): void => {
		canvas.width = 0;
		canvas.height = 0;
	};
	const context = canvas.getContext('2d', { willReadFrequently: true });
	if (context === null) throw new UnreadableError('no canvas');
	context.imageSmoothingQuality = 'high';
	let used: T;
	try {
		used = use(context, canvas);
	} catch (e) {
		free();
		throw e;
	}
	if (used instanceof Promise) void used.then(free, free);
	else free();
	return used;
}
