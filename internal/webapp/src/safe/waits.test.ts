import { beforeEach, describe, expect, it } from 'vitest';
import type { OpenSafe } from './opensafe.ts';
import { browser, create, first } from './testing/client.ts';
import { FakeGateway, type Json } from './testing/gateway.ts';
import type { JournalItem } from './types.ts';

let gateway: FakeGateway;
let safe: OpenSafe;
let now: Date;

beforeEach(async () => {
	gateway = new FakeGateway();
	now = new Date();
	const fetch = gateway.as('citizen');
	({ safe } = await create(browser(gateway, 'citizen', {}, fetch, () => now)));
});

const later = (minutes: number): void => {
	now = new Date(now.getTime() + minutes * 60_000);
};
/** The newest lines are said to wait for the log. */
const waiting = (count: number): void => {
	gateway.lie = (path, _, a) =>
		path.endsWith('/journal')
			? { ...a, items: (a.items as Json[]).map((item, i) => (i < count ? unproven(item) : item)) }
			: undefined;
};
const unproven = ({ index: _, path: __, ...item }: Json): Json => item;

describe('a line that waits for the log', () => {
	let line: JournalItem;
	const again = async (): Promise<JournalItem> => {
		const { items } = await safe.journal();
		return first(items.filter((i) => i.event.id === line.event.id));
	};

	beforeEach(async () => {
		await safe.createFolder('a');
		waiting(1);
		line = first((await safe.journal()).items);
		expect(line.checked).toBe('waiting');
	});

	it('does not wait for ever while the log goes on without it', async () => {
		waiting(2);
		await safe.createFolder('b');
		later(5);
		expect((await again()).checked).toBe('waiting');
		later(6);
		expect(await again()).toMatchObject({
			checked: 'failed',
			error: { code: 'leaf', evidence: { seen: expect.anything(), event: line.proof.event } },
		});
	});

	it('may wait as long as nothing at all becomes public', async () => {
		later(24 * 60);
		expect((await again()).checked).toBe('waiting');
		// And then come with one of the next checkpoints.
		waiting(2);
		await safe.createFolder('b');
		expect((await again()).checked).toBe('waiting');
	});

	it('may have waited, once it is proven', async () => {
		gateway.lie = undefined;
		await safe.createFolder('b');
		later(60);
		expect((await again()).checked).toBe('ok');
	});
});
