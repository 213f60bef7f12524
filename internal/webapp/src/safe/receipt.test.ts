import { beforeEach, describe, expect, it } from 'vitest';
import { utf8 } from '../crypto/bytes.ts';
import { hashHex } from '../crypto/derive.ts';
import { eventOf, parseReceipt, parseShort, verifyReceipt } from '../crypto/receipt.ts';
import type { ReceiptView } from './receipttypes.ts';
import { add, browser, create, first, mairie, terms, words } from './testing/client.ts';
import { FakeGateway } from './testing/gateway.ts';

let gateway: FakeGateway;
beforeEach(() => {
	gateway = new FakeGateway();
});
const citizen = () => browser(gateway, 'citizen');
const openings = (): number => gateway.seen.filter((s) => s.endsWith('/release')).length;

/** What somebody else finds in it, who has nothing but the file or the link. */
async function shown(r: ReceiptView) {
	const proven = verifyReceipt(parseReceipt(r.file));
	const short = await parseShort(r.short);
	expect([eventOf(short).id, short.i]).toEqual([proven.event.id, proven.index]);
	expect(short.c).toEqual(proven.content);
	return proven;
}

describe('a receipt', () => {
	it('of a document says how it came in and which bytes it has', async () => {
		const { safe, paper } = await create(citizen());
		await add(safe, new File(['facture de mars'], 'Facture secrète.pdf'));
		const { id } = first(safe.entries);
		const made = await safe.receipt({ doc: id });
		expect(await shown(made)).toMatchObject({
			event: { what: 'document.added', doc: id },
			content: { sha256: hashHex(utf8('facture de mars')), size: 15 },
		});
		// What was just sent is known; its name is the holder's affair.
		expect(openings()).toBe(0);
		expect(made.name).toBe('Facture secrète.pdf');
		expect(made.file).not.toContain('secr');

		// Elsewhere the document is opened for it, once, and the journal tells.
		const other = await citizen().unlock({ kind: 'paper', text: words(paper) });
		for (let i = 0; i < 2; i++) expect((await other.receipt({ doc: id })).short).toBe(made.short);
		expect(openings()).toBe(1);
	});

	it('of a share and of its opening is for either side to keep', async () => {
		const { phrase } = await mairie(gateway);
		const { safe } = await create(citizen());
		await add(safe, new File(['a'], 'a'));
		const { id } = await safe.share(first(safe.entries).id, gateway.administration, terms);
		const given = await safe.receipt({ grant: id });
		expect((await shown(given)).event).toMatchObject({ what: 'grant.created', grant: id });

		const office = await browser(gateway, 'agent').unlockAdministration({
			kind: 'passphrase',
			text: words(phrase),
		});
		const { receipt } = await office.open(id);
		expect((await shown(receipt)).event).toMatchObject({ what: 'grant.released', grant: id });
		// The line in the citizen's own journal is the same event.
		const line = (await safe.journal()).items.find((i) => i.event.what === 'grant.released');
		if (!line) throw new Error('not told');
		expect((await safe.receipt({ proof: line.proof })).event).toEqual(receipt.event);
	});

	it('is not made of what is not there, not proven, or of other bytes', async () => {
		const { safe } = await create(citizen());
		await add(safe, new File(['a'], 'a'));
		const { id } = first(safe.entries);
		await expect(safe.receipt({ doc: 'x' })).rejects.toMatchObject({ code: 'not-found' });
		await expect(safe.receipt({ grant: 'x' })).rejects.toMatchObject({ code: 'not-found' });
		const [line] = (await safe.journal()).items;
		const { leaf: _, ...unproven } = first(line ? [line] : []).proof;
		await expect(safe.receipt({ proof: unproven })).rejects.toMatchObject({ code: 'leaf' });

		gateway.lie = (path, method, answer) =>
			path.endsWith('/journal') && method === 'GET' ? { ...answer, items: [] } : undefined;
		await expect(safe.receipt({ doc: id })).rejects.toMatchObject({ code: 'hole' });
		gateway.lie = undefined;
		const { version } = gateway.records.find((r) => r.event.what === 'document.added')?.event ?? {};
		const detail = { content: '0'.repeat(64) };
		gateway.journal.record({ what: 'document.added', doc: id, version, detail });
		await expect(safe.receipt({ doc: id })).rejects.toMatchObject({
			code: 'mismatch',
			evidence: { receipt: { content: { size: 1 } } },
		});
	});
});
