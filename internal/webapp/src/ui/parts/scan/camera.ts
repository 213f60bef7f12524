/** Whether this browser films at all; who uses it may still refuse. */
export function mayFilm(): boolean {
	return typeof navigator.mediaDevices?.getUserMedia === 'function';
}

/** The camera at the back of a telephone, as sharp as it will. */
export function film(): Promise<MediaStream> {
	return navigator.mediaDevices.getUserMedia({
		audio: false,
		video: {
			facingMode: { ideal: 'environment' },
			width: { ideal: 3840 },
			height: { ideal: 2160 },
		},
	});
}

export function stop(stream: MediaStream | undefined): void {
	for (const track of stream?.getTracks() ?? []) track.stop();
}
