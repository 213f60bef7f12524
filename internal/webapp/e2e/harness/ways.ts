import type { Locator, Page } from 'playwright-core';
import { said } from './people.ts';

// The page of the keys.

/** One way to unlock in the list. */
export function row(page: Page, text: string): Locator {
	return page
		.getByRole('list', { name: said("Vos moyens d'ouverture") })
		.getByRole('listitem')
		.filter({ hasText: said(text) });
}

/** A button of the dialog that is open. */
export function within(page: Page, name: string): Promise<void> {
	return page
		.getByRole('dialog')
		.getByRole('button', { name: said(name) })
		.last()
		.click();
}

/** By the links: the keys are in memory, and a new page would not have them. */
export async function openKeys(page: Page): Promise<void> {
	await page.getByRole('button', { name: said('Mon compte') }).click();
	await page.getByRole('link', { name: said("Moyens d'ouverture") }).click();
	await page.getByRole('heading', { level: 1, name: said("Moyens d'ouverture") }).waitFor();
}
