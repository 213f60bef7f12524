import { readFile, writeFile } from 'node:fs/promises';
import { fingerprint, identityFromSeed, recipientOf } from '../age.ts';
import { text, toBase64, utf8 } from '../bytes.ts';
import { canonical } from '../canonical.ts';
import { type Change, payloadOf, signChange } from '../change.ts';
import { sha256 } from '../derive.ts';
import { sealDocument } from '../document.ts';
import { type Grant, sealGrant } from '../grant.ts';
import {
	type Container,
	type Keyring,
	newKeyring,
	openKeyring,
	reseal,
	succeed,
} from '../keyring.ts';
import { type Manifest, sealManifest } from '../manifest.ts';
import { type Context, RootKey } from '../sign.ts';
import { type AcknowledgeVector, makeAcknowledgements } from './acknowledge.ts';
import { type CustodyVector, makeCustody } from './custody.ts';
import { type IssueVector, makeIssue } from './issue.ts';
import { type MandateVector, makeMandate } from './mandate.ts';
import { makeRequest, type RequestVector } from './request.ts';

// What this implementation makes and the Go one must read, ts-*.json, and the
// reverse, go-*.json: internal/sealed/testdata/README.md. Bytes are base64,
// payloads canonical JSON.

export interface KeyringVector {
	/** The unlock secrets, in the order of the container's copies. */
	unlock: { kind: string; p: string }[];
	container: Container;
	/** The payload under the signature. */
	keyring: string;
}
export interface ManifestVector {
	safe: string;
	root: string;
	vk: string;
	/** Identity of the vault. */
	vault: string;
	sealed: string;
	manifest: string;
}
export interface GrantVector {
	root: string;
	vk: string;
	/** Identity of the reader. */
	reader: string;
	/** Identity of the version. */
	key: string;
	sealed: string;
	grant: string;
}
export interface DocumentVector {
	key: string;
	document: string;
	sealed: string;
	sha256: string;
}
export interface ChangeVector {
	root: string;
	vk: string;
	/** What is under the signature. */
	change: string;
	/** The signature alone. */
	signed: string;
}
export interface Vectors {
	keyring: KeyringVector;
	/** The third epoch, after an unlocker was added, one renamed, one removed. */
	resealed: KeyringVector;
	manifest: ManifestVector;
	grant: GrantVector;
	document: DocumentVector;
	/** Its root was replaced twice: the ways vouch for the first, the second and the third key. */
	succession: KeyringVector;
	change: ChangeVector;
	/** A whole recovery. */
	custody: CustodyVector;
	/** A request, and what both sides write about it. */
	request: RequestVector;
	/** A mediator's mandate, and what is done under it. */
	mandate: MandateVector;
	/** An issuer's mark, and a grant that carries it. */
	issue: IssueVector;
	/** What an administration says of what it was given. */
	acknowledge: AcknowledgeVector;
}
export type VectorName = keyof Vectors;

export const testdata = new URL('../../../../sealed/testdata/', import.meta.url);

const time = '2026-03-01T10:00:00Z';
/** 32 bytes that anybody can make again. */
const secret = (what: string) => sha256(utf8(`coffre test vector: ${what}`));
const identity = (what: string) => identityFromSeed(secret(what));
const safe = 'aaaaaaaaaaaaaaaaaaaaaaaaaa';
const doc = 'bbbbbbbbbbbbbbbbbbbbbbbbba';
const version = 'ccccccccccccccccccccccccca';
const reader = 'ddddddddddddddddddddddddda';

export async function make(): Promise<Vectors> {
	const root = new RootKey(secret('root'));
	const bytes = utf8('Avis d’imposition 2026\n'.repeat(40));
	const key = identity('version');
	const { sealed, sha256: sum } = await sealDocument(new Blob([bytes]), await recipientOf(key));
	const about = {
		sha256: sum,
		sealed: sealed.size,
		size: bytes.length,
		name: 'Avis d’été.pdf',
		type: 'application/pdf',
	};
	const rootAndVK = { root: toBase64(secret('root')), vk: toBase64(root.vk) };

	const vault = identity('vault');
	const manifest: Manifest = {
		suite: 1,
		safe,
		epoch: 2,
		previous: 'ab'.repeat(32),
		time,
		folders: [{ id: reader, name: 'Impôts' }],
		docs: [
			{ id: doc, version, ...about, folder: reader, added: time, changed: time, origin: reader },
		],
		gone: [{ id: version, name: 'vieux.txt', time }],
	};
	const to = await recipientOf(identity('reader'));
	const grant: Grant = {
		suite: 1,
		safe,
		doc,
		version,
		...about,
		created: time,
		reader,
		recipient: fingerprint(to),
		index: 0,
		purpose: 'Inscription à l’école',
		service: 'etat-civil',
		notAfter: '2027-03-01T10:00:00Z',
	};
	const ways = [
		{ kind: 'paper', label: 'Clé en papier', p: secret('paper') },
		{ kind: 'passkey', label: '', p: secret('passkey'), credential: 'AQIDBA' },
	] as const;
	const { container, keyring } = await newKeyring(safe, ways, new Date(time));
	const again = await resealed({ container, keyring });
	return {
		custody: await makeCustody(),
		request: await makeRequest(),
		mandate: await makeMandate(),
		issue: await makeIssue(),
		acknowledge: makeAcknowledgements(),
		succession: await succession(),
		change: change(),
		resealed: again,
		keyring: {
			unlock: ways.map(({ kind, p }) => ({ kind, p: toBase64(p) })),
			container,
			keyring: text(canonical(keyring.payload)),
		},
		manifest: {
			safe,
			...rootAndVK,
			vault,
			sealed: toBase64(await sealManifest(manifest, root, await recipientOf(vault))),
			manifest: text(canonical(manifest)),
		},
		grant: {
			...rootAndVK,
			reader: identity('reader'),
			key,
			sealed: toBase64(await sealGrant(grant, root, key, to)),
			grant: text(canonical(grant)),
		},
		document: {
			key,
			document: toBase64(bytes),
			sealed: toBase64(new Uint8Array(await sealed.arrayBuffer())),
			sha256: sum,
		},
	};
}

async function resealed(first: { keyring: Keyring; container: Container }): Promise<KeyringVector> {
	const now = new Date('2026-04-01T10:00:00Z');
	const phrase = { kind: 'passphrase', label: 'Phrase', p: secret('phrase') } as const;
	const id = first.keyring.payload.unlockers[0]?.id ?? '';
	const rename = { id, label: 'Chez ma sœur' };
	const second = await reseal(first.keyring, first.container, { add: [phrase], rename }, now);
	const other = {
		kind: 'passkey',
		label: 'Autre',
		p: secret('other'),
		credential: 'BQYH',
	} as const;
	const { keyring, container } = await reseal(
		second.keyring,
		second.container,
		{ add: [other], remove: [id] },
		now,
	);
	const ways = [{ kind: 'passkey', p: secret('passkey') }, phrase, other];
	return {
		unlock: ways.map(({ kind, p }) => ({ kind, p: toBase64(p) })),
		container,
		keyring: text(canonical(keyring.payload)),
	};
}

async function succession(): Promise<KeyringVector> {
	const now = new Date('2026-04-01T10:00:00Z');
	const ways = [
		{ kind: 'paper', label: 'Clé en papier', p: secret('paper') },
		{ kind: 'passphrase', label: 'Phrase', p: secret('phrase') },
		{ kind: 'passkey', label: 'Téléphone', p: secret('passkey'), credential: 'AQIDBA' },
	] as const;
	const first = await newKeyring(safe, ways, now);
	// The passkey replaces the root, and the phrase does: each vouches for what it has made.
	const byPasskey = await openKeyring(first.container, secret('passkey'));
	const second = await succeed(byPasskey, first.container);
	const third = await succeed(
		await openKeyring(second.container, secret('phrase')),
		second.container,
	);
	return {
		unlock: ways.map(({ kind, p }) => ({ kind, p: toBase64(p) })),
		container: third.container,
		keyring: text(canonical(third.keyring.payload)),
	};
}

function change(): ChangeVector {
	const root = new RootKey(secret('root'));
	const grant = (what: string) => ({ doc, version, grant: toBase64(utf8(what)) });
	const c: Change = {
		safe,
		epoch: 3,
		match: 'ab'.repeat(32),
		manifest: utf8('manifest'),
		adopt: [grant('adopted')],
		reseal: [grant('sealed again'), { ...grant('and again'), doc: reader }],
		erase: [reader],
	};
	return {
		root: toBase64(secret('root')),
		vk: toBase64(root.vk),
		change: text(payloadOf(c)),
		signed: signChange(c, root),
	};
}

export async function write(all: Vectors): Promise<void> {
	for (const [name, v] of Object.entries(all)) {
		await writeFile(new URL(`ts-${name}.json`, testdata), `${JSON.stringify(v, null, '\t')}\n`);
	}
}

/** Who made a vector: this implementation or internal/sealed. */
export type Maker = 'ts' | 'go';

export async function read<N extends VectorName>(maker: Maker, name: N): Promise<Vectors[N]> {
	return (await readAny(`${maker}-${name}`)) as Vectors[N];
}

/** What only the Go implementation makes. */
export interface GoVectors {
	slip: Omit<GrantVector, 'root' | 'vk'>;
	derive: {
		secrets: {
			secret: string;
			unlockIdentity: string;
			vaultIdentity: string;
			rootVK: string;
			safe: string;
			pinOfRootVK: string;
			fingerprint: string;
			french: string;
			english: string;
			qr: string;
		}[];
		passphrases: { typed: string; p: string }[];
		signatures: { root: string; context: Context; payload: string; signed: string }[];
	};
	texts: {
		/** Those refused are bytes, in base64. */
		canonical: Both;
		names: Both;
		types: Both;
		ids: Both;
		times: Both;
		padded: Record<string, number>;
	};
}
interface Both {
	accepted: string[];
	refused: string[];
}

export async function readGo<N extends keyof GoVectors>(name: N): Promise<GoVectors[N]> {
	return (await readAny(`go-${name}`)) as GoVectors[N];
}

async function readAny(name: string): Promise<unknown> {
	return JSON.parse(await readFile(new URL(`${name}.json`, testdata), 'utf8'));
}
