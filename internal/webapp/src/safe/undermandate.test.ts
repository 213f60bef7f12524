import { beforeEach, describe, expect, it } from 'vitest';
import { fingerprint, type Identity, parseRecipient } from '../crypto/age.ts';
import { fromBase64, newId, toBase64, toTime } from '../crypto/bytes.ts';
import { type Grant, openOwnGrant, sealSessionGrant } from '../crypto/grant.ts';
import { openKeyring } from '../crypto/keyring.ts';
import { type Mandate, signMandate } from '../crypto/mandate.ts';
import { newSessionKey, type SessionKey } from '../crypto/session.ts';
import type { RootKey } from '../crypto/sign.ts';
import { newSecret, parsePaper } from '../crypto/words.ts';
import type { OpenAdministration } from './openadministration.ts';
import { add, browser, create, first, mairie, terms, words } from './testing/client.ts';
import { FakeGateway } from './testing/gateway.ts';

let gateway: FakeGateway;
let agent: OpenAdministration;
let root: RootKey;
let key: Identity;
let session: SessionKey;
let mandate: Mandate;
/** As the mediator gives it, and what the citizen gave. */
let given: Grant;
let share: string;

/** A mandate names no service. */
const { service: _, ...unaddressed } = terms;
const second = 1000;
/** However long a test takes on a busy machine. */
const begun = Date.now();
const at = (ms: number) => toTime(new Date(begun + ms));

beforeEach(async () => {
	gateway = new FakeGateway();
	const { phrase } = await mairie(gateway);
	const { safe, paper } = await create(browser(gateway, 'citizen'));
	await add(safe, new File(['Quittance de mars'], 'quittance.txt'));
	const entry = first(safe.entries);
	share = (await safe.share(entry.id, gateway.administration, unaddressed)).id;
	agent = await browser(gateway, 'agent', {}).unlockAdministration({
		kind: 'passphrase',
		text: words(phrase),
	});
	if (!gateway.keyring) throw new Error('not there');
	const ring = await openKeyring(gateway.keyring, parsePaper(words(paper)));
	root = ring.root;
	const vault = first(ring.vaults);
	const sealed = fromBase64(gateway.versions.get(entry.id)?.grant ?? '');
	const { identity, recipient } = vault;
	const own = await openOwnGrant(sealed, identity, recipient, ring.vks, ring.safe);
	key = own.key;
	session = await newSessionKey(newSecret());
	mandate = {
		suite: 1,
		id: newId(),
		safe: ring.safe,
		structure: newId(),
		structureName: 'France Services de Vaulx',
		index: 0,
		mediator: newId(),
		mediatorName: 'Yasmine Haddad',
		acts: ['deposit', 'share'],
		documents: [entry.id],
		administrations: [gateway.administration],
		grantsUntil: toTime(terms.notAfter),
		purpose: terms.purpose,
		session: session.public,
		created: at(-600 * second),
		notAfter: at(600 * second),
	};
	const { grant } = own;
	given = {
		...grant,
		created: at(0),
		reader: gateway.administration,
		recipient: '',
		index: 0,
		purpose: terms.purpose,
		notAfter: toTime(terms.notAfter),
		mandate: mandate.id,
	};
});

const office = () => parseRecipient(gateway.administrationKeyring?.recipient ?? '');

/** What a gateway answers to the release of it. */
async function give(m: string | undefined, by = session, deposit?: object): Promise<void> {
	const g = { ...given, recipient: fingerprint(office()) };
	const grant = toBase64(await sealSessionGrant(g, by.key, key, office()));
	gateway.lie = (path, _, a) =>
		path.endsWith('/release')
			? { ...a, grant, ...(m === undefined ? {} : { mandate: m }), ...(deposit ? { deposit } : {}) }
			: undefined;
}
const signed = (change: Partial<Mandate> = {}) =>
	toBase64(signMandate({ ...mandate, ...change }, root));

describe('what a mediator gives', () => {
	it('opens with the mandate that the citizen has signed, and says who gave it', async () => {
		await give(signed());
		const { grant, blob } = await agent.open(share);
		expect(await blob.text()).toBe('Quittance de mars');
		expect(grant.mediator).toEqual({
			name: 'Yasmine Haddad',
			structure: 'France Services de Vaulx',
		});
		gateway.lie = undefined;
		expect((await agent.open(share)).grant.mediator).toBeUndefined();
	});

	it('does not open with any link of the chain missing, or another one (T10)', async () => {
		const other = await newSessionKey(newSecret());
		const edited = fromBase64(signed());
		edited[100] = (edited[100] ?? 0) ^ 1;
		const lies: [string, string | undefined, SessionKey, string][] = [
			['no mandate', undefined, session, 'signature'],
			['an edited one', toBase64(edited), session, 'signature'],
			['other keys', signed(), other, 'signature'],
			['another mandate', signed({ id: newId() }), session, 'mismatch'],
			['another purpose', signed({ purpose: 'Prospecter' }), session, 'mismatch'],
			['another document', signed({ documents: [newId()] }), session, 'mismatch'],
			['another reader', signed({ administrations: [newId()] }), session, 'mismatch'],
			['one that is over', signed({ notAfter: at(-second) }), session, 'mismatch'],
			['one that has not begun', signed({ created: at(60 * second) }), session, 'mismatch'],
			['one that gives less long', signed({ grantsUntil: at(60 * second) }), session, 'mismatch'],
		];
		for (const [what, m, by, code] of lies) {
			await give(m, by);
			await expect(agent.open(share), what).rejects.toMatchObject({
				code,
				evidence: { release: expect.anything() },
			});
		}
		// The citizen's own grant, dressed as a mediator's.
		gateway.lie = (path, _, a) =>
			path.endsWith('/release') ? { ...a, mandate: signed() } : undefined;
		await expect(agent.open(share)).rejects.toMatchObject({ code: 'signature' });
	});

	it('may have come in under the mandate, when the log tells so', async () => {
		const { documents: _, ...bare } = mandate;
		const m = toBase64(signMandate(bare, root));
		const { doc, version } = given;
		const event = {
			what: 'deposit.received',
			time: at(-60 * second),
			who: { kind: 'mediator', name: 'Yasmine Haddad' },
			behalf: { kind: 'citizen', name: 'Angela' },
			doc,
			version,
			detail: { mandate: mandate.id },
		};
		for (const lie of [
			{ detail: { mandate: newId() } },
			{ doc: newId() },
			{ version: newId() },
			{ safe: newId() },
			{ result: 'refused' },
			{ what: 'document.opened' },
			{ time: at(601 * second) },
		]) {
			await give(m, session, gateway.journal.record({ ...event, ...lie }));
			await expect(agent.open(share), JSON.stringify(lie)).rejects.toMatchObject({ code: 'leaf' });
		}
		await give(m);
		await expect(agent.open(share)).rejects.toMatchObject({ code: 'mismatch' });
		await give(m, session, gateway.journal.record(event));
		expect((await agent.open(share)).grant.mediator?.name).toBe('Yasmine Haddad');
	});
});
