import { afterEach, expect, it, vi } from 'vitest';
import { save } from './evidence.ts';

afterEach(() => {
	vi.unstubAllGlobals();
	vi.restoreAllMocks();
	vi.useRealTimers();
});

it('hands over a document as bytes, whatever its depositor called it', async () => {
	vi.useFakeTimers();
	const kept: Blob[] = [];
	vi.spyOn(URL, 'createObjectURL').mockImplementation((b) => `blob:${kept.push(b as Blob)}`);
	const revoked = vi.spyOn(URL, 'revokeObjectURL').mockImplementation(() => undefined);
	const a = { href: '', download: '', click: vi.fn(), remove: vi.fn() };
	vi.stubGlobal('document', { createElement: () => a, body: { append: vi.fn() } });
	save('facture\u202efdp.exe', new Blob(['<script>'], { type: 'text/html' }));
	expect(a).toMatchObject({ href: 'blob:1', download: 'facture_fdp.exe' });
	expect(kept.map((b) => b.type)).toEqual(['application/octet-stream']);
	expect(await kept[0]?.text()).toBe('<script>');
	expect(a.click).toHaveBeenCalledOnce();
	vi.runAllTimers();
	expect(revoked).toHaveBeenCalledWith('blob:1');
});
