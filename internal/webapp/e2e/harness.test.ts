import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { launch, look, noSidewaysScroll, visit } from './harness/browser.ts';

// What the other tests rely on: whatever is wrong with a page is seen.

const bad = `<!doctype html><html lang="fr"><title>Mal</title><main><h1>Mal</h1><img src="/a.png">
<p style="color:red">rouge</p><div class="wide">large</div>
<link rel="stylesheet" href="/wide.css"><script src="/bad.js"></script></main></html>`;
const script = `fetch('http://127.0.0.1:9/elsewhere').catch(() => 0); setTimeout(() => { throw new Error('oups') });`;

test('requests elsewhere, inline styles, exceptions, refusals, poor markup and sideways scroll are seen', async () => {
	const server = createServer((request, response) => {
		const body = { '/': bad, '/bad.js': script, '/wide.css': '.wide{width:90rem}' }[
			request.url ?? ''
		];
		const type = request.url?.endsWith('.css')
			? 'css'
			: request.url?.endsWith('.js')
				? 'javascript'
				: 'html';
		response.writeHead(body === undefined ? 404 : 200, {
			'Content-Type': `text/${type}`,
			'Content-Security-Policy': "style-src 'self'",
		});
		response.end(body);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const browser = await launch();
	try {
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		const { page, guard } = await visit(browser, url);
		await page.goto('/', { waitUntil: 'networkidle' });
		await expect.poll(() => guard.complaints()).toContain('oups');
		expect(guard.complaints()).toContain('another origin: http://127.0.0.1:9/elsewhere');
		expect(guard.complaints()).toContain('Content Security Policy');
		expect(guard.complaints()).toContain('status of 404');
		expect(() => guard.check()).toThrow();
		await expect(noSidewaysScroll(page, 'mal')).rejects.toThrow('scrolls sideways');
		await expect(look(page, 'harnais')).rejects.toThrow('image-alt');
	} finally {
		await browser.close();
		await new Promise((resolve) => server.close(resolve));
	}
});
