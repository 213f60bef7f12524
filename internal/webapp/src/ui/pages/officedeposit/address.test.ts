import { expect, test } from 'vitest';
import { addressIn } from './address.ts';

const address = 'vcdeg4jy7f7o6evdvewhzztn3y';

test('an address is found alone, in a link, and as a person types it', () => {
	expect(addressIn(address)).toBe(address);
	expect(addressIn(` ${address.toUpperCase()}\n`)).toBe(address);
	expect(addressIn(address.replace(/.{4}/g, '$& '))).toBe(address);
	expect(addressIn(`https://coffre.example/administration/depot#${address}`)).toBe(address);
});

test('nothing else is one', () => {
	for (const text of [
		'',
		'marcel@example.fr',
		'1 85 05 78 006 084 36',
		address.slice(1),
		`${address}a`,
	])
		expect(addressIn(text)).toBeUndefined();
});
