import type { Key, KeyringKind } from './core.ts';
import { CoffreError, type PasskeyDraft, type Secret } from './types.ts';

// SPEC.md §2: the first PRF output for this input is the unlock secret.
const input = new TextEncoder().encode('coffre/v1/unlock');
const timeout = 120_000;

/** Whether this browser may be able to unlock with a passkey; only trying tells. */
export async function passkeysPossible(): Promise<boolean> {
	const api = globalThis.PublicKeyCredential as
		| (typeof PublicKeyCredential & {
				getClientCapabilities?: () => Promise<Record<string, boolean>>;
		  })
		| undefined;
	if (api === undefined || globalThis.navigator?.credentials === undefined) return false;
	const known = await api.getClientCapabilities?.().catch(() => undefined);
	return known?.['extension:prf'] !== false;
}

/**
 * Makes a passkey and evaluates its PRF twice: some authenticators give wrong
 * values, and a safe must not depend on those.
 */
export async function createPasskey(name: string): Promise<PasskeyDraft> {
	if (!(await passkeysPossible())) throw new CoffreError('no-prf');
	const made = await create(name);
	const credential = toBase64Url(new Uint8Array(made.rawId));
	const first = output(made) ?? (await evaluate([credential]));
	const second = await evaluate([credential]);
	if (!same(first, second)) throw new CoffreError('no-prf', { message: 'two evaluations differ' });
	return { kind: 'passkey', p: second, credential, label: name };
}

/** The unlock secret, from any of these passkeys. */
export async function assertPasskey(credentials: readonly string[]): Promise<Uint8Array> {
	if (!(await passkeysPossible())) throw new CoffreError('no-prf');
	if (credentials.length === 0) throw new CoffreError('wrong-key');
	return evaluate(credentials);
}

/** What a secret opens with; a passkey is asked for, of those that these unlockers have. */
export async function keyOf(secret: Secret, kinds: readonly KeyringKind[]): Promise<Key> {
	if (secret.kind !== 'passkey') return secret;
	const credentials = kinds.flatMap((k) => (k.credential === undefined ? [] : [k.credential]));
	return { kind: 'passkey', p: await assertPasskey(credentials) };
}

async function create(name: string): Promise<PublicKeyCredential> {
	const options: PublicKeyCredentialCreationOptions = {
		rp: { name: 'Coffre', id: globalThis.location.hostname },
		user: { id: random(16), name, displayName: name },
		challenge: random(32),
		pubKeyCredParams: [
			{ type: 'public-key', alg: -7 },
			{ type: 'public-key', alg: -257 },
		],
		authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
		attestation: 'none',
		timeout,
	};
	try {
		return await createWith({ ...options, extensions: { prf: { eval: { first: input } } } });
	} catch (e) {
		// Some authenticators refuse to evaluate while they create, but do it afterwards.
		if (e instanceof CoffreError && e.code !== 'cancelled') {
			return createWith({ ...options, extensions: { prf: {} } });
		}
		throw e;
	}
}

async function createWith(
	publicKey: PublicKeyCredentialCreationOptions,
): Promise<PublicKeyCredential> {
	const made = await ask(() => navigator.credentials.create({ publicKey }));
	if (made.getClientExtensionResults().prf?.enabled === false) throw new CoffreError('no-prf');
	return made;
}

async function evaluate(credentials: readonly string[]): Promise<Uint8Array> {
	const got = await ask(() =>
		navigator.credentials.get({
			publicKey: {
				challenge: random(32),
				rpId: globalThis.location.hostname,
				allowCredentials: credentials.map((c) => ({ type: 'public-key', id: fromBase64Url(c) })),
				userVerification: 'required',
				extensions: { prf: { eval: { first: input } } },
				timeout,
			},
		}),
	);
	const p = output(got);
	if (p === undefined) throw new CoffreError('no-prf');
	return p;
}

async function ask(call: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
	let got: Credential | null;
	try {
		got = await call();
	} catch (e) {
		const name = e instanceof Error ? e.name : '';
		const cancelled = name === 'NotAllowedError' || name === 'AbortError';
		throw new CoffreError(cancelled ? 'cancelled' : 'no-prf', { message: name });
	}
	if (got === null) throw new CoffreError('cancelled');
	return got as PublicKeyCredential;
}

function output(c: PublicKeyCredential): Uint8Array | undefined {
	const first = c.getClientExtensionResults().prf?.results?.first;
	if (first === undefined) return undefined;
	const bytes = ArrayBuffer.isView(first)
		? new Uint8Array(first.buffer, first.byteOffset, first.byteLength)
		: new Uint8Array(first);
	return bytes.length === 32 ? bytes.slice() : undefined;
}

function random(n: number): Uint8Array<ArrayBuffer> {
	return crypto.getRandomValues(new Uint8Array(n));
}
function same(a: Uint8Array, b: Uint8Array): boolean {
	return a.length === b.length && a.every((v, i) => v === b[i]);
}
function toBase64Url(b: Uint8Array): string {
	return btoa(String.fromCharCode(...b))
		.replace(/\+/g, '-')
		.replace(/\//g, '_')
		.replace(/=+$/, '');
}
function fromBase64Url(s: string): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(atob(s.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
}
