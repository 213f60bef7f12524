import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { desktop, launch, type Visitor, visit } from './harness/browser.ts';
import { type Liar, type Lie, startLiar } from './harness/liar.ts';
import type { Asked } from './harness/office.ts';
import {
	act,
	addFiles,
	click,
	follow,
	giveWords,
	type Keys,
	line,
	logIn,
	makePaper,
	makePassphrase,
	openSafe,
	said,
	saved,
	share,
	whole,
} from './harness/people.ts';
import { type Server, startServer } from './harness/server.ts';
import { deposit, request, settledJournal } from './harness/truths.ts';

// Every lie of internal/e2e/liar that the pages can meet, told to them one at
// a time. The oracle: an alarm in words with its evidence to save, or for
// quiet lies a refusal in words; nothing sealed on the screen or saved.

/** Stands in the documents' names only. */
const nameWord = 'confidentiel-7f3a';
/** Stands in the documents only. */
const contentWord = 'scelle-91be';
const mairie = 'Mairie de Valmont';
/** Read by its two sides only. */
const answered = 'Une copie suffit.';
const question = 'Faut-il l’original ?';
/** What was not said by then will not be. */
const patience = 20_000;

const documents = ['deux', 'un'].map((n) => ({
	name: `${n}-${nameWord}.txt`,
	bytes: `${contentWord} ${n}\n`.repeat(15_000),
}));
const wanted = `un-${nameWord}.txt`;

let server: Server;
let browser: Browser;
let liar: Liar;
let lies: readonly Lie[];
let citizen: Visitor;
let agent: Visitor;
let keys: Keys;
/** Its page, for the agent. */
let shared: string;
/** What the town hall asks for, answered and asked about; the last one is lied about. */
const requests: Asked[] = [];
let asked: Asked;
let before: string;
/** What each browser remembers before a lie: what one leaves behind does not help against the next. */
const remembered = new Map<Page, Record<string, string>>();
const saves: string[] = [];
let heard = 0;
const folder = mkdtempSync(join(tmpdir(), 'coffre-lied-'));

beforeAll(async () => {
	[server, browser] = await Promise.all([startServer(), launch()]);
	liar = await startLiar(server.url);
	lies = await liar.lies();
	citizen = await somebody('Angela DUBOIS', 'FranceConnect');
	agent = await somebody('Camille MARTIN', 'ProConnect');
	await live();
	before = await state();
	// Everything once in truth takes its time on a machine that is busy.
}, 300_000);
afterAll(async () => {
	await browser?.close();
	await liar?.stop();
	await server?.stop();
	rmSync(folder, { recursive: true, force: true });
});

/** Somebody who logged in at the gateway, and is then led to the liar: cookies do not tell ports apart. */
async function somebody(who: string, by: 'FranceConnect' | 'ProConnect'): Promise<Visitor> {
	const before = await visit(browser, server.url);
	await logIn(before.page, who, by);
	const storageState = { cookies: await before.context.cookies(), origins: [] };
	await before.context.close();
	const v = await visit(browser, liar.url, { storageState, viewport: desktop });
	v.page.on('download', (d) => saves.push(d.suggestedFilename()));
	await v.page.goto('/');
	await v.page.getByRole('heading', { level: 1, name: said('Bonjour') }).waitFor();
	return v;
}

/** Everything once in truth, so that the liar has something to repeat. */
async function live(): Promise<void> {
	const { page } = citizen;
	keys = await openSafe(page);
	for (const { name, bytes } of documents) {
		writeFileSync(join(folder, name), bytes);
		await addFiles(page, [join(folder, name)]);
		await line(page, name).waitFor();
		await open(page, '/coffre');
		await share(page, {
			document: name,
			administration: mairie,
			service: 'CCAS',
			purpose: "Demande d'aide sociale",
		});
		await page.getByRole('link', { name: 'Journal', exact: true }).click();
		await page.getByText(said('Vous avez partagé')).first().waitFor();
		await open(page, '/coffre');
	}
	const deed = join(folder, `acte-${nameWord}.txt`);
	writeFileSync(deed, contentWord.repeat(100));
	await deposit(page, server, deed);
	await line(page, wanted).waitFor();
	for (const { name } of documents) {
		await saved(page, () => act(page, name, 'Télécharger'));
		await page.getByText(said('est téléchargé sur votre appareil')).first().waitFor();
	}
	// Of two requests the last one is lied about.
	const given = documents.map((d) => d.name);
	requests.push(...(await request(page, server, { given, question, answer: answered })));
	await settledJournal(page);
	await remember(page);
	const grants = await (await citizen.context.request.get('/api/v1/safe/grants')).json();
	// The newest comes first: the one that will be lied about is opened last.
	const alone = (grants.items as { id: string; request?: string }[]).filter((g) => !g.request);
	for (const { id } of alone.reverse()) {
		shared = `/administration/partage/${id}`;
		await fetched(agent.page);
		await agent.page.getByText(contentWord).first().waitFor();
	}
	await office(agent.page, '/administration');
	await agent.page.getByRole('table').getByRole('row').nth(1).waitFor();
	for (const r of requests) {
		asked = r;
		await side(agent.page);
		await agent.page.getByText(question).waitFor();
	}
	// What is saved in truth has come before any lie is told.
	await saved(agent.page, () => all(agent.page));
	await remember(agent.page);
}

async function remember(page: Page): Promise<void> {
	remembered.set(page, await page.evaluate(() => ({ ...localStorage })));
}
function restore(page: Page): Promise<void> {
	return page.evaluate((all) => {
		localStorage.clear();
		for (const [k, v] of Object.entries(all)) localStorage.setItem(k, v);
	}, remembered.get(page) ?? {});
}

/** Unlocks by the way that is offered. */
async function unlock(page: Page, path: string): Promise<void> {
	await page.goto(path);
	const field = page.getByRole('textbox', { name: /^Mot \d+ sur \d+$/ });
	const alert = page.getByRole('alert').first();
	await field.or(alert).first().waitFor({ timeout: patience });
	if (!(await field.isVisible())) return;
	const seven = await page.getByRole('textbox', { name: /sur 7$/ }).count();
	await giveWords(page, seven > 0 ? keys.passphrase : keys.paper, 'Déverrouiller');
}
async function open(page: Page, path: string): Promise<void> {
	await unlock(page, path);
	await line(page, documents[0]?.name ?? '').waitFor();
}
async function fetched(page: Page): Promise<void> {
	await page.goto(shared);
	const demo = page.getByRole('button', { name: whole('Déverrouiller avec cette phrase') });
	const alert = page.getByRole('alert').first();
	await demo.or(alert).first().waitFor({ timeout: patience });
	if (await demo.isVisible()) await demo.click();
}

/** An agent's page about the request, its key unlocked as for the others. */
async function office(page: Page, path: string): Promise<void> {
	await page.goto(path);
	await click(page, 'Déverrouiller avec cette phrase');
}
async function side(page: Page): Promise<void> {
	await office(page, `/administration/demandes/${asked.id}`);
	const first = page.getByRole('table', { name: 'Réponses' }).getByRole('link');
	const alert = page.getByRole('alert').first();
	await first.or(alert).first().waitFor({ timeout: patience });
	if (await first.isVisible()) await first.click();
}
async function all(page: Page): Promise<void> {
	await office(page, `/administration/demandes/${asked.id}`);
	const zip = page.getByRole('button', { name: said('Tout télécharger (ZIP)') });
	const alert = page.getByRole('alert').first();
	await zip.or(alert).first().waitFor({ timeout: patience });
	if (await zip.isVisible()) await zip.click();
}

interface Act {
	readonly who: () => Page;
	/** What is legitimately on the screen before the lie is told. */
	readonly prepare?: (page: Page) => Promise<unknown>;
	readonly go: (page: Page) => Promise<unknown>;
	/** What must not be on the screen after. */
	readonly sealed: readonly string[];
	/** How it shows that the truth is believed. */
	readonly believed: (page: Page) => Promise<unknown>;
}
const unlocked = (page: Page): Promise<void> => open(page, '/coffre');
const asCitizen = (): Page => citizen.page;

const acts: Readonly<Record<string, Act>> = {
	list: {
		who: asCitizen,
		go: (page) => unlock(page, '/deverrouiller'),
		sealed: [nameWord, contentWord],
		believed: (page) => line(page, wanted).waitFor(),
	},
	get: {
		who: asCitizen,
		prepare: unlocked,
		go: (page) => act(page, wanted, 'Télécharger'),
		sealed: [contentWord],
		believed: (page) => page.getByText(said('est téléchargé sur votre appareil')).waitFor(),
	},
	share: {
		who: asCitizen,
		prepare: unlocked,
		go: (page) => act(page, wanted, 'Partager'),
		sealed: [contentWord],
		believed: (page) =>
			page.getByRole('radio', { name: mairie }).and(page.locator(':enabled')).waitFor(),
	},
	journal: {
		who: asCitizen,
		prepare: unlocked,
		go: (page) => page.getByRole('link', { name: 'Journal', exact: true }).click(),
		sealed: [contentWord],
		believed: (page) => page.getByText(said('événements vérifiés par votre navigateur')).waitFor(),
	},
	inbox: {
		who: asCitizen,
		prepare: unlocked,
		go: (page) => page.getByRole('link', { name: 'Dépôts', exact: true }).click(),
		sealed: [nameWord, contentWord],
		believed: (page) => page.getByText(`acte-${nameWord}`).waitFor(),
	},
	asked: {
		who: asCitizen,
		prepare: unlocked,
		go: (page) => follow(page, `/demande/${asked.id}`),
		sealed: [nameWord, contentWord, answered],
		believed: (page) => page.getByText(answered).waitFor(),
	},
	answering: {
		who: asCitizen,
		prepare: unlocked,
		go: (page) => follow(page, `/demande/${asked.id}`),
		sealed: [nameWord, contentWord],
		believed: (page) => page.getByRole('button', { name: said('Relire et envoyer') }).waitFor(),
	},
	fetch: {
		who: () => agent.page,
		go: fetched,
		sealed: [nameWord, contentWord],
		believed: (page) => page.getByText(contentWord).first().waitFor(),
	},
	side: {
		who: () => agent.page,
		go: side,
		sealed: [nameWord, contentWord, question],
		believed: (page) => page.getByText(question).waitFor(),
	},
	answers: {
		who: () => agent.page,
		go: all,
		sealed: [nameWord, contentWord],
		believed: (page) => page.getByText(said('vérifiée')).first().waitFor(),
	},
};

for (const name of Object.keys(acts)) {
	test(`lies told during ${name} are noticed`, async () => {
		const some = lies.filter((l) => l.act === name);
		expect(some.length).toBeGreaterThan(0);
		const faults: string[] = [];
		for (const lie of some) faults.push(...(await hear(lie)).map((f) => `${lie.name}: ${f}`));
		expect(faults).toEqual([]);
	});
}

test('a safe that is said never to have been opened is not made anew', async () => {
	const some = lies.filter((l) => l.act === 'create');
	expect(some.length).toBeGreaterThan(0);
	const create: Act = {
		who: asCitizen,
		go: async (page) => {
			await page.goto('/ouvrir');
			await makePaper(page);
			await click(page, 'Faire ma phrase');
			await makePassphrase(page);
		},
		sealed: [nameWord, contentWord],
		believed: () => Promise.resolve(),
	};
	for (const lie of some) expect(await hear(lie, create), lie.name).toEqual([]);
});

test('no lie was left out but those about an archive, which a page only hands on, and T13', () => {
	expect(heard).toBe(lies.filter((l) => l.act !== 'export' && l.threat !== 'T13').length);
});

test('after all lies the truth is believed, and nothing at the gateway has changed', async () => {
	await liar.say(undefined);
	for (const { who, prepare, go, believed } of Object.values(acts)) {
		await restore(who());
		await prepare?.(who());
		await go(who());
		await believed(who()).catch(async (e: unknown) => {
			throw new Error(`${await shown(who())}\n${e}`);
		});
		expect(await who().getByRole('alert').count()).toBe(0);
	}
	expect(await state()).toBe(before);
	citizen.guard.check();
	agent.guard.check();
});

/** Tells one lie, and says what is wrong with how it was taken. */
async function hear(lie: Lie, how = acts[lie.act]): Promise<readonly string[]> {
	if (how === undefined) return [`nobody does ${lie.act}`];
	const page = how.who();
	await liar.say(undefined);
	await restore(page);
	await how.prepare?.(page);
	await liar.say(lie.name);
	saves.length = 0;
	await how.go(page);
	const faults: string[] = [];
	const alert = page.getByRole('alert').first();
	await alert.waitFor({ timeout: patience }).catch(() => faults.push('not a word about it'));
	const { told, failed } = await liar.told();
	if (told === 0 || failed !== '') faults.push(`told ${told} times: ${failed}`);
	heard++;
	if (faults.length > 0) return faults;

	if (lie.quiet) {
		if ((await alert.innerText()).trim() === '') faults.push('no words');
	} else {
		faults.push(...(await evidence(page)));
	}
	const text = await shown(page);
	for (const word of how.sealed) if (text.includes(word)) faults.push(`shows ${word}`);
	if (lie.act === 'share' && (await page.getByRole('radio', { name: mairie }).isEnabled()))
		faults.push('can be shared with');
	const kept = saves.filter((name) => !/^coffre-[a-z]+\.json$/.test(name));
	if (kept.length > 0) faults.push(`saved ${kept.join(', ')}`);
	return faults;
}

/** Presses the button of the alarm, which a line of the journal has inside. */
async function evidence(page: Page): Promise<readonly string[]> {
	const button = page.getByRole('button', { name: whole('Enregistrer les preuves') });
	const doubted = page.getByRole('main').locator('li').filter({ hasText: 'Non prouvé' }).first();
	if ((await button.filter({ visible: true }).count()) === 0 && (await doubted.count()) > 0)
		await doubted.locator('summary').click();
	const first = button.filter({ visible: true }).first();
	if ((await first.count()) === 0)
		return [`no alarm: ${(await page.getByRole('alert').allInnerTexts()).join(' ')}`];
	const { bytes } = await saved(page, () => first.click());
	const text = bytes.toString();
	return ['AGE-SECRET', nameWord, contentWord]
		.filter((word) => text.includes(word))
		.map((word) => `the evidence holds ${word}: ${text}`);
}

function shown(page: Page): Promise<string> {
	return page.evaluate(() => `${document.title}\n${document.body.innerText}`);
}

/** What a lie must not change, as the gateway itself has it. */
async function state(): Promise<string> {
	const get = async (path: string) => (await citizen.context.request.get(server.url + path)).json();
	const grants = (await get('/api/v1/safe/grants')).items as { id: string; state: string }[];
	const safe = await get('/api/v1/safe');
	return [safe.state, safe.recipient, ...grants.map((g) => `${g.id} ${g.state}`)].join(' ');
}
