import { describe, expect, it } from 'vitest';
import { parseIdentity, unlockIdentity } from './age.ts';
import { fromBase64, text, toBase64, utf8 } from './bytes.ts';
import { canonical } from './canonical.ts';
import {
	type OpenedShare,
	openCard,
	openCustody,
	openShare,
	parseCode,
	toCode,
} from './custody.ts';
import { openKeyring } from './keyring.ts';
import { combineShares, openAgreement, parseRequest, requestWords } from './recovery.ts';
import { combine } from './shamir.ts';
import { RootKey } from './sign.ts';
import { read } from './testing/vectors.ts';

const pairs = [
	[0, 1],
	[2, 0],
	[1, 2],
] as const;

// `npm run vectors` makes those of this implementation anew (vectors.test.ts).
describe.each(['ts', 'go'] as const)('a recovery that %s made', (maker) => {
	it('custody, shares and points', async () => {
		const v = await read(maker, 'custody');
		const vk = fromBase64(v.made.vk);
		expect(toBase64(new RootKey(fromBase64(v.root)).vk)).toBe(v.made.vk);
		const { hash, ...custody } = openCustody(fromBase64(v.made.custody), vk, v.safe);
		expect(text(canonical(custody))).toBe(v.made.custodyIs);
		expect(parseRequest(utf8(v.made.request)).custody).toBe(hash);
		for (const [i, s] of v.made.shares.entries()) {
			const own = parseIdentity(v.vaults[i]?.identity ?? '');
			const { share } = await openShare(fromBase64(s.sealed), own, vk, custody, s.custodian);
			expect(text(canonical(share))).toBe(s.is);
			expect(share.share).toBe(v.made.points[i]);
		}
		for (const [a, b] of pairs) {
			const [one, other] = [v.made.points[a] ?? '', v.made.points[b] ?? ''];
			expect(toBase64(combine(fromBase64(one), fromBase64(other)))).toBe(v.p);
		}
		expect((await openKeyring(v.made.container, fromBase64(v.p))).safe).toBe(v.safe);
	});

	it('request, words, agreements, and the shares that were given', async () => {
		const v = await read(maker, 'custody');
		const vk = fromBase64(v.made.vk);
		const bytes = utf8(v.made.request);
		const request = parseRequest(bytes);
		expect(requestWords(bytes, 'fr').join(' ')).toBe(v.made.french);
		expect(requestWords(bytes, 'en').join(' ')).toBe(v.made.english);
		const custody = openCustody(fromBase64(v.made.custody), vk, v.safe);
		const sheet = unlockIdentity(fromBase64(v.paper));
		const given: OpenedShare[] = [];
		for (const [i, s] of v.made.shares.entries()) {
			const own = new RootKey(fromBase64(v.vaults[i]?.root ?? ''));
			const agreement = openAgreement(fromBase64(s.agreement), own.vk);
			expect(text(canonical(agreement))).toBe(s.agreementIs);
			expect(agreement.request).toBe(request.hash);
			given.push(await openShare(fromBase64(s.given), sheet, vk, custody, s.custodian));
		}
		for (const [a, b] of pairs) {
			const two = [a, b].flatMap((i) => given[i] ?? []);
			const { keyring } = await combineShares(v.made.container, two);
			expect(toBase64(keyring.root.vk)).toBe(v.made.vk);
		}
	});

	it('a card and its code', async () => {
		const { card } = await read(maker, 'custody');
		const code = parseCode(card.code);
		const vk = fromBase64(card.vk);
		expect(text(canonical(openCard(fromBase64(card.signed), vk, code)))).toBe(card.is);
		expect([code.safe, toCode(card.safe, vk)]).toEqual([card.safe, card.code]);
	});
});
