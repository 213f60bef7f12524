import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isCut, isSeal, keepLink, leadTo, pathOf, sealIn, takeLink } from './link.ts';

const kept = new Map<string, string>();
beforeEach(() => {
	kept.clear();
	vi.stubGlobal('sessionStorage', {
		getItem: (k: string) => kept.get(k) ?? null,
		setItem: (k: string, v: string) => kept.set(k, v),
		removeItem: (k: string) => kept.delete(k),
	});
});
afterEach(() => {
	vi.unstubAllGlobals();
});
const link = { id: 'a'.repeat(26), seal: 'AbC_-'.padEnd(22, '0') };

it('is a seal only when nothing of it is missing', () => {
	expect(isSeal(link.seal)).toBe(true);
	for (const cut of ['', link.seal.slice(1), `${link.seal}0`, 'main', `${link.seal.slice(1)}=`])
		expect(isSeal(cut), cut).toBe(false);
	expect(sealIn(`#${link.seal}`)).toBe(link.seal);
	expect([sealIn(''), sealIn('#')]).toEqual([undefined, undefined]);
});

it('waits for one log-in in this tab, and is gone once it is taken', () => {
	keepLink(link);
	expect(pathOf(takeLink() ?? { id: '' })).toBe(`/demande/${link.id}#${link.seal}`);
	expect(takeLink()).toBeUndefined();
	expect(kept.size).toBe(0);
	keepLink({ id: link.id });
	expect(pathOf(takeLink() ?? { id: '' })).toBe(`/demande/${link.id}`);
});

it('is lost, and nothing else, where the browser keeps nothing', () => {
	vi.stubGlobal('sessionStorage', undefined);
	keepLink(link);
	expect(takeLink()).toBeUndefined();
});

it('was cut unless it is whole, or one’s own list has led there', () => {
	expect(isCut(link.id, true)).toBe(false);
	expect(isCut(link.id, false)).toBe(true);
	leadTo(link.id);
	expect(isCut(link.id, false)).toBe(false);
	expect(isCut('b'.repeat(26), false)).toBe(true);
});
