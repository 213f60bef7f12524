import { CoffreError, type Problem } from '../errors.ts';
import type { paths } from './schema.ts';

type Method = 'get' | 'put' | 'post' | 'delete';
export type PathWith<M extends Method> = {
	[P in keyof paths]: paths[P][M] extends object ? P : never;
}[keyof paths] &
	string;

type Operation<P extends keyof paths, M extends Method> = paths[P][M];
type JSONOf<R> = R extends { content: { 'application/json': infer T } } ? T : undefined;
type Body<O> = O extends { requestBody: { content: { 'application/json': infer T } } } ? T : never;
type Answer<O> = O extends { responses: infer R }
	? R extends { 200: infer A }
		? JSONOf<A>
		: R extends { 201: infer A }
			? JSONOf<A>
			: undefined
	: never;

export type Params = Readonly<Record<string, string | number | undefined>>;

export interface Request<B = unknown> {
	/** Values of the {…} in the path. */
	readonly path?: Params;
	readonly query?: Params;
	readonly body?: B;
	readonly headers?: Readonly<Record<string, string>>;
	readonly signal?: AbortSignal | undefined;
}

export interface Answered<T> {
	readonly data: T;
	readonly etag: string;
}

export interface Upload {
	readonly path: Params;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Blob;
	readonly onProgress?: (sent: number) => void;
	readonly signal?: AbortSignal | undefined;
}

export interface ApiOptions {
	/** Origin of the gateway; the page's own by default. */
	readonly base?: string;
	readonly fetch?: typeof fetch;
}

/**
 * The gateway's HTTP interface, typed by openapi.yaml. Rejects with
 * CoffreError: the slug of the problem, 'offline' or 'cancelled'.
 */
export class Api {
	readonly #base: string;
	readonly #fetch: typeof fetch;

	constructor(options: ApiOptions = {}) {
		this.#base = options.base ?? '';
		this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
	}

	/** Whether the gateway is on this machine, as the address says and not as the gateway does. */
	get local(): boolean {
		const { hostname } = new URL(this.#base || (globalThis.location?.href ?? 'https://elsewhere'));
		return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
	}

	async get<P extends PathWith<'get'>>(
		path: P,
		request: Request<never> = {},
	): Promise<Answer<Operation<P, 'get'>>> {
		return (await this.call('get', path, request)).data;
	}

	/** Any operation that takes and gives JSON or nothing. */
	async call<M extends Method, P extends PathWith<M>>(
		method: M,
		path: P,
		request: Request<Body<Operation<P, M>>> = {},
	): Promise<Answered<Answer<Operation<P, M>>>> {
		const headers: Record<string, string> = { Accept: 'application/json', ...request.headers };
		const init: RequestInit = { method: method.toUpperCase(), headers };
		if (request.body !== undefined) {
			headers['Content-Type'] = 'application/json';
			init.body = JSON.stringify(request.body);
		}
		const response = await this.#send(url(path, request), init, request.signal);
		const json = response.headers.get('Content-Type')?.startsWith('application/json') ?? false;
		const data = json ? await this.#read(() => response.json(), request.signal) : undefined;
		return {
			data: data as Answer<Operation<P, M>>,
			etag: response.headers.get('ETag') ?? '',
		};
	}

	/** Sealed bytes. The browser may keep them on disk; they are not in the heap. */
	async blob(path: PathWith<'get'>, request: Request<never> = {}): Promise<Blob> {
		const init = { method: 'GET', headers: { Accept: 'application/octet-stream' } };
		const response = await this.#send(url(path, request), init, request.signal);
		return this.#read(() => response.blob(), request.signal);
	}

	/** A PUT of bytes; progress is told where the browser tells it. */
	async upload<P extends PathWith<'put'>>(
		path: P,
		upload: Upload,
	): Promise<Answer<Operation<P, 'put'>>> {
		const headers = { 'Content-Type': 'application/octet-stream', ...upload.headers };
		const where = this.#base + url(path, upload);
		const response =
			typeof XMLHttpRequest === 'undefined'
				? await this.#send(
						url(path, upload),
						{ method: 'PUT', headers, body: upload.body },
						upload.signal,
					)
				: await put(where, headers, upload);
		if (!response.ok) throw await problem(response);
		return (await this.#read(() => response.json(), upload.signal)) as Answer<Operation<P, 'put'>>;
	}

	async #send(path: string, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
		const response = await this.#read(
			() =>
				this.#fetch(this.#base + path, {
					...init,
					credentials: 'same-origin',
					redirect: 'error',
					cache: 'no-store',
					...(signal ? { signal } : {}),
				}),
			signal,
		);
		if (!response.ok) throw await problem(response);
		return response;
	}

	async #read<T>(read: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
		try {
			return await read();
		} catch (e) {
			throw lost(e, signal);
		}
	}
}

/** A fresh Idempotency-Key. */
export function idempotencyKey(): string {
	return crypto.randomUUID();
}

function url(path: string, request: { path?: Params; query?: Params }): string {
	const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
		const value = request.path?.[name];
		if (value === undefined)
			throw new CoffreError('internal', { message: `no ${name} in ${path}` });
		return encodeURIComponent(value);
	});
	const query = new URLSearchParams();
	for (const [k, v] of Object.entries(request.query ?? {})) {
		if (v !== undefined) query.set(k, String(v));
	}
	return query.size > 0 ? `${filled}?${query}` : filled;
}

// fetch tells no progress of what it sends.
function put(where: string, headers: Record<string, string>, upload: Upload): Promise<Response> {
	return new Promise((resolve, reject) => {
		if (upload.signal?.aborted) return reject(new CoffreError('cancelled'));
		const xhr = new XMLHttpRequest();
		const abort = (): void => xhr.abort();
		upload.signal?.addEventListener('abort', abort);
		xhr.open('PUT', where);
		for (const [k, v] of Object.entries(headers)) xhr.setRequestHeader(k, v);
		xhr.upload.onprogress = (e) => upload.onProgress?.(e.loaded);
		xhr.onload = () => {
			const type = xhr.getResponseHeader('Content-Type') ?? '';
			resolve(
				new Response(xhr.responseText || null, {
					status: xhr.status,
					headers: { 'Content-Type': type },
				}),
			);
		};
		xhr.onerror = () => reject(new CoffreError('offline'));
		xhr.onabort = () => reject(new CoffreError('cancelled'));
		xhr.onloadend = () => upload.signal?.removeEventListener('abort', abort);
		xhr.send(upload.body);
	});
}

function lost(e: unknown, signal: AbortSignal | undefined): CoffreError {
	if (e instanceof CoffreError) return e;
	const message = e instanceof Error ? e.message : String(e);
	return new CoffreError(signal?.aborted ? 'cancelled' : 'offline', { message });
}

/** The problem a response carries; one without a problem document is 'unavailable'. */
async function problem(response: Response): Promise<CoffreError> {
	const body: unknown = await response.json().catch(() => undefined);
	if (isProblem(body)) {
		const slug = body.type.split('/').pop() || 'unavailable';
		return new CoffreError(slug, { message: body.title, problem: body, limit: body.limit });
	}
	const code = response.status === 401 ? 'unauthenticated' : 'unavailable';
	const made = { type: `/problems/${code}`, title: '', status: response.status, detail: '' };
	return new CoffreError(code, { message: `status ${response.status}`, problem: made });
}

function isProblem(v: unknown): v is Problem {
	const p = v as Partial<Problem> | null;
	return typeof p === 'object' && typeof p?.type === 'string' && typeof p.status === 'number';
}
