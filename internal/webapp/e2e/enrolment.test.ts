import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { desktop, look, type Visitor, visit } from './harness/browser.ts';
import { sha256 } from './harness/fixtures.ts';
import { click, follow, line, logIn, openSafe, said, saved, whole } from './harness/people.ts';
import { browser, files, scene, server, withFiles } from './harness/scene.ts';

// School enrolment with four papers and one refusal, from the agent's desk to
// the family's table and back: both sides by their pages.

let camille: Visitor;
let angela: Visitor;
let link: URL;
let papers: ReadonlyMap<string, Buffer>;
const folder = mkdtempSync(join(tmpdir(), 'coffre-enrolment-'));

scene();
withFiles();
beforeAll(async () => {
	camille = await visit(browser, server.url, { viewport: desktop });
	angela = await visit(browser, server.url);
	papers = new Map(
		['Passeport de Paul', 'CNI Angela', 'Facture EDF octobre', 'Livret de famille'].map(
			(name, i) => [`${name}.pdf`, Buffer.concat([files.pdf.bytes, Buffer.from(`%${i}\n`)])],
		),
	);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const card = (page: Page, name: string): Locator =>
	page.getByRole('main').getByRole('listitem', { name: said(name), exact: true });
/** By the beginning of its label. */
const field = (page: Page, label: string): Locator =>
	page.getByRole('textbox', { name: new RegExp(`^${said(label).source}`) });

test('an agent of the town hall asks for what an enrolment takes', async () => {
	const { page, guard } = camille;
	await logIn(page, 'Camille MARTIN', 'ProConnect');
	await page.goto('/administration/demandes/nouvelle');
	await click(page, 'Déverrouiller avec cette phrase');
	await field(page, 'Démarche').fill('Inscription à l’école, rentrée 2027');
	await field(page, 'À quoi serviront').fill('Inscrire un enfant en maternelle');
	await field(page, 'Texte qui permet').fill('Code de l’éducation, article L131-5');
	await page.getByRole('combobox', { name: 'Service' }).selectOption('Écoles et périscolaire');
	await field(page, 'Référence du dossier').fill('2026-00417');
	const wanted = ['identity', 'residence', 'family-book', 'tax-notice'];
	for (const [i, kind] of wanted.entries()) {
		if (i > 0) await click(page, 'Ajouter une pièce');
		await page.getByRole('combobox', { name: 'Sorte de pièce' }).nth(i).selectOption(kind);
	}
	await page.getByRole('combobox', { name: 'Combien' }).first().selectOption('2');
	await page
		.getByRole('checkbox', { name: said('Facultative') })
		.last()
		.check();
	await click(page, 'Signer et créer la demande');
	await page.getByText(said('Personne n’a encore répondu')).waitFor();
	link = new URL(await field(page, 'Lien de la demande').inputValue());
	guard.check();
});

test('a family gives four papers, refuses one, and asks', async () => {
	const { page, context, guard } = angela;
	await logIn(page, 'Angela DUBOIS', 'FranceConnect');
	await openSafe(page);
	const chooser = page.waitForEvent('filechooser');
	await click(page, 'Ajouter des documents');
	await (await chooser).setFiles(
		[...papers].map(([name, buffer]) => ({ name, mimeType: 'application/pdf', buffer })),
	);
	for (const name of papers.keys()) await line(page, name).waitFor();

	// What she has is compared with what is asked for here: nothing of it is told.
	const sent: string[] = [];
	context.on('request', (r) => sent.push(`${r.url()} ${r.postData() ?? ''}`));
	await follow(page, link.pathname + link.hash);
	await page
		.getByRole('heading', { level: 1, name: said('Mairie de Valmont vous demande 5 documents') })
		.waitFor();
	const identity = card(page, 'Pièce d’identité');
	for (const name of ['Passeport de Paul', 'CNI Angela'])
		await identity.getByRole('checkbox', { name: said(name) }).check();
	await identity.getByText(said('2 choisis sur 2')).waitFor();
	await card(page, 'Justificatif de domicile')
		.getByRole('checkbox', { name: said('Facture EDF') })
		.check();
	await card(page, 'Livret de famille')
		.getByRole('checkbox', { name: said('Livret') })
		.check();
	const tax = card(page, 'Avis d’imposition ou de non-imposition');
	expect(await tax.getByRole('checkbox').count()).toBe(0);
	await look(page, 'inscription-1-choisis');
	expect(sent.filter((s) => /Passeport|CNI|EDF|Livret/.test(s))).toEqual([]);

	await click(page, 'Relire et envoyer (4)');
	await page
		.getByRole('dialog')
		.getByRole('button', { name: whole('Envoyer') })
		.click();
	await page.getByText(said('Vos 4 documents sont envoyés')).waitFor();
	await page.getByText(said('Vous avez répondu à tout ce qui était demandé')).waitFor();
	await tax.getByRole('button', { name: said('Je ne veux pas le donner') }).click();
	const no = page.getByRole('dialog');
	await no.getByRole('textbox').fill('Le quotient n’est pas demandé ici.');
	await no.getByRole('button', { name: whole('Refuser') }).click();
	await tax.getByText(said('Vous avez refusé')).waitFor();
	await field(page, 'Votre question').fill('Faut-il les originaux ?');
	await click(page, 'Envoyer ma question');
	await page.getByText(said('Votre question attend une réponse')).waitFor();
	guard.check();
});

test('the agent takes the four papers unaltered, reads the refusal, and answers', async () => {
	const { page, guard } = camille;
	await click(page, 'Relire les réponses');
	await page.getByRole('table', { name: 'Questions' }).getByRole('link').click();
	for (const words of ['Le quotient n’est pas demandé ici.', 'Faut-il les originaux ?'])
		await page.getByText(said(words)).waitFor();
	const { bytes } = await saved(page, () => click(page, 'Tout télécharger (ZIP)'));
	const zip = join(folder, 'all.zip');
	writeFileSync(zip, bytes);
	execFileSync('unzip', ['-q', '-o', zip, '-d', folder]);
	const taken = readdirSync(join(folder, 'pieces'));
	expect(taken.map((f) => sha256(readFileSync(join(folder, 'pieces', f)))).sort()).toEqual(
		[...papers.values()].map(sha256).sort(),
	);
	await field(page, 'Votre message à l’usager').fill('Non, des copies.');
	await page.getByRole('button', { name: 'Envoyer', exact: true }).click();
	await page.getByText(said('Votre message est envoyé')).waitFor();
	guard.check();
});

test('the family reads the answer, what was opened, and all of it in the journal', async () => {
	const { page, guard } = angela;
	await page.getByRole('link', { name: 'Demandes', exact: true }).click();
	await page.getByText(said('4 documents envoyés · 1 refusé')).waitFor();
	await page.getByRole('link', { name: said('Mairie de Valmont : 5 documents') }).click();
	await page.getByText('Non, des copies.').waitFor();
	expect(await page.getByText(said('Ouvert le')).count()).toBe(4);
	await look(page, 'inscription-2-ouverts');
	await page.getByRole('link', { name: 'Journal', exact: true }).click();
	for (const words of ['donné des documents à Mairie', 'refusé ce que', 'posé une question'])
		await page.getByText(said(words)).first().waitFor();
	guard.check();
});
