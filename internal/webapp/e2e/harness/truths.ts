import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { CommandLine } from './commandline.ts';
import { type Asked, Office } from './office.ts';
import { click, follow, said } from './people.ts';
import type { Server } from './server.ts';

// What has happened in truth between a citizen and the town hall before
// somebody lies about it.

const mairie = 'Mairie de Valmont';

/** The town hall deposits a document, which is seen in the inbox. */
export async function deposit(page: Page, server: Server, file: string): Promise<void> {
	await page.getByRole('link', { name: 'Dépôts', exact: true }).click();
	await click(page, 'Autoriser une administration à déposer');
	const allow = page.getByRole('dialog', { name: said('Autoriser une administration') });
	await allow.getByRole('radio', { name: mairie }).check();
	await allow.getByRole('button', { name: 'Autoriser', exact: true }).click();
	const allowed = page.getByRole('listitem').filter({ hasText: mairie });
	const address = await allowed.getByText(/^[a-z2-7]{26}$/).innerText();
	const software = new CommandLine(server.url);
	const key = join(server.data, 'demo', 'systems', 'mairie-de-valmont.jwk');
	const flags = ['--server', server.url, '--key', key, '--address', address];
	expect(await software.run(['deposit', ...flags, file]).ended).toMatchObject({ status: 0 });
	software.remove();
	await click(page, 'Actualiser');
	await page.getByText(basename(file)).waitFor();
	await page.getByRole('link', { name: 'Documents', exact: true }).click();
}

/** A request for each document, answered with it, asked about and answered about. */
export async function request(
	page: Page,
	server: Server,
	{ given, question, answer }: { given: readonly string[]; question: string; answer: string },
): Promise<readonly Asked[]> {
	const requests: Asked[] = [];
	const software = new Office(server, 'mairie-de-valmont');
	for (const [i, name] of given.entries()) {
		const want = ['identity,identity-card:2', 'family-book'];
		const asked = await software.ask({
			want,
			reference: `2026-0041${i}`,
			purpose: 'Inscrire un enfant',
		});
		await follow(page, `/demande/${asked.id}#${asked.seal}`);
		await page.getByRole('button', { name: said('Mon coffre, pour : livret de famille') }).click();
		await page
			.getByRole('dialog')
			.getByRole('button', { name: said(`Prendre ${name}`) })
			.click();
		await click(page, 'Relire et envoyer (1)');
		await click(page, 'Envoyer');
		await page.getByText(said('Votre document est envoyé')).waitFor();
		await page.getByRole('textbox', { name: said('Votre question') }).fill(question);
		await click(page, 'Envoyer ma question');
		await page.getByText(said('Votre question attend une réponse')).waitFor();
		for (const s of await software.sides(asked.id)) await software.answer(asked.id, s, answer);
		await page.getByRole('link', { name: 'Demandes', exact: true }).click();
		await page.getByRole('heading', { level: 2, name: said('Vous avez répondu') }).waitFor();
		await follow(page, `/demande/${asked.id}`);
		await page.getByText(answer).waitFor();
		requests.push(asked);
	}
	software.remove();
	return requests;
}

/** Until no event waits for its place in the journal. */
export async function settledJournal(page: Page): Promise<void> {
	await page.getByRole('link', { name: 'Journal', exact: true }).click();
	await page.getByText(said('Vous avez partagé')).first().waitFor();
	// The page looks again by itself.
	const waiting = page.getByRole('main').locator('li').filter({ hasText: 'En attente' });
	await waiting.first().waitFor({ state: 'detached' });
}
