import { expect, test } from 'vitest';
import { numberOf } from './papernumber.ts';

const number = `${'b'.repeat(25)}a`;
const qr = `COFFRE1:${'A'.repeat(52)}`;

test('the number is in the square, or is typed as it is printed', () => {
	expect(numberOf(`${qr}.${number.toUpperCase()}`, 'whatever')).toBe(number);
	expect(numberOf(` ${qr}.${number}\n`, '')).toBe(number);
	expect(numberOf('abaisser abandon', 'BBBB bbbb-bbbb bbbb bbbb bbbb ba')).toBe(number);
	expect(numberOf(qr, number)).toBe(number);
	for (const typed of ['', 'bbbb', `${number}a`, `${number.slice(1)}1`])
		expect(numberOf(qr, typed), typed).toBeUndefined();
});
