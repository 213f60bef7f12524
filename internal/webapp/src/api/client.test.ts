import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Api } from './client.ts';

function answering(response: () => Response | Promise<Response>) {
	const asked: { url: string; init: RequestInit }[] = [];
	const api = new Api({
		fetch: async (url, init = {}) => {
			asked.push({ url: String(url), init });
			return response();
		},
	});
	return { api, asked };
}

const problem = {
	type: '/problems/safe-full',
	title: 'Coffre plein',
	status: 413,
	detail: '…',
	limit: 5,
};

describe('the client of the gateway', () => {
	it('fills in paths and queries, and gives the ETag', async () => {
		const { api, asked } = answering(() =>
			Response.json({ items: [] }, { headers: { ETag: '"a"' } }),
		);
		await api.get('/api/v1/administrations', { query: { q: 'état civil', after: undefined } });
		const { etag } = await api.call('get', '/api/v1/devices/{code}', { path: { code: 'A/B' } });
		expect(asked.map((a) => a.url)).toEqual([
			'/api/v1/administrations?q=%C3%A9tat+civil',
			'/api/v1/devices/A%2FB',
		]);
		expect(asked[0]?.init).toMatchObject({
			credentials: 'same-origin',
			redirect: 'error',
			cache: 'no-store',
		});
		expect(etag).toBe('"a"');
	});

	it('turns problems into their slugs, and a dead line into offline', async () => {
		const full = answering(() => new Response(JSON.stringify(problem), { status: 413 }));
		await expect(full.api.get('/api/v1/safe')).rejects.toMatchObject({
			code: 'safe-full',
			limit: 5,
			problem: { title: 'Coffre plein' },
		});
		const html = answering(() => new Response('<h1>Bad gateway</h1>', { status: 502 }));
		await expect(html.api.get('/api/v1/safe')).rejects.toMatchObject({
			code: 'unavailable',
			problem: { status: 502 },
		});
		const dead = answering(() => Promise.reject(new TypeError('fetch failed')));
		await expect(dead.api.get('/api/v1/safe')).rejects.toMatchObject({ code: 'offline' });
		await expect(
			dead.api.get('/api/v1/safe', { signal: AbortSignal.abort() }),
		).rejects.toMatchObject({ code: 'cancelled' });
	});

	it('sends bytes as they are', async () => {
		const { api, asked } = answering(() => Response.json({ doc: 'd' }, { status: 201 }));
		const body = new Blob(['x']);
		await api.upload('/api/v1/safe/documents/{doc}/versions/{version}', {
			path: { doc: 'd', version: 'v' },
			headers: { 'Content-Digest': 'x' },
			body,
		});
		expect(asked[0]).toMatchObject({
			url: '/api/v1/safe/documents/d/versions/v',
			init: { method: 'PUT', body },
		});
	});
});

describe('its types', () => {
	it('are those of openapi.yaml', async () => {
		const root = fileURLToPath(new URL('../..', import.meta.url));
		const out = await mkdtemp(join(tmpdir(), 'schema-'));
		try {
			const made = join(out, 'schema.ts');
			const tool = join(root, 'node_modules/openapi-typescript/bin/cli.js');
			await promisify(execFile)(process.execPath, [
				tool,
				join(root, '../gateway/openapi.yaml'),
				'-o',
				made,
				'--immutable',
			]);
			const kept = await readFile(join(root, 'src/api/schema.ts'), 'utf8');
			expect(await readFile(made, 'utf8'), 'npm run gen').toBe(kept);
		} finally {
			await rm(out, { recursive: true });
		}
	});
});
