import { type Api, idempotencyKey } from '../api/client.ts';
import { toBase64, toTime } from '../crypto/bytes.ts';
import { hashHex } from '../crypto/derive.ts';
import { checkContainer, newKeyring } from '../crypto/keyring.ts';
import { sealManifest } from '../crypto/manifest.ts';
import { complete } from '../crypto/words.ts';
import { CoffreError } from '../errors.ts';
import { Agent, keyringKey, openContainer, rememberContainer } from './agent.ts';
import { type Context, checkEpoch } from './context.ts';
import type {
	Core,
	Key,
	KeyringKind,
	Memory,
	OnProgress,
	OpenedGrant,
	SafeState,
	ShareOrder,
	WayChange,
} from './core.ts';
import { Custodies } from './custodies.ts';
import type { Completion } from './custodycore.ts';
import type {
	CardView,
	CustodyOrder,
	CustodyView,
	HeldView,
	RecoveryView,
} from './custodytypes.ts';
import { Desk } from './desk.ts';
import { Directory } from './directory.ts';
import type { IssuedView } from './issued.ts';
import { readJournal } from './journal.ts';
import { LogWatch } from './logwatch.ts';
import type { DeskAct, DeskActs, MandateAct, MandateActs } from './mandatetypes.ts';
import { type DepositDone, type DepositOrder, deposit } from './officedeposit.ts';
import { OfficeRequests } from './officerequests.ts';
import type { ActArgs, Done, OfficeAct, OpenedAnswer, ShownAs } from './officerequesttypes.ts';
import { changeWays } from './officeways.ts';
import { type Opened, openedSafe } from './openedsafe.ts';
import { type Counter, shown } from './paperdoor.ts';
import { receiptOf } from './receipt.ts';
import type { ReceiptOrder, ReceiptView } from './receipttypes.ts';
import { type Recovered, Recoveries, waysOf } from './recovery.ts';
import { RequestKeeper } from './requestcore.ts';
import type { Requests } from './requests.ts';
import { type ShareView, sharesOf } from './retrieval.ts';
import { rotate } from './rotation.ts';
import { kindsOf, paper, passphrase, prove, secretOf, unlocker, unlockers } from './secrets.ts';
import { readTerritory } from './territory.ts';
import type {
	AddressView,
	AdministrationView,
	DepositView,
	Draft,
	GrantView,
	JournalView,
	Language,
	OpenedDocument,
	PaperDraft,
	PassphraseDraft,
	StandingView,
	TerritoryView,
	UnlockerView,
} from './types.ts';
import { manifestKey, Vault } from './vault.ts';

export interface KeeperOptions {
	readonly api: Api;
	readonly memory: Memory;
	readonly onState?: (s: SafeState) => void;
	readonly now?: () => Date;
}

/** The one who holds the keys: Core, made of its parts. One safe or one administration at a time. */
export class Keeper extends RequestKeeper implements Core {
	readonly #context: Context;
	readonly #directory: Directory;
	#opened: Opened | undefined;
	#agent: Agent | undefined;
	#desk: Desk | undefined;
	readonly #recoveries: Recoveries;
	/** Between the shares and the new ways: the keyring that they opened, and the paper key. */
	#recovered: (Recovered & { readonly paper: Uint8Array }) | undefined;

	constructor(options: KeeperOptions) {
		super();
		this.#context = {
			api: options.api,
			memory: options.memory,
			log: new LogWatch(options.api, options.memory),
			now: options.now ?? (() => new Date()),
			onState: options.onState ?? (() => undefined),
		};
		this.#directory = new Directory(this.#context);
		this.#recoveries = new Recoveries(this.#context, () => this.#holder());
	}

	async newPaper(lang: Language): Promise<PaperDraft> {
		return paper(lang);
	}
	async newPassphrase(lang: Language): Promise<PassphraseDraft> {
		return passphrase(lang);
	}
	async completeWord(start: string, lang: Language): Promise<readonly string[]> {
		return complete(start, lang);
	}
	proveDraft(draft: Draft, key: Key): Promise<void> {
		return prove(draft, key, this.#context.now());
	}
	administrations(q: string): Promise<readonly AdministrationView[]> {
		return this.#directory.list(q);
	}
	territory(): Promise<TerritoryView> {
		return readTerritory(this.#context);
	}

	async keyringKinds(): Promise<readonly KeyringKind[]> {
		return kindsOf(checkContainer(await this.#context.api.get('/api/v1/safe/keyring')));
	}

	/** Opens the safe that the site reserved for this account; never one that was already open. */
	async createSafe(drafts: readonly Draft[]): Promise<SafeState> {
		const { api, memory, now } = this.#context;
		const holder = await this.#holder();
		if (memory.get(keyringKey(holder)) !== undefined) {
			throw new CoffreError('rollback', {
				message: 'this safe was already open on an earlier visit',
				evidence: { safe: holder, seen: memory.get(keyringKey(holder)) },
			});
		}
		const { keyring, container } = await newKeyring(holder, unlockers(drafts), now());
		const empty = {
			suite: 1,
			safe: holder,
			epoch: 1,
			time: toTime(now()),
			folders: [],
			docs: [],
			gone: [],
		} as const;
		const manifest = await sealManifest(
			{ ...empty, folders: [], docs: [], gone: [] },
			keyring.root,
			keyring.recipient,
		);
		await api.call('post', '/api/v1/safe', {
			body: { keyring: container, manifest: toBase64(manifest) },
		});
		rememberContainer(memory, keyring, container);
		checkEpoch(memory, manifestKey(holder), { epoch: 1, hash: hashHex(manifest) });
		return this.#open(await Vault.open(this.#context, keyring, container));
	}

	async unlock(key: Key, counter?: Counter): Promise<SafeState> {
		const p = await shown(this.#context, secretOf(key), counter);
		const holder = await this.#holder();
		const container = checkContainer(await this.#context.api.get('/api/v1/safe/keyring'));
		const keyring = await openContainer(this.#context, container, holder, p);
		return this.#open(await Vault.open(this.#context, keyring, container));
	}

	async refresh(): Promise<void> {
		await this.#safe.vault.refresh();
	}
	async add(
		files: readonly File[],
		folder: string | undefined,
		onProgress: OnProgress,
		signal?: AbortSignal,
	): Promise<void> {
		await this.#safe.uploads.add(files, folder, onProgress, signal);
	}
	async open(id: string, signal?: AbortSignal): Promise<OpenedDocument> {
		return this.#safe.documents.open(id, signal);
	}
	async rename(id: string, name: string): Promise<void> {
		await this.#safe.documents.rename(id, name.normalize('NFC'));
	}
	async move(ids: readonly string[], folder: string | undefined): Promise<void> {
		await this.#safe.documents.move(ids, folder);
	}
	async createFolder(name: string, parent: string | undefined): Promise<string> {
		return this.#safe.documents.createFolder(name.normalize('NFC'), parent);
	}
	async renameFolder(id: string, name: string): Promise<void> {
		await this.#safe.documents.renameFolder(id, name.normalize('NFC'));
	}
	async removeFolder(id: string): Promise<void> {
		await this.#safe.documents.removeFolder(id);
	}
	async erase(ids: readonly string[]): Promise<void> {
		await this.#safe.documents.erase(ids);
	}
	async share(order: ShareOrder): Promise<GrantView> {
		return this.#safe.documents.share(order, this.#directory);
	}
	async grants(after?: string): Promise<{ items: readonly ShareView[]; next?: string }> {
		return sharesOf(this.#context, this.#safe.vault.keyring.safe, after);
	}
	async endGrant(id: string): Promise<void> {
		await this.#context.api.call('delete', '/api/v1/safe/grants/{id}', { path: { id } });
	}
	async inbox(after?: string): Promise<{ items: readonly DepositView[]; next?: string }> {
		const { documents } = this.#safe;
		const page = await this.#context.api.get('/api/v1/safe/inbox', { query: { after } });
		const items: DepositView[] = [];
		for (const d of page.items) items.push(await documents.deposit(d));
		return page.next === undefined ? { items } : { items, next: page.next };
	}
	async checkDeposit(doc: string, signal?: AbortSignal): Promise<IssuedView | undefined> {
		return this.#safe.documents.checkDeposit(doc, signal);
	}
	async adopt(doc: string, folder?: string): Promise<void> {
		await this.#safe.documents.adopt(doc, folder);
	}
	async refuse(doc: string): Promise<void> {
		await this.#safe.documents.refuse(doc);
	}
	async addresses(): Promise<readonly AddressView[]> {
		return (await this.#context.api.get('/api/v1/safe/addresses')).items;
	}
	async createAddress(administration: string): Promise<AddressView> {
		const { data } = await this.#context.api.call('post', '/api/v1/safe/addresses', {
			headers: { 'Idempotency-Key': idempotencyKey() },
			body: { administration },
		});
		return data;
	}
	async endAddress(id: string): Promise<void> {
		await this.#context.api.call('delete', '/api/v1/safe/addresses/{id}', { path: { id } });
	}
	async journal(before?: string): Promise<JournalView> {
		return readJournal(this.#context, this.#safe.vault, before);
	}
	async receipt(order: ReceiptOrder): Promise<ReceiptView> {
		const { vault, documents } = this.#safe;
		return receiptOf(this.#context, vault, documents, order);
	}

	async addUnlocker(draft: Draft): Promise<void> {
		await this.#safe.unlockers.add(draft);
	}
	async renameUnlocker(id: string, label: string): Promise<void> {
		await this.#safe.unlockers.rename(id, label.normalize('NFC').trim());
	}
	async removeUnlocker(id: string): Promise<void> {
		await this.#safe.unlockers.remove(id);
	}
	async testUnlocker(key: Key): Promise<string> {
		return this.#safe.unlockers.test(secretOf(key));
	}
	async standingShares(): Promise<readonly StandingView[]> {
		return this.#safe.renewal.standing();
	}
	async renewKeys(without: readonly string[], agreed: readonly StandingView[]): Promise<void> {
		await this.#safe.renewal.renew(without, agreed);
	}

	async administrationKinds(): Promise<readonly KeyringKind[]> {
		return kindsOf(await Agent.container(this.#context));
	}
	async createAdministrationKey(drafts: readonly Draft[]): Promise<void> {
		this.#agent = await Agent.create(this.#context, drafts);
	}
	async unlockAdministration(key: Key): Promise<void> {
		this.#agent = await Agent.unlock(this.#context, secretOf(key));
	}
	async rotateAdministrationKey(): Promise<void> {
		this.#agent = new Agent(this.#context, await rotate(this.#context, this.#office.keyring));
	}
	async administrationWays(change?: WayChange): Promise<readonly UnlockerView[]> {
		const keyring = await changeWays(this.#context, this.#office.keyring, change);
		this.#agent = new Agent(this.#context, keyring);
		return waysOf(keyring);
	}
	async deposit(order: DepositOrder): Promise<DepositDone> {
		return deposit(this.#context, this.#office.keyring, order);
	}
	async openGrant(id: string, signal?: AbortSignal): Promise<OpenedGrant> {
		return this.#office.open(id, signal);
	}
	async openAnswer(grant: string, as: ShownAs, signal?: AbortSignal): Promise<OpenedAnswer> {
		return this.#office.open(grant, signal, as);
	}
	async officeAct<A extends OfficeAct>(act: A, args: ActArgs<A>): Promise<Done<A>> {
		return new OfficeRequests(this.#context, this.#office).do(act, args);
	}
	async mandateAct<A extends MandateAct>(
		act: A,
		args: Parameters<MandateActs[A]>,
	): Promise<Awaited<ReturnType<MandateActs[A]>>> {
		const { mandates } = this.#safe;
		const method = mandates[act] as (...all: unknown[]) => unknown;
		return (await method.apply(mandates, args)) as Awaited<ReturnType<MandateActs[A]>>;
	}
	async deskAct<A extends DeskAct>(
		act: A,
		args: Parameters<DeskActs[A]>,
	): Promise<Awaited<ReturnType<DeskActs[A]>>> {
		this.#desk ??= new Desk(this.#context, this.#directory);
		const method = this.#desk[act] as (...all: unknown[]) => unknown;
		return (await method.apply(this.#desk, args)) as Awaited<ReturnType<DeskActs[A]>>;
	}
	get #office(): Agent {
		if (!this.#agent) throw new CoffreError('locked');
		return this.#agent;
	}

	async custody(): Promise<CustodyView | undefined> {
		return this.#safe.custodians.view();
	}
	async custodianCard(code: string): Promise<CardView> {
		return this.#safe.custodians.card(code);
	}
	async publishCard(name: string): Promise<string> {
		return this.#safe.custodians.publishCard(name);
	}
	async nameCustodians(order: CustodyOrder): Promise<void> {
		await this.#safe.custodians.name(order);
	}
	async endCustody(): Promise<void> {
		await this.#safe.custodians.end();
	}
	async custodies(): Promise<readonly HeldView[]> {
		return this.#held.list();
	}
	async agreeRecovery(safe: string, hash: string): Promise<void> {
		await this.#held.agree(safe, hash);
	}
	async giveShare(safe: string, hash: string): Promise<void> {
		await this.#held.give(safe, hash);
	}
	recovery(): Promise<RecoveryView | undefined> {
		return this.#recoveries.view();
	}
	recoveryPossible(): Promise<boolean> {
		return this.#recoveries.possible();
	}
	askRecovery(paper: Uint8Array): Promise<RecoveryView> {
		return this.#recoveries.ask(paper);
	}
	cancelRecovery(): Promise<void> {
		return this.#recoveries.cancel();
	}
	async combineRecovery(key: Key): Promise<readonly UnlockerView[]> {
		const secret = secretOf(key);
		this.#recovered = { ...(await this.#recoveries.combine(secret)), paper: secret };
		return waysOf(this.#recovered.keyring);
	}
	async completeRecovery(c: Completion): Promise<SafeState> {
		if (!this.#recovered) throw new CoffreError('locked');
		const { keyring, container, paper: p } = this.#recovered;
		const vault = await Vault.open(this.#context, keyring, container);
		this.#open(vault);
		try {
			await this.#safe.unlockers.exchange(
				({ payload }) => ({
					add: [{ kind: 'paper', label: c.paperLabel, p }, unlocker(c.second)],
					remove: payload.unlockers
						.filter((u) => u.kind === 'custodians' || c.lost.includes(u.id))
						.map((u) => u.id),
				}),
				p,
			);
		} catch (e) {
			this.#opened = undefined;
			throw e;
		}
		this.#recovered = undefined;
		return vault.state();
	}

	protected get context(): Context {
		return this.#context;
	}
	protected get requests(): Requests {
		return this.#safe.requests;
	}
	/** The side of a custodian: of the open safe, or of the open administration. */
	get #held(): Custodies {
		const agent = this.#agent;
		return agent ? new Custodies(this.#context, () => agent.keyring) : this.#safe.custodies;
	}
	get #safe(): Opened {
		if (!this.#opened) throw new CoffreError('locked');
		return this.#opened;
	}

	#open(vault: Vault): SafeState {
		this.#opened = openedSafe(this.#context, vault, this.#directory);
		return vault.state();
	}

	async #holder(): Promise<string> {
		const { safe } = await this.#context.api.get('/api/v1/me');
		if (!safe) throw new CoffreError('forbidden', { message: 'this account has no safe' });
		return safe.id;
	}
}
