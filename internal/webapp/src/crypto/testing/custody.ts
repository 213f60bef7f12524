import { fingerprint, identityFromSeed, recipientOf, unlockIdentity } from '../age.ts';
import { type Bytes, text, toBase64, utf8 } from '../bytes.ts';
import { canonical } from '../canonical.ts';
import {
	type Card,
	type Custody,
	openShare,
	sealShare,
	sealSigned,
	signCard,
	signCustody,
	toCode,
} from '../custody.ts';
import { hashHex, sha256 } from '../derive.ts';
import { type Container, newKeyring } from '../keyring.ts';
import { requestWords, signAgreement, writeRequest } from '../recovery.ts';
import { split } from '../shamir.ts';
import { RootKey } from '../sign.ts';

// A whole recovery as this implementation makes it, for the Go one to read, and the reverse.

export interface CustodyVector {
	/** Of the holder. */
	root: string;
	safe: string;
	/** Of the custodians' unlocker. */
	p: string;
	/** The sheet that is made when all is lost. */
	paper: string;
	/** Of the custodians, with the roots that are their own. */
	vaults: { identity: string; root: string }[];
	made: {
		points: string[];
		container: Container;
		vk: string;
		custody: string;
		custodyIs: string;
		/** In the order of vaults. */
		shares: {
			custodian: string;
			sealed: string;
			is: string;
			agreement: string;
			agreementIs: string;
			/** The share, sealed to the sheet. */
			given: string;
		}[];
		request: string;
		french: string;
		english: string;
	};
	card: { root: string; vk: string; safe: string; signed: string; is: string; code: string };
}

const time = '2026-11-26T10:00:00Z';
const secret = (what: string): Bytes => sha256(utf8(`coffre test vector: ${what}`));
const safe = 'aaaaaaaaaaaaaaaaaaaaaaaaaa';
const unlocker = 'bbbbbbbbbbbbbbbbbbbbbbbbba';
const three = [
	{ id: 'ccccccccccccccccccccccccca', holder: 'fffffffffffffffffffffffffa', name: 'Mairie' },
	{ id: 'ddddddddddddddddddddddddda', holder: 'ggggggggggggggggggggggggga', name: 'Minh Trân' },
	{ id: 'eeeeeeeeeeeeeeeeeeeeeeeeea', holder: 'hhhhhhhhhhhhhhhhhhhhhhhhha', name: 'Zoé d’Été' },
] as const;
type One = (typeof three)[number];
const vaultOf = ({ name }: One) => identityFromSeed(secret(`custodian ${name}`));
const rootOf = ({ name }: One): Bytes => secret(`root of ${name}`);

export async function makeCustody(): Promise<CustodyVector> {
	const p = secret('custodians');
	const paper = secret('new paper');
	const { keyring, container } = await newKeyring(
		safe,
		[
			{ kind: 'paper', label: 'Clé papier', p: secret('paper') },
			{ kind: 'passphrase', label: '', p: secret('phrase') },
			{ kind: 'custodians', label: '', p, id: unlocker },
		],
		new Date(time),
	);
	const { root, payload } = keyring;
	const points = split(p);
	const shares = await Promise.all(
		three.map(async (who, i) => {
			const custodian = who.id;
			const share = toBase64(points[i] ?? p);
			const is = { suite: 1, safe, unlocker, custodian, share } as const;
			const sealed = await sealShare(is, root, await recipientOf(vaultOf(who)));
			return { who, sealed, is: text(canonical(is)) };
		}),
	);
	const custody: Custody = {
		suite: 1,
		safe,
		unlocker,
		holder: 'Angela Claire Louise Dubois',
		threshold: 2,
		delay: 259_200,
		created: time,
		custodians: await Promise.all(
			shares.map(async ({ who, sealed }, i) => ({
				...who,
				kind: i === 0 ? ('administration' as const) : ('safe' as const),
				recipient: fingerprint(await recipientOf(vaultOf(who))),
				share: hashHex(sealed),
			})),
		),
	};
	const signed = signCustody(custody, root);
	const recipient = await recipientOf(unlockIdentity(paper));
	const created = '2027-01-01T08:00:00Z';
	const request = writeRequest({ suite: 1, safe, custody: hashHex(signed), recipient, created });
	return {
		root: payload.root,
		safe,
		p: toBase64(p),
		paper: toBase64(paper),
		vaults: three.map((who) => ({ identity: vaultOf(who), root: toBase64(rootOf(who)) })),
		made: {
			points: points.map(toBase64),
			container,
			vk: toBase64(root.vk),
			custody: toBase64(signed),
			custodyIs: text(canonical(custody)),
			shares: await Promise.all(
				shares.map(async ({ who, sealed, is }) => {
					const own = await openShare(sealed, vaultOf(who), root.vk, custody, who.id);
					const seen = '2027-01-01T09:30:00Z';
					const asked = hashHex(request);
					const agreed = {
						suite: 1,
						safe,
						request: asked,
						custodian: who.id,
						index: 7,
						seen,
					} as const;
					return {
						custodian: who.id,
						sealed: toBase64(sealed),
						is,
						agreement: toBase64(signAgreement(agreed, new RootKey(rootOf(who)))),
						agreementIs: text(canonical(agreed)),
						given: toBase64(await sealSigned(own.signed, recipient)),
					};
				}),
			),
			request: text(request),
			french: requestWords(request, 'fr').join(' '),
			english: requestWords(request, 'en').join(' '),
		},
		card: await makeCard(three[1]),
	};
}

async function makeCard(who: One): Promise<CustodyVector['card']> {
	const root = new RootKey(rootOf(who));
	const recipient = await recipientOf(vaultOf(who));
	const card: Card = { suite: 1, safe: who.holder, recipient, name: who.name, created: time };
	return {
		root: toBase64(rootOf(who)),
		vk: toBase64(root.vk),
		safe: who.holder,
		signed: toBase64(signCard(card, root)),
		is: text(canonical(card)),
		code: toCode(who.holder, root.vk),
	};
}
