import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { look } from './harness/browser.ts';
import { logInMediator } from './harness/mediators.ts';
import {
	addFiles,
	click,
	follow,
	line,
	logIn,
	openSafe,
	said,
	unlock,
	whole,
} from './harness/people.ts';
import { files, scene, server, visitor, withFiles } from './harness/scene.ts';

// Mandates that outlast a session: on paper, for somebody who cannot log in, and those that a citizen
// gives for a day or a year.

scene();
withFiles();

const long = 600_000;
const desk = { viewport: { width: 1280, height: 800 } };
const purpose = 'Demander l’allocation logement';

const unfold = (page: Page, what: string): Promise<void> =>
	page
		.locator('summary')
		.filter({ hasText: said(what) })
		.click();
async function deposit(page: Page, path: string): Promise<void> {
	const chooser = page.waitForEvent('filechooser');
	await click(page, 'Choisir des fichiers');
	await (await chooser).setFiles([path]);
	await page.getByText('Déposé', { exact: true }).waitFor();
}
/** She is told by e-mail from now on. */
async function beTold(page: Page, address: string): Promise<void> {
	await follow(page, '/prevenir');
	await page.getByRole('textbox', { name: said('Votre adresse e-mail') }).fill(address);
	await click(page, 'M’envoyer un code');
	const code = page.getByRole('textbox', { name: said('Code à six chiffres') });
	await code.waitFor();
	await code.fill((await mailed(page, /^ {4}(\d{6})$/m))[1] ?? '');
	await click(page, 'Confirmer');
	await code.waitFor({ state: 'detached' });
}
async function mailed(page: Page, what: RegExp): Promise<RegExpExecArray> {
	for (;;) {
		const found = what.exec(await (await page.request.get(`${server.url}/demo/mails`)).text());
		if (found) return found;
	}
}

test(
	'on paper: one writes it down, another has seen it, deposits arrive, and she is told',
	() =>
		visitor(async ({ page: hers }) => {
			await logIn(hers, 'Angela DUBOIS', 'FranceConnect');
			const keys = await openSafe(hers);
			await beTold(hers, 'angela@courriel.example');
			await follow(hers, '/mandats');
			const number = (await hers.locator('.number').innerText()).trim();
			expect(number.replace(/ /g, '')).toMatch(/^[a-z2-7]{26}$/);
			await look(hers, 'mandats-numero');
			let reference = '';

			await visitor(async ({ page: his, guard }) => {
				await logInMediator(his, 'Nadia HADDAD');
				await unfold(his, 'Papiers à confirmer');
				await his.getByRole('link', { name: said('Écrire un mandat sur papier') }).click();
				await his.getByRole('heading', { level: 1, name: said('Mandat sur papier') }).waitFor();
				await click(his, 'Enregistrer le mandat');
				for (const missing of ['Écrivez le nom', 'Ce n’est pas un numéro', 'Faites signer'])
					await his.getByText(said(missing)).first().waitFor();
				await his.getByRole('textbox', { name: said('Nom et prénom') }).fill('Angela DUBOIS');
				await his
					.getByRole('textbox', { name: said('Numéro de son coffre') })
					.fill(number.toUpperCase());
				await his.getByRole('textbox', { name: said('Pour quelle démarche') }).fill(purpose);
				reference = await his
					.getByRole('textbox', { name: said('Référence du papier') })
					.inputValue();
				expect(reference).toMatch(/^P-\d{4}-\d\d-\d\d-[A-Z]{4}$/);
				const sheet = his.getByRole('article', { name: said('Mandat à imprimer') });
				for (const printed of ['Angela DUBOIS', purpose, reference, 'France Services de Valmont'])
					await sheet.getByText(said(printed)).first().waitFor();
				await his.getByRole('checkbox', { name: said('la personne a signé') }).check();
				await look(his, 'papier-ecrire');
				expect(await pages(his)).toBe(1);
				await click(his, 'Enregistrer le mandat');
				await his.getByText(said('Le coffre est celui de Angela')).waitFor();
				await look(his, 'papier-ecrit');

				// Nothing can be done before somebody else has seen it, and not by himself.
				await his
					.getByRole('link', { name: said('Aider un usager') })
					.first()
					.click();
				await unfold(his, 'Papiers à confirmer : 1');
				await his.getByText(said('Vous l’avez écrit')).waitFor();
				await unfold(his, 'Mandats en cours : 1');
				await his.getByText(said('Attend qu’un second médiateur')).waitFor();
				expect(await his.getByRole('button', { name: said('Commencer les dépôts') }).count()).toBe(
					0,
				);

				await visitor(async ({ page: second }) => {
					await logInMediator(second, 'Bruno LEFEVRE');
					await unfold(second, 'Papiers à confirmer : 1');
					const paper = second.getByRole('article', { name: said('Pour Angela') });
					await paper.getByText(said(reference)).waitFor();
					await second.getByRole('button', { name: said('Confirmer le mandat de Angela') }).click();
					await second.getByText(said('Comparez d’abord le papier')).waitFor();
					await paper.getByRole('checkbox').check();
					await look(second, 'papier-confirmer');
					await second.getByRole('button', { name: said('Confirmer le mandat de Angela') }).click();
					await second.getByText(said('les dépôts peuvent commencer')).waitFor();
					await second.getByRole('article', { name: said('Avis à remettre') }).waitFor();
					await look(second, 'papier-avis');
					expect(await pages(second)).toBe(1);
				}, desk);

				await his.reload();
				await unfold(his, 'Mandats en cours : 1');
				await look(his, 'bureau');
				await his.getByRole('button', { name: said('Commencer les dépôts pour Angela') }).click();
				await his
					.getByRole('heading', { level: 1, name: said('Vous agissez pour Angela') })
					.waitFor();
				await deposit(his, files.png.path);
				await look(his, 'papier-depots');
				expect(await his.getByRole('heading', { name: said('Documents du mandat') }).count()).toBe(
					0,
				);
				await click(his, 'Terminer la session');
				await his.getByText(said('Vous l’avez terminée')).waitFor();
				await his.getByRole('button', { name: said('Aider une autre personne') }).click();
				await his.getByText(said('dépôt · terminée')).waitFor();

				// She is told, sees what came in, and stops it: it is over for him at once.
				await mailed(hers, /[Ii]mportant|médiateur|mandat/);
				await hers.goto('/depots');
				await unlock(hers, 'Phrase de passe', keys.passphrase);
				await hers.getByText(files.png.name).first().waitFor();
				await follow(hers, '/journal');
				await hers.getByText(said('confirmé un mandat sur papier, comme second')).waitFor();
				await hers.getByText(said('enregistré un mandat sur papier')).waitFor();
				await look(hers, 'papier-journal');
				await follow(hers, '/mandats');
				await click(hers, 'Arrêter Nadia HADDAD maintenant');
				await hers.getByText(said('Personne n’agit pour vous')).waitFor();
				guard.expect(410, /sessions$/);
				await unfold(his, 'Mandats en cours : 1');
				await his.getByRole('button', { name: said('Commencer les dépôts pour Angela') }).click();
				await his.getByRole('alert').waitFor();
			}, desk);
		}),
	long,
);

/** She types his code, compares, and lets him in. */
async function letIn(his: Page, hers: Page): Promise<void> {
	const code = (await his.locator('.code').innerText()).replace(/[^A-Z]/g, '').slice(-8);
	await follow(hers, '/aide');
	await hers.getByRole('textbox', { name: said('Code affiché') }).fill(code);
	await click(hers, 'Voir la demande');
	await hers.getByRole('heading', { level: 1, name: said('Nadia HADDAD demande') }).waitFor();
	await hers.getByRole('checkbox', { name: said('les six mots sont les mêmes') }).check();
	await hers
		.getByRole('textbox', { name: said('Nombre à deux chiffres') })
		.fill(await his.locator('.number').innerText());
}

test(
	'that lasts: she gives one for deposits and one for each time with her, and he uses both',
	() =>
		visitor(
			({ page: his }) =>
				visitor(async ({ page: hers }) => {
					await logIn(hers, 'Marcel LEROY', 'FranceConnect');
					await openSafe(hers);
					await addFiles(hers, [files.text.path]);
					await line(hers, files.text.name).waitFor();
					// Nobody whom she has not met gets one.
					await follow(hers, '/mandats/donner');
					await hers.getByText(said('encore laissé agir aucun médiateur')).waitFor();
					await look(hers, 'mandat-personne');

					await logInMediator(his, 'Nadia HADDAD');
					await his.getByRole('textbox', { name: said('Pour quelle démarche') }).fill(purpose);
					await click(his, 'Afficher le code');
					await letIn(his, hers);
					await click(hers, 'J’accepte');
					await begun(his, hers);
					await click(his, 'Terminer la session');
					await his.getByRole('button', { name: said('Aider une autre personne') }).click();

					await follow(hers, '/mandats');
					await hers.getByRole('link', { name: said('Donner un mandat qui dure') }).click();
					await hers.getByRole('combobox', { name: said('À qui') }).waitFor();
					await click(hers, 'Donner ce mandat');
					await hers.getByText(said('Écrivez pour quoi')).waitFor();
					await look(hers, 'mandat-donner');
					await hers.getByRole('textbox', { name: said('Pour quelle démarche') }).fill(purpose);
					await hers.getByRole('combobox', { name: said('Combien de temps') }).selectOption('365');
					await click(hers, 'Donner ce mandat');
					await hers.getByText(said('a un mandat jusqu’au')).waitFor();
					await look(hers, 'mandat-donne');

					await hers.getByRole('link', { name: said('Voir mes mandats') }).click();
					await hers.getByRole('link', { name: said('Donner un mandat qui dure') }).click();
					await hers.getByRole('radio', { name: said('Oui, à chaque fois') }).check();
					await hers.getByRole('checkbox', { name: said('Lire les documents') }).check();
					await hers.getByRole('checkbox', { name: said('Proposer des noms') }).check();
					await hers.getByRole('checkbox', { name: files.text.name }).check();
					const other = 'Suivre mon dossier de retraite';
					await hers.getByRole('textbox', { name: said('Pour quelle démarche') }).fill(other);
					await look(hers, 'mandat-donner-avec-elle');
					await click(hers, 'Donner ce mandat');
					await hers.getByText(said('a un mandat jusqu’au')).waitFor();
					await follow(hers, '/mandats');
					await hers.getByText(said('Avec vous, à chaque fois')).waitFor();
					await hers.getByText(said('Sans vous')).waitFor();
					await look(hers, 'mandats-qui-durent');

					// Deposits begin without her.
					await his.reload();
					await unfold(his, 'Mandats en cours : 2');
					await look(his, 'bureau-mandats');
					await his.getByRole('button', { name: said('Commencer les dépôts pour Marcel') }).click();
					await his
						.getByRole('heading', { level: 1, name: said('Vous agissez pour Marcel') })
						.waitFor();
					await deposit(his, files.png.path);
					await click(his, 'Terminer la session');
					await his.getByRole('button', { name: said('Aider une autre personne') }).click();

					// The rest waits for her, who is asked for no more than she has promised.
					await unfold(his, 'Mandats en cours : 2');
					await his
						.getByRole('button', { name: said('Commencer une session avec Marcel') })
						.click();
					await letIn(his, hers);
					await hers.getByText(other).waitFor();
					expect(await hers.getByRole('checkbox', { name: said('Partager avec') }).count()).toBe(0);
					await hers.getByRole('checkbox', { name: files.text.name }).check();
					await click(hers, 'J’accepte');
					await begun(his, hers);
					await his.getByRole('button', { name: said('Ouvrir Document n° 1') }).click();
					await his.getByText('Je déclare vivre à Valmont').waitFor();

					// What he proposes changes nothing before she takes it.
					await his
						.getByRole('combobox', { name: said('Pour quel document') })
						.selectOption({ label: files.text.name });
					await his.getByRole('textbox', { name: said('Nom proposé') }).fill('Attestation.txt');
					await his
						.getByRole('textbox', { name: said('Dossier proposé pour le document') })
						.fill('Retraite');
					await his.getByRole('button', { name: whole('Proposer') }).click();
					await his.getByText(said('Proposé à l’usager pour')).waitFor();
					await look(his, 'rangement-propose');
					await follow(hers, '/depots');
					await hers.getByText(said('Nouveau nom : Attestation.txt')).waitFor();
					await look(hers, 'depots-rangement');
					await hers.getByRole('button', { name: said('Prendre le rangement proposé') }).click();
					await hers.getByText(said('C’est fait')).waitFor();
					await follow(hers, '/coffre');
					await line(hers, 'Retraite').waitFor();
					await follow(hers, '/depots');
					await hers
						.getByRole('heading', { name: said('Rangement proposé') })
						.waitFor({ state: 'detached' });

					// She takes the promise back: the session under it ends with it.
					await follow(hers, '/mandats');
					const promise = hers
						.locator('article')
						.filter({ hasText: said('Avec vous, à chaque fois') });
					await promise.getByRole('button', { name: said('Arrêter Nadia') }).click();
					await his.getByText(said('L’usager l’a arrêtée')).waitFor();
					await his.getByRole('button', { name: said('Aider une autre personne') }).click();
					await unfold(his, 'Mandats en cours : 1');
					await follow(hers, '/depots');
					await hers.getByText(files.png.name).first().waitFor();
				}),
			desk,
		),
	long,
);

/** Both have said yes, and whatever the two screens show to be compared is the same. */
async function begun(his: Page, hers: Page): Promise<void> {
	await hers.getByText(said('Nadia HADDAD peut agir')).waitFor();
	await click(his, 'Oui, les six mots sont les mêmes');
	await his.getByRole('heading', { level: 1, name: said('Vous agissez pour Marcel') }).waitFor();
}

/** How many sheets of paper the page is. */
async function pages(page: Page): Promise<number> {
	const pdf = await page.pdf({ preferCSSPageSize: true });
	return pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}
