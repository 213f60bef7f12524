import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { look, noSidewaysScroll, screenshot, type Visitor, visit } from './harness/browser.ts';
import { type Asked, Office } from './harness/office.ts';
import {
	acceptTerms,
	choosePersona,
	click,
	follow,
	makePaper,
	makePassphrase,
	said,
	whole,
} from './harness/people.ts';
import { browser, files, scene, server, withFiles } from './harness/scene.ts';

// A citizen gets a letter with a link: from the first look at it, through her
// log-in and her first safe, to what she gives, refuses, asks and takes back.

let townHall: Office;
let departement: Office;
let fatou: Visitor;
let asked: Asked;
const title = said('Mairie de Valmont vous demande 4 documents');

scene();
withFiles();
beforeAll(async () => {
	townHall = new Office(server, 'mairie-de-valmont');
	departement = new Office(server, 'departement-de-la-brenne');
	asked = await townHall.ask({
		service: 'Écoles et périscolaire',
		reference: '2026-00417',
		openings: 3,
		want: ['identity,identity-card,passport', 'residence,energy-bill', 'birth-certificate'],
		optional: ['tax-notice'],
	});
	fatou = await visit(browser, server.url);
});
afterAll(() => {
	townHall?.remove();
	departement?.remove();
});

// Nobody goes on with a story whose middle is missing.
let broken = '';
beforeEach(() => {
	if (broken !== '') throw new Error(`the story stopped at: ${broken}`);
});
afterEach(async ({ task }) => {
	if (task.result?.state !== 'fail' || broken !== '') return;
	broken = task.name;
	await screenshot(fatou.page, 'echec-demandes').catch(() => undefined);
});

test('a link is read before anybody logs in, and only the one that was written is shown', async () => {
	const { page, guard } = fatou;
	guard.expect(404, /^\/api\/v1\/requests\//);
	await page.goto(asked.link);
	await page.getByRole('heading', { level: 1, name: title }).waitFor();
	for (const words of ['L131-5', 'Inscrire un enfant', '2026-00417', 'Vérifié : la clé'])
		await page.getByText(said(words)).first().waitFor();
	expect(await page.getByText(said('Votre lien est incomplet')).count()).toBe(0);
	await look(page, 'demande-1-lien');

	const other = await townHall.ask({ want: ['passport'] });
	const told: [string, string, string][] = [
		[`/demande/${asked.id}#${other.seal}`, 'n’est pas la demande de votre lien', 'demande-autre'],
		[asked.link.slice(0, -3), 'Ce lien est abîmé', 'demande-lien-abime'],
		[`/demande/${'a'.repeat(26)}#${asked.seal}`, 'Cette demande n’est pas ici', 'demande-inconnue'],
		[`/demande/${asked.id}`, 'Votre lien est incomplet', 'demande-lien-coupe'],
	];
	for (const [where, words, name] of told) {
		// A change of what stands behind # alone is no new page.
		await page.goto('about:blank');
		await page.goto(where);
		await page.getByText(said(words)).waitFor();
		const shown = await page.getByText('L131-5').count();
		expect(shown, words).toBe(name === 'demande-lien-coupe' ? 1 : 0);
		await look(page, name);
	}
	guard.check();
});

test('she logs in, opens her first safe and is back, and no server is told what stands behind #', async () => {
	const { page, context } = fatou;
	const sent: string[] = [];
	context.on('request', (r) =>
		sent.push(`${r.url()} ${r.postData() ?? ''} ${r.headers().referer}`),
	);
	await page.goto('about:blank');
	await page.goto(asked.link);
	await page.getByRole('link', { name: whole('S’identifier avec FranceConnect') }).click();
	await choosePersona(page, 'Fatou DIALLO');
	await page.getByRole('heading', { level: 1, name: title }).waitFor();
	expect(new URL(page.url()).hash).toBe(`#${asked.seal}`);
	expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
	await page.getByText(said('Vos documents partent d’un coffre')).waitFor();
	await look(page, 'demande-2-sans-coffre');
	await page.getByRole('link', { name: whole('Ouvrir mon coffre') }).click();
	await acceptTerms(page);
	await makePaper(page);
	await click(page, 'Faire ma phrase');
	await makePassphrase(page);
	await page.getByRole('heading', { level: 1, name: title }).waitFor();
	await page
		.getByRole('heading', { level: 2, name: said('Choisissez ce que vous envoyez') })
		.waitFor();
	expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
	expect(sent.filter((s) => s.includes(asked.seal))).toEqual([]);
	await look(page, 'demande-3-a-choisir');
});

/** What is done about one of the things that are wanted. */
const card = (page: Page, name: string): Locator =>
	page.getByRole('main').getByRole('listitem', { name: said(name), exact: true });

test('she adds what is asked for in place, looks at it, sends it with a note, and refuses one', async () => {
	const { page, guard } = fatou;
	const birth = card(page, 'Acte de naissance');
	const chooser = page.waitForEvent('filechooser');
	await birth.getByRole('button', { name: said('Un fichier, pour') }).click();
	await (await chooser).setFiles([files.pdf.path]);
	await birth.getByRole('checkbox', { name: said(files.pdf.name), checked: true }).waitFor();

	// By the keyboard alone.
	const identity = card(page, 'Pièce d’identité');
	const second = page.waitForEvent('filechooser');
	await identity.getByRole('button', { name: said('Un fichier, pour') }).focus();
	await page.keyboard.press('Enter');
	await (await second).setFiles([
		{
			...files.png,
			name: 'Passeport de Fatou.png',
			mimeType: 'image/png',
			buffer: files.png.bytes,
		},
	]);
	const passport = identity.getByRole('checkbox', { name: said('Passeport de Fatou') });
	await passport.waitFor();
	expect(await passport.isChecked()).toBe(true);
	await passport.focus();
	await page.keyboard.press('Space');
	expect(await passport.isChecked()).toBe(false);
	await page.keyboard.press('Space');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	const seen = page.getByRole('dialog', { name: 'Passeport de Fatou.png' });
	await seen.getByRole('img').waitFor();
	await look(page, 'demande-4-apercu');
	await page.keyboard.press('Escape');

	const residence = card(page, 'Justificatif de domicile');
	await residence.getByRole('button', { name: said('Mon coffre, pour') }).click();
	const all = page.getByRole('dialog', { name: said('Choisir : Justificatif') });
	await all.getByRole('searchbox').fill('naiss');
	await all.getByRole('button', { name: said(`Prendre ${files.pdf.name}`) }).waitFor();
	await look(page, 'demande-5-choisir');
	await all.getByRole('button', { name: 'Fermer' }).click();

	await page
		.getByRole('textbox', { name: said('Un mot pour l’administration') })
		.fill('Les voici.');
	await look(page, 'demande-6-choisis');
	await click(page, 'Relire et envoyer (2)');
	const last = page.getByRole('dialog', { name: said('Envoyer 2 documents ?') });
	await last.getByText(said('Il manque encore : justificatif de domicile')).waitFor();
	await look(page, 'demande-7-envoyer');
	await last.getByRole('button', { name: whole('Envoyer') }).click();
	await page.getByText(said('Vos 2 documents sont envoyés')).waitFor();
	await birth.getByText(said('Pas encore ouvert')).waitFor();
	await look(page, 'demande-8-envoye');

	await residence.getByRole('button', { name: said('Je ne veux pas le donner') }).click();
	const no = page.getByRole('dialog', { name: said('Refuser de donner : justificatif') });
	await no.getByRole('textbox', { name: said('Pourquoi ?') }).fill('Vous l’avez déjà.');
	await look(page, 'demande-9-refuser');
	await no.getByRole('button', { name: whole('Refuser') }).click();
	await residence.getByText(said('Vous avez refusé ce document')).waitFor();
	guard.check();
});

test('she asks, is answered, sees what was opened, and ends it with an honest sentence', async () => {
	const { page, guard } = fatou;
	await page.getByRole('textbox', { name: said('Votre question') }).fill('Faut-il l’original ?');
	await click(page, 'Envoyer ma question');
	await page.getByText(said('Votre question attend une réponse')).waitFor();
	const [side] = await townHall.sides(asked.id);
	if (side === undefined) throw new Error('the town hall knows of nobody');
	expect(side.notes.map((n) => n.text)).toEqual([
		'Les voici.',
		'Vous l’avez déjà.',
		'Faut-il l’original ?',
	]);
	expect(side.grants.map((g) => g.kind).sort()).toEqual(['birth-certificate', 'passport']);
	await townHall.answer(asked.id, side, 'Non, une copie suffit.');
	await townHall.fetch(asked.id);

	await page.getByRole('link', { name: 'Demandes', exact: true }).click();
	await page.getByRole('heading', { level: 2, name: said('Vous avez répondu') }).waitFor();
	await look(page, 'demandes-liste');
	await page.getByRole('link', { name: said('Mairie de Valmont : 4 documents') }).click();
	await page.getByText('Non, une copie suffit.').waitFor();
	expect(await page.getByText(said('Votre lien est incomplet')).count()).toBe(0);
	const birth = card(page, 'Acte de naissance');
	await birth.getByText(said('Ouvert le')).waitFor();
	await look(page, 'demande-10-echanges');
	await birth.getByRole('button', { name: said('Ne plus laisser ouvrir') }).click();
	const end = page.getByRole('dialog');
	await end
		.getByText(said('ne pourra plus l’ouvrir ici ; elle a pu en garder une copie le'))
		.waitFor();
	await look(page, 'demande-11-arreter');
	await end.getByRole('button', { name: whole('Ne plus laisser ouvrir') }).click();
	await birth.getByText(said('Terminé le')).waitFor();
	guard.check();
});

test('another administration that asks for the same is answered in two taps', async () => {
	const { page, guard } = fatou;
	const again = await departement.ask({
		purpose: 'Demander la carte de transport',
		procedure: 'Transport scolaire',
		want: ['identity,passport', 'birth-certificate'],
	});
	await follow(page, new URL(again.link).pathname + new URL(again.link).hash);
	await page
		.getByRole('heading', { level: 1, name: said('Département de la Brenne vous demande') })
		.waitFor();
	await page.getByText(said('Vous avez déjà donné ces documents')).waitFor();
	await look(page, 'demande-12-les-memes');
	await click(page, 'Envoyer les mêmes');
	await click(page, 'Envoyer');
	await page.getByText(said('Vous avez répondu à tout ce qui était demandé')).waitFor();
	const [side] = await departement.sides(again.id);
	expect(side?.grants.map((g) => g.kind).sort()).toEqual(['birth-certificate', 'passport']);
	guard.check();
});

test('one that is in the safe waits on the first page, and what is over says so', async () => {
	const { page, context, guard } = fatou;
	const administrations = (await (await context.request.get('/api/v1/administrations')).json())
		.items;
	const [to] = (administrations as { id: string; name: string }[]).filter(
		(a) => a.name === 'Mairie de Valmont',
	);
	const made = await page.evaluate(async (administration) => {
		const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
		const body = JSON.stringify({ administration });
		return (await fetch('/api/v1/safe/addresses', { method: 'POST', headers, body })).json();
	}, to?.id);
	const { id } = await townHall.ask({
		want: ['bank-details'],
		purpose: 'Rembourser la cantine',
		address: made.id,
	});
	await page
		.getByRole('link', { name: said('Coffre') })
		.first()
		.click();
	await page.getByText(said('Une attend votre réponse')).waitFor();
	await look(page, 'accueil-demande');
	await page.getByRole('link', { name: 'Demandes', exact: true }).first().click();
	await page.getByRole('link', { name: said('Mairie de Valmont : 1 document') }).click();
	await page.getByText(said('Rembourser la cantine')).first().waitFor();
	await click(page, 'Tout refuser');
	await page
		.getByRole('dialog')
		.getByRole('button', { name: whole('Refuser') })
		.click();
	await page.getByText(said('Vous avez refusé ce document')).waitFor();

	// The server's word that its time is over.
	const path = `**/api/v1/safe/requests/${id}`;
	await context.route(path, async (route) => {
		const answer = await route.fetch();
		await route.fulfill({ json: { ...(await answer.json()), state: 'expired' } });
	});
	await page.getByRole('link', { name: 'Demandes', exact: true }).click();
	await page.getByRole('heading', { level: 2, name: said('Terminées') }).waitFor();
	await page.getByRole('link', { name: said('Mairie de Valmont : 1 document') }).click();
	await page.getByText(said('Le dernier jour pour répondre est passé')).waitFor();
	await look(page, 'demande-expiree');
	await context.unroute(path);
	await townHall.close(asked.id);
	await follow(page, `/demande/${asked.id}#${asked.seal}`);
	await page.getByText(said('L’administration a clos cette demande')).waitFor();
	await look(page, 'demande-close');
	await noSidewaysScroll(page, 'demande-close');

	// What stays when the safe is locked: what is asked, and nothing of what was given or said.
	await click(page, 'Verrouiller');
	await page.getByRole('heading', { level: 2, name: said('Déverrouillez votre coffre') }).waitFor();
	await page.getByText('L131-5').waitFor();
	for (const words of [files.pdf.name, 'Non, une copie suffit.'])
		expect(await page.getByText(words).count()).toBe(0);
	await look(page, 'demande-verrouillee');
	guard.check();
});
