import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { during, look, screenshot, type Visitor, visit } from './harness/browser.ts';
import { CommandLine } from './harness/commandline.ts';
import { sha256 } from './harness/fixtures.ts';
import { leftovers } from './harness/leftovers.ts';
import {
	act,
	addFiles,
	click,
	type Keys,
	line,
	logIn,
	openSafe,
	said,
	saved,
	share,
	unlock,
} from './harness/people.ts';
import { browser, files, scene, server, withFiles } from './harness/scene.ts';

// The main story, each test going on where the one before it stopped: Angela
// keeps documents and shares one with the mairie of Valmont, where Camille
// opens it; she ends the share; her journal tells all of it.

const renamed = 'Vacances 2026.jpg';

let angela: Visitor;
let camille: Visitor;
let keys: Keys;
scene();
withFiles();
beforeAll(async () => {
	angela = await visit(browser, server.url);
	camille = await visit(browser, server.url);
	await logIn(angela.page, 'Angela DUBOIS', 'FranceConnect');
	keys = await openSafe(angela.page);
});
// Nobody goes on with a story whose middle is missing.
let broken = '';
beforeEach(() => {
	if (broken !== '') throw new Error(`the story stopped at: ${broken}`);
});
afterEach(async ({ task }) => {
	if (task.result?.state !== 'fail' || broken !== '') return;
	broken = task.name;
	await screenshot(angela.page, 'echec-angela').catch(() => undefined);
	await screenshot(camille.page, 'echec-camille').catch(() => undefined);
});

test('several files are sealed and sent, with their progress, and stand in the list', async () => {
	const { page, context } = angela;
	// The line is slow for as long as somebody looks at it.
	let release = (): void => undefined;
	const looked = new Promise<void>((resolve) => {
		release = resolve;
	});
	await context.route('**/versions/*', async (route) => {
		await looked;
		await route.continue();
	});
	const all = [files.photo, files.pdf, files.png, files.text];
	await addFiles(
		page,
		all.map((f) => f.path),
	);
	await page.getByRole('progressbar', { name: files.photo.name }).waitFor();
	await page.getByText(said('Envoi')).first().waitFor();
	await look(page, 'coffre-envois');
	release();
	for (const f of all) await line(page, f.name).waitFor();
	await context.unroute('**/versions/*');
	await line(page, files.photo.name).getByText(said('4,9 Mo')).waitFor();
	await line(page, files.pdf.name).getByText('PDF', { exact: false }).first().waitFor();
	const today = new Intl.DateTimeFormat('fr-FR', { dateStyle: 'short', timeZone: 'Europe/Paris' });
	await line(page, files.text.name).getByText(today.format(new Date())).waitFor();
	angela.guard.check();
});

test('a document is opened on the page, and downloaded byte for byte', async () => {
	const { page } = angela;
	const open = async (name: string): Promise<void> => {
		await line(page, name).getByRole('button', { name, exact: true }).click();
		await page.getByRole('dialog', { name }).waitFor();
	};
	const close = async (): Promise<void> => {
		await page.keyboard.press('Escape');
		await page.getByRole('dialog').waitFor({ state: 'hidden' });
	};
	await open(files.text.name);
	await click(page, 'Ouvrir');
	await page.getByText('Je déclare vivre à Valmont').waitFor();
	await look(page, 'document-texte');
	await close();

	await open(files.png.name);
	await click(page, 'Ouvrir');
	await page.getByRole('img', { name: said(`Aperçu de ${files.png.name}`) }).waitFor();
	await page.getByText('Détails techniques').click();
	await page.getByText(said('Le serveur garde bien ce que votre coffre a signé')).waitFor();
	await look(page, 'document-image');
	await close();

	await open(files.pdf.name);
	await click(page, 'Ouvrir');
	await page.getByRole('link', { name: said('Ouvrir le PDF') }).waitFor();
	await look(page, 'document-pdf');
	await close();

	await open(files.photo.name);
	const got = await saved(page, () => click(page, 'Télécharger'));
	expect(got.name).toBe(files.photo.name);
	expect(sha256(got.bytes)).toBe(files.photo.sha256);
	await close();
	angela.guard.check();
});

test('a document is renamed, filed in a folder, another erased', async () => {
	const { page } = angela;
	await act(page, files.photo.name, 'Renommer');
	await page.getByRole('textbox', { name: 'Nom du document' }).fill(renamed);
	await look(page, 'document-renommer');
	await page.getByRole('dialog').getByRole('button', { name: 'Renommer', exact: true }).click();
	await line(page, renamed).waitFor();

	await click(page, 'Nouveau dossier');
	await page.getByRole('textbox', { name: 'Nom du dossier' }).fill('État civil');
	await click(page, 'Créer le dossier');
	await line(page, 'État civil').waitFor();
	await act(page, files.pdf.name, 'Déplacer');
	const dialog = page.getByRole('dialog', { name: said(`Déplacer « ${files.pdf.name} »`) });
	await dialog.getByRole('radio', { name: 'État civil' }).check();
	await look(page, 'document-deplacer');
	await dialog.getByRole('button', { name: 'Déplacer', exact: true }).click();
	await line(page, files.pdf.name).waitFor({ state: 'detached' });
	await look(page, 'coffre');
	await page.getByRole('link', { name: 'État civil' }).click();
	await line(page, files.pdf.name).waitFor();
	await look(page, 'coffre-dossier');

	await page.getByRole('link', { name: 'Mes documents' }).click();
	await act(page, files.png.name, 'Effacer');
	await look(page, 'document-effacer');
	await click(page, 'Effacer pour toujours');
	await line(page, files.png.name).waitFor({ state: 'detached' });
	angela.guard.check();
});

test('what was done is there after leaving the page and unlocking again', async () => {
	const { page } = angela;
	await page.reload();
	await unlock(page, 'Phrase de passe', keys.passphrase);
	await line(page, renamed).waitFor();
	await page.getByRole('link', { name: 'État civil' }).click();
	await line(page, files.pdf.name).waitFor();
	angela.guard.check();
});

test('one is shared with the mairie, for a purpose and a time', async () => {
	const { page } = angela;
	await share(
		page,
		{
			document: files.pdf.name,
			administration: 'Mairie de Valmont',
			service: 'État civil',
			purpose: "Demande d'état civil",
		},
		(step) => look(page, step),
	);
	await page.getByRole('link', { name: 'Partages' }).click();
	await page.getByRole('heading', { name: files.pdf.name }).waitFor();
	await look(page, 'partages');
	angela.guard.check();
});

test('an agent unlocks with the key of the mairie, finds it, opens and downloads it', async () => {
	const { page } = camille;
	await logIn(page, 'Camille MARTIN', 'ProConnect');
	await look(page, 'bonjour-agent');
	await page.getByRole('link', { name: 'Documents reçus' }).click();
	await page
		.getByRole('heading', { level: 1, name: said("Déverrouiller la clé de l'administration") })
		.waitFor();
	await look(page, 'administration-verrouillee');
	const phrase = await page.getByText(/^abeille maison soleil/).innerText();
	await unlock(page, 'Phrase de passe', phrase);
	const received = page.getByRole('table', { name: 'Partages reçus' });
	await received.getByText('DUBOIS').waitFor();
	const search = page.getByRole('searchbox', { name: 'Chercher' });
	await search.fill('inconnu');
	await page.getByText(said('Aucun partage ne correspond')).waitFor();
	await search.fill('dubois etat civil');
	await received.getByText('DUBOIS').waitFor();
	await look(page, 'administration');

	await received.getByRole('link', { name: said('Ouvrir le document') }).click();
	await page.getByRole('heading', { level: 1, name: files.pdf.name }).waitFor();
	await page.getByText(said("Vérifié ici : signature de l'usager")).waitFor();
	await page.getByText('application/pdf').waitFor();
	await look(page, 'administration-document');
	const got = await saved(page, () =>
		page.getByRole('button', { name: said('Télécharger') }).click(),
	);
	expect(got.name).toBe(files.pdf.name);
	expect(sha256(got.bytes)).toBe(files.pdf.sha256);
	camille.guard.check();
});

test('a picture and a text show in the agent’s page too', async () => {
	const citizen = angela.page;
	await citizen.getByRole('link', { name: 'Documents' }).first().click();
	await share(citizen, {
		document: files.text.name,
		administration: 'Mairie de Valmont',
		service: 'CCAS',
		purpose: "Demande d'aide sociale",
	});
	const { page } = camille;
	await page.getByRole('link', { name: said('Tous les documents partagés') }).click();
	await page.getByRole('link', { name: said("Demande d'aide sociale") }).click();
	await page.getByText('Je déclare vivre à Valmont').waitFor();
	await look(page, 'administration-document-texte');
	await page.getByRole('link', { name: said('Tous les documents partagés') }).click();
	await page.getByRole('table', { name: 'Partages reçus' }).waitFor();
	camille.guard.check();
});

test('once she ends it, the agent’s next try is refused with the reason', async () => {
	const { page } = angela;
	await page.getByRole('link', { name: 'Partages' }).click();
	await page.getByRole('button', { name: said(`Arrêter le partage de ${files.pdf.name}`) }).click();
	await look(page, 'partages-arreter');
	await page
		.getByRole('dialog')
		.getByRole('button', { name: said('Arrêter le partage') })
		.click();
	await page.getByRole('heading', { name: 'Terminés' }).waitFor();
	await look(page, 'partages-termines');

	camille.guard.expect(410, /^\/api\/v1\/administration\/grants\/[a-z2-7]+\/release$/);
	await camille.page.getByRole('link', { name: said("Demande d'état civil") }).click();
	await camille.page.getByText(said("L'usager a mis fin à ce partage")).waitFor();
	await look(camille.page, 'administration-arrete');
	await camille.page.getByRole('link', { name: said('Tous les documents partagés') }).click();
	await camille.page.getByLabel('Montrer').selectOption('all');
	await camille.page.getByRole('table').getByText(said("Arrêté par l'usager")).waitFor();
	await look(camille.page, 'administration-tous');
	camille.guard.check();
	angela.guard.check();
});

test('nor can the agent of another administration open anything of it', () =>
	during(browser, server.url, async ({ page, guard }) => {
		const live = await camille.page
			.getByRole('link', { name: said("Demande d'aide sociale") })
			.getAttribute('href');
		await logIn(page, 'Karim BENALI', 'ProConnect');
		guard.expect(404, /\/release$/);
		await page.goto(live ?? '');
		await click(page, 'Déverrouiller avec cette phrase');
		await page.getByText(said('Ce partage est introuvable')).waitFor();
		await look(page, 'administration-introuvable');
	}));

test('her journal tells every act and every refused try, each with a proof that was checked', async () => {
	const { page } = angela;
	await page.getByRole('link', { name: 'Journal' }).click();
	const events = page.getByRole('main').locator('li:has(> details)');
	await events.first().waitFor();
	await expect
		.poll(async () => {
			await click(page, 'Actualiser');
			return events.filter({ hasText: 'En attente' }).count();
		})
		.toBe(0);
	const told = await events.allInnerTexts();
	const about = (...parts: string[]): number =>
		told.filter((t) => parts.every((p) => said(p).test(t))).length;
	expect(about('accepté les conditions')).toBe(1);
	expect(about('créé votre coffre')).toBe(1);
	for (const f of [files.pdf, files.png, files.text]) expect(about('ajouté', f.name)).toBe(1);
	expect(about('ajouté', renamed)).toBe(1);
	expect(about('Vous avez ouvert', files.text.name)).toBeGreaterThan(0);
	expect(about('effacé', files.png.name)).toBe(1);
	expect(about('Vous avez partagé', files.pdf.name, 'Mairie de Valmont')).toBe(1);
	expect(about('MARTIN', 'a ouvert', files.pdf.name)).toBe(1);
	expect(about('Vous avez arrêté le partage', files.pdf.name)).toBe(1);
	expect(about('MARTIN', 'a voulu ouvrir', files.pdf.name)).toBe(1);
	expect(about('BENALI', 'a voulu ouvrir', files.text.name)).toBe(1);
	expect(told.filter((t) => t.includes('Vérifié'))).toHaveLength(told.length);
	await look(page, 'journal');

	await page.getByText('Chercher dans le journal').click();
	await page.getByLabel('Montrer').selectOption('refused');
	expect(await events.count()).toBe(2);
	await events.filter({ hasText: 'MARTIN' }).getByRole('group').click();
	await look(page, 'journal-refus');
	angela.guard.check();
});

test('all of it goes into one archive, that the command line opens offline with the paper key', async () => {
	const { page } = angela;
	await page.goto('/export');
	await look(page, 'export');
	const zip = await saved(page, () =>
		page.getByRole('link', { name: said("Télécharger l'archive") }).click(),
	);
	const folder = mkdtempSync(join(tmpdir(), 'coffre-export-'));
	try {
		writeFileSync(join(folder, 'safe.zip'), zip.bytes);
		writeFileSync(join(folder, 'key.txt'), keys.paper);
		const cli = new CommandLine(server.url);
		const out = join(folder, 'papiers');
		const { status, said: printed } = await cli.run([
			'open',
			join(folder, 'safe.zip'),
			'--out',
			out,
			'--secret-file',
			join(folder, 'key.txt'),
		]).ended;
		expect(status, printed).toBe(0);
		const back = (...path: string[]): string => sha256(readFileSync(join(out, ...path)));
		expect(back(renamed)).toBe(files.photo.sha256);
		expect(back('État civil', files.pdf.name)).toBe(files.pdf.sha256);
		expect(back(files.text.name)).toBe(files.text.sha256);
		cli.remove();
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
	angela.guard.check();
});

test('once locked, neither a key nor anything of a document is left in the browser', async () => {
	const { page } = angela;
	const secrets = [
		keys.passphrase.split(' ').slice(0, 2).join(' '),
		keys.paper.split(' ').slice(0, 2).join(' '),
		'AGE-SECRET-KEY',
		files.pdf.name,
		renamed,
		'État civil',
		'Je déclare vivre',
	];
	const among = async (): Promise<string[]> => {
		const left = await leftovers(page);
		return secrets.filter((s) => left.includes(s));
	};
	await page.goto('/coffre');
	await unlock(page, 'Clé papier', keys.paper);
	await act(page, renamed, 'Télécharger');
	await page.getByText(said('est téléchargé sur votre appareil')).waitFor();
	// What is on the screen is found by this, so that finding nothing means something.
	expect(await among()).toEqual([renamed, 'État civil']);
	await click(page, 'Verrouiller');
	await page.getByRole('heading', { level: 1, name: said('Déverrouiller mon coffre') }).waitFor();
	expect(await among()).toEqual([]);

	await camille.page.getByRole('link', { name: said("Demande d'aide sociale") }).click();
	await camille.page.getByText('Je déclare vivre à Valmont').waitFor();
	await click(camille.page, 'Verrouiller');
	await camille.page
		.getByRole('heading', { level: 1, name: said('Déverrouiller la clé') })
		.waitFor();
	const left = await leftovers(camille.page);
	expect([...secrets, files.text.name].filter((s) => left.includes(s))).toEqual([]);
	camille.guard.check();
	angela.guard.check();
});
