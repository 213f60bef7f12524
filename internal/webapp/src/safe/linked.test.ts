import { expect, it } from 'vitest';
import { toBase64 } from '../crypto/bytes.ts';
import { signMandate } from '../crypto/mandate.ts';
import { bindingOf, newLinkSecret, newSessionKey } from '../crypto/session.ts';
import { RootKey } from '../crypto/sign.ts';
import { code } from '../crypto/testing/code.ts';
import { mandateOf, safe } from '../crypto/testing/mandate.ts';
import { newSecret } from '../crypto/words.ts';
import { hadLink, wordsOfSafe } from './linked.ts';

it('a server that puts another citizen behind a session has no word of hers, and is seen by the words', async () => {
	const { public: session } = await newSessionKey(newSecret());
	const [hers, others] = [new RootKey(newSecret()), new RootKey(newSecret())];
	const secret = newLinkSecret();
	const phone = { secret, way: 'phone' } as const;
	const signed = signMandate(mandateOf(session), hers);
	const swapped = signMandate({ ...mandateOf(session), safe: `${'z'.repeat(25)}a` }, others);
	const binding = toBase64(bindingOf(secret, signed));

	expect(hadLink(phone, signed, binding)).toBe(true);
	// Hers is of her mandate, and of no other.
	expect(await code(() => hadLink(phone, swapped, binding))).toBe('mismatch');
	const guessed = toBase64(bindingOf(newLinkSecret(), swapped));
	for (const none of [guessed, '', binding.slice(4)])
		expect(await code(() => hadLink(phone, swapped, none))).toBe('mismatch');
	// Left out, the tab asks him to compare; at the counter the link was there.
	expect(hadLink(phone, swapped, undefined)).toBe(false);
	expect(await code(() => hadLink({ secret, way: 'counter' }, signed, undefined))).toBe('mismatch');
	expect(wordsOfSafe(session, safe, hers.vk)).not.toEqual(wordsOfSafe(session, safe, others.vk));
});
