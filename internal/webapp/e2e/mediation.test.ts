import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look } from './harness/browser.ts';
import { CitizenLine } from './harness/citizenline.ts';
import { leftovers } from './harness/leftovers.ts';
import { Office } from './harness/office.ts';
import {
	addFiles,
	choosePersona,
	click,
	line,
	logIn,
	openSafe,
	said,
	saved,
	unlock,
	whole,
} from './harness/people.ts';
import { documents, files, scene, server, visitor, withFiles } from './harness/scene.ts';

// A mediator helps a citizen who decides on her own phone: two browsers, one session, from the code
// on his screen to what she keeps of it.

scene();
withFiles();

async function logInMediator(page: Page, who: string): Promise<void> {
	await page.goto('/aider');
	await page.getByRole('link', { name: said('S’identifier comme médiateur') }).click();
	await choosePersona(page, who);
	await page.getByRole('heading', { level: 1, name: said('Aider un usager') }).waitFor();
}

/** A link that is followed within the page: the safe stays open. */
const follow = (page: Page, to: string): Promise<void> =>
	page.evaluate((href) => {
		const a = document.createElement('a');
		a.href = href;
		document.body.append(a);
		a.click();
		a.remove();
	}, to);

/** A whole story, with its screens in five languages. */
const long = 600_000;
const purpose = 'Demander l’aide au logement';

async function ask(page: Page, ...acts: readonly string[]): Promise<void> {
	for (const act of acts) await page.getByRole('checkbox', { name: said(act) }).check();
	await page.getByRole('textbox', { name: said('Pour quelle démarche') }).fill(purpose);
	await click(page, 'Afficher le code');
	await page.getByRole('heading', { level: 1, name: said('Montrez cet écran') }).waitFor();
}
/** What the square on his screen says, as a phone reads it. */
const code = async (page: Page): Promise<string> =>
	(await page.locator('.code').innerText()).replace(/[^A-Z]/g, '').slice(-8);
const words = (page: Page): Promise<string[]> => page.locator('.words li').allInnerTexts();
const number = (page: Page): Promise<string> => page.locator('.number').innerText();

test(
	'on her own phone: a code, six words, a number; documents in and out; she stops it and keeps the attestation',
	() =>
		visitor(
			({ page: his }) =>
				visitor(async ({ page: hers, context }) => {
					await logIn(hers, 'Angela DUBOIS', 'FranceConnect');
					const keys = await openSafe(hers);
					await addFiles(hers, [files.pdf.path, files.text.path]);
					await line(hers, files.text.name).waitFor();
					await click(hers, 'Verrouiller');

					await logInMediator(his, 'Nadia HADDAD');
					await look(his, 'aider');
					await ask(his, 'Lire les documents', 'Partager avec');
					await look(his, 'aider-code');

					// She types the code: her phone says whose it is, and what it is to be compared with.
					await hers.goto('/aide');
					await hers.getByRole('heading', { name: said('Déverrouillez votre coffre') }).waitFor();
					await unlock(hers, 'Phrase de passe', keys.passphrase);
					await hers
						.getByRole('textbox', { name: said('Code affiché') })
						.fill((await code(his)).toLowerCase());
					await click(hers, 'Voir la demande');
					await hers
						.getByRole('heading', { level: 1, name: said('Nadia HADDAD demande') })
						.waitFor();
					await hers.getByText('France Services de Valmont').waitFor();
					expect(await words(hers)).toEqual(await words(his));

					// Without documents, words and number there is no yes.
					await click(hers, 'J’accepte');
					for (const missing of [
						'Cochez au moins un document',
						'Comparez les six mots',
						'Tapez les deux chiffres',
					])
						await hers.getByText(said(missing)).waitFor();
					await hers.getByRole('checkbox', { name: files.text.name }).check();
					await hers
						.getByRole('combobox', { name: said('Avec quelle administration') })
						.selectOption({ label: 'Mairie de Valmont' });
					await hers.getByRole('checkbox', { name: said('les six mots sont les mêmes') }).check();
					await his.locator('.number').waitFor();
					await look(his, 'aider-nombre');
					const right = await number(his);
					const wrong = right === '42' ? '43' : '42';
					await hers.getByRole('textbox', { name: said('Nombre à deux chiffres') }).fill(wrong);
					await click(hers, 'J’accepte');
					await hers.getByRole('alert').waitFor();
					await hers.getByRole('textbox', { name: said('Nombre à deux chiffres') }).fill(right);
					await look(hers, 'aide-accord');
					await click(hers, 'J’accepte');
					await hers.getByText(said('Nadia HADDAD peut agir')).waitFor();
					// He does nothing before he has seen that it is her safe which is behind the session.
					await his.getByRole('heading', { level: 1, name: said('les mêmes mots') }).waitFor();
					expect(await words(hers)).toHaveLength(6);
					expect(await words(hers)).toEqual(await words(his));
					expect(
						await his.getByRole('button', { name: said('Choisir des fichiers') }).count(),
					).toBe(0);
					await look(hers, 'aide-accepte');
					await look(his, 'aider-comparer');
					await click(his, 'Oui, les six mots sont les mêmes');

					// He acts, in a frame that says for whom.
					await his
						.getByRole('heading', { level: 1, name: said('Vous agissez pour Angela') })
						.waitFor();
					const chooser = his.waitForEvent('filechooser');
					await his.getByRole('textbox', { name: said('Dossier proposé') }).fill('Logement');
					await click(his, 'Choisir des fichiers');
					await (await chooser).setFiles([files.png.path]);
					await his.getByText('Déposé', { exact: true }).waitFor();
					await his.getByRole('button', { name: said('Ouvrir Document n° 1') }).click();
					await his.getByText('Je déclare vivre à Valmont').waitFor();
					await his
						.getByRole('combobox', { name: said('Quel document') })
						.selectOption({ label: files.text.name });
					await his.getByRole('button', { name: whole('Partager') }).click();
					await his
						.getByText(said(`${files.text.name} est partagé avec Mairie de Valmont`))
						.waitFor();
					await his
						.getByRole('combobox', { name: said('Quel document') })
						.selectOption({ label: files.png.name });
					await his.getByRole('button', { name: whole('Partager') }).click();
					await his
						.getByText(said(`${files.png.name} est partagé avec Mairie de Valmont`))
						.waitFor();
					await look(his, 'aider-session');

					// She sees it while it goes on, and one tap ends it.
					await hers.getByRole('link', { name: said('Voir et arrêter') }).click();
					await hers.getByText(said('Nadia HADDAD agit pour vous en ce moment')).waitFor();
					await look(hers, 'mandats-en-cours');
					await click(hers, 'Arrêter Nadia HADDAD maintenant');
					await hers.getByText(said('Personne n’agit pour vous')).waitFor();
					await his.getByText(said('L’usager l’a arrêtée')).waitFor();
					expect(await his.locator('body').innerText()).not.toMatch(/Angela|DUBOIS|logement/i);
					await look(his, 'aider-fin');

					// What was done, in the language that she reads, for anybody to check.
					await hers.getByRole('button', { name: said('Ce que Nadia HADDAD a fait') }).click();
					const sheet = hers.locator('article.attestation').first();
					await sheet.getByText(said('Un document a été lu.')).first().waitFor();
					await sheet.getByText(files.text.name).first().waitFor();
					await sheet.getByText(said('Terminé : vous l’avez arrêté.')).waitFor();
					await look(hers, 'attestation-fr');
					for (const [label, name] of [
						['العربية', 'ar'],
						['Українська', 'uk'],
						['Français facile à lire', 'falc'],
						['English', 'en'],
					] as const) {
						await hers.getByRole('radio', { name: label }).check();
						await look(hers, `attestation-${name}`);
					}
					const kept = await saved(hers, () => click(hers, 'Enregistrer le fichier'));
					expect(kept.bytes.toString()).not.toContain('Déclaration');

					const anybody = await context.browser()?.newPage({ locale: 'fr-FR' });
					if (!anybody) throw new Error('no browser');
					await anybody.goto(new URL('/verifier', hers.url()).href);
					await anybody
						.locator('input[type=file]')
						.setInputFiles({ name: kept.name, mimeType: 'application/json', buffer: kept.bytes });
					await anybody.getByText(said('Cette attestation est vraie')).waitFor();
					await look(anybody, 'verifier-attestation');
					const spoilt = kept.bytes.toString().replace('Nadia', 'Nadja');
					await anybody.getByRole('button', { name: said('Vérifier un autre reçu') }).click();
					await anybody.locator('input[type=file]').setInputFiles({
						name: kept.name,
						mimeType: 'application/json',
						buffer: Buffer.from(spoilt),
					});
					await anybody.getByText(said('Ce reçu ne prouve rien')).waitFor();
					await anybody.close();

					// The administration opens what he shared, and reads who did.
					await visitor(async ({ page }) => {
						await logIn(page, 'Camille MARTIN', 'ProConnect');
						await page.goto('/administration');
						await unlock(
							page,
							'Phrase de passe',
							'abeille maison soleil jardin bonheur cerise montagne',
						);
						await page.getByText(purpose).first().waitFor();
						await page.locator('a[href^="/administration/partage/"]').first().click();
						await page
							.getByText(
								said(
									'Partagé par Nadia HADDAD, France Services de Valmont, pour le compte de l’usager',
								),
							)
							.waitFor();
						await look(page, 'administration-partage-par-mediateur');
					});

					// What he put in waits for her.
					await hers.goto('/depots');
					await unlock(hers, 'Phrase de passe', keys.passphrase);
					await hers.getByText(files.png.name).first().waitFor();
				}),
			{ viewport: { width: 1280, height: 800 } },
		),
	long,
);

test('a square that she photographs needs no words; she refuses, and nothing is possible', () =>
	visitor(({ page: his }) =>
		visitor(async ({ page: hers }) => {
			await logIn(hers, 'Marcel LEROY', 'FranceConnect');
			await openSafe(hers);
			await documents(hers);
			await logInMediator(his, 'Bruno LEFEVRE');
			await ask(his);
			const link = (await his.locator('.qr').getAttribute('data-link')) ?? '';
			expect(link).toMatch(/^#[A-Z]{8}\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{22}$/);
			// From the open safe the link is followed within the page.
			await follow(hers, `/aide${link}`);
			await hers.getByRole('heading', { level: 1, name: said('Bruno LEFEVRE demande') }).waitFor();
			expect(await words(hers)).toEqual([]);
			await click(hers, 'Je refuse');
			await hers.getByText(said('Vous avez refusé')).waitFor();
			await his.getByText(said('L’usager a refusé')).waitFor();

			// The keys of another screen are none of his: she is told, and signs nothing.
			await his.getByRole('button', { name: said('Aider une autre personne') }).click();
			await ask(his);
			const other = (await his.locator('.qr').getAttribute('data-link')) ?? '';
			await follow(hers, `/aide${other.replace(/\.[^.]+/, `.${'A'.repeat(22)}`)}`);
			await hers.getByRole('alert').waitFor();
			await look(hers, 'aide-autre-ecran');
		}),
	));

test(
	'at the counter one browser serves both, one after the other: he is out while she decides, and she before he acts',
	() =>
		visitor(
			async ({ page: his, context, guard }) => {
				const townHall = new Office(server, 'mairie-de-valmont');
				const asked = await townHall.ask({ want: ['residence,energy-bill', 'photo'] });
				let paper = '';
				await visitor(async ({ page }) => {
					await logIn(page, 'Fatou DIALLO', 'FranceConnect');
					const keys = await openSafe(page);
					({ paper } = keys);
					await addFiles(page, [files.text.path]);
					await line(page, files.text.name).waitFor();
					const own = await CitizenLine.allow(server, page, keys.passphrase);
					await own.run('requests', '--text', 'Faut-il une photo récente ?', 'ask', asked.link);
					own.remove();
				});
				await logInMediator(his, 'Nadia HADDAD');
				await his.getByRole('checkbox', { name: said('Lire les documents') }).check();
				await his.getByRole('checkbox', { name: said('Répondre à une demande') }).check();
				await his.getByRole('textbox', { name: said('Pour quelle démarche') }).fill(purpose);
				await his.getByRole('checkbox', { name: said('n’a pas de téléphone') }).check();
				await look(his, 'aider-guichet');
				await click(his, 'Laisser la place à l’usager');
				await his.getByRole('heading', { level: 1, name: said('Poste verrouillé') }).waitFor();
				await look(his, 'aider-verrouille');
				expect(await his.locator('body').innerText()).not.toMatch(/HADDAD/);

				const opening = context.waitForEvent('page');
				await his.getByRole('link', { name: said('Ouvrir la page de l’usager') }).click();
				const hers = await opening;
				await hers.getByText(said('n’est plus identifié')).waitFor();
				await look(hers, 'guichet-identification');
				await hers.getByRole('link', { name: whole('S’identifier avec FranceConnect') }).click();
				await choosePersona(hers, 'Fatou DIALLO');
				await unlock(hers, 'Clé papier', paper);
				await hers.getByRole('heading', { level: 1, name: said('Nadia HADDAD demande') }).waitFor();
				// The square is not photographed here: the link itself carried the print of his keys.
				expect(await words(hers)).toEqual([]);
				await hers.getByRole('checkbox', { name: files.text.name }).check();
				const demand = hers.getByRole('combobox', { name: said('À quelle demande') });
				await demand.selectOption({ label: 'Mairie de Valmont – Inscription à l’école' });
				await hers
					.getByRole('textbox', { name: said('Nombre à deux chiffres') })
					.fill(await number(his));
				await look(hers, 'guichet-accord');
				await click(hers, 'J’accepte');
				await hers.getByText(said('Nadia HADDAD peut agir')).waitFor();
				await look(hers, 'guichet-accepte');

				// While she is logged in nothing begins, whoever presses the button.
				guard.expect(403, /\/resumption$/);
				await click(his, 'Reprendre la session');
				await his.getByRole('alert').waitFor();
				await his.getByRole('heading', { level: 1, name: said('Poste verrouillé') }).waitFor();

				await click(hers, 'Terminer et rendre la place');
				await hers.getByRole('heading', { level: 1, name: said('rendez la place') }).waitFor();
				await look(hers, 'guichet-fini');
				const left = await leftovers(hers);
				expect(left).not.toMatch(/Fatou|DIALLO|coffre:(?!log)|coffre\.aide/);
				expect((await context.cookies()).map((c) => c.name)).not.toContain('sid');

				await hers.getByRole('link', { name: said('S’identifier comme médiateur') }).click();
				await choosePersona(hers, 'Nadia HADDAD');
				await hers
					.getByRole('heading', { level: 1, name: said('Vous êtes de nouveau identifié') })
					.waitFor();
				await look(hers, 'guichet-retour');
				await his
					.getByRole('heading', { level: 1, name: said('Vous agissez pour Fatou') })
					.waitFor();
				await his.getByRole('button', { name: said('Ouvrir Document n° 1') }).click();
				await his.getByText('Je déclare vivre à Valmont').waitFor();

				// What the mandate names is answered, with her document and with one he has just put in.
				const chooser = his.waitForEvent('filechooser');
				await click(his, 'Choisir des fichiers');
				await (await chooser).setFiles([files.png.path]);
				await his.getByText('Déposé', { exact: true }).waitFor();
				await his.getByRole('heading', { name: said('Répondre à Mairie de Valmont') }).waitFor();
				for (const [kind, { name }] of [
					['Photo d’identité', files.png],
					['Justificatif de domicile', files.text],
				] as const) {
					const wanted = his.getByRole('combobox', { name: said('Pour quelle pièce') });
					const option = wanted.getByRole('option', { name: said(kind) });
					await wanted.selectOption(await option.getAttribute('value'));
					await his
						.getByRole('combobox', { name: said('Quel document y répond') })
						.selectOption({ label: name });
					await click(his, 'Envoyer cette pièce');
					await his.getByText(said(`${name} est envoyé`)).waitFor();
				}
				await look(his, 'aider-reponse');
				const [side] = await townHall.sides(asked.id);
				expect(side?.grants.map((g) => g.kind).sort()).toEqual(['photo', 'residence']);
				await townHall.fetch(asked.id);
				const got = readdirSync(townHall.folder, { recursive: true, withFileTypes: true })
					.filter((f) => f.isFile())
					.map((f) => readFileSync(join(f.parentPath, f.name)));
				for (const file of [files.png, files.text])
					expect(got.some((bytes) => bytes.equals(file.bytes))).toBe(true);
				townHall.remove();

				await click(his, 'Terminer la session');
				await his.getByText(said('Vous l’avez terminée')).waitFor();
				expect(await his.locator('body').innerText()).not.toMatch(/Fatou|DIALLO/);
			},
			{ viewport: { width: 1280, height: 800 } },
		),
	long,
);
