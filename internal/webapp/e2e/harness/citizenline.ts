import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { CommandLine } from './commandline.ts';
import { said } from './people.ts';
import type { Server } from './server.ts';

/** A citizen's safe from her own computer's command line: to set a scene quickly. */
export class CitizenLine {
	readonly #cli: CommandLine;
	readonly #folder = mkdtempSync(join(tmpdir(), 'coffre-citizen-'));
	readonly #words: string;

	private constructor(server: Server, passphrase: string) {
		this.#cli = new CommandLine(server.url);
		this.#words = join(this.#folder, 'words.txt');
		writeFileSync(this.#words, passphrase);
	}

	/** Allowed on a page where she is logged in. */
	static async allow(server: Server, page: Page, passphrase: string): Promise<CitizenLine> {
		const made = new CitizenLine(server, passphrase);
		const login = made.#cli.login('Ordinateur');
		await page.goto(`/appareil?code=${(await login.code).replace('-', '')}`);
		await page.getByRole('button', { name: 'Autoriser', exact: true }).click();
		await page.getByText(said("C'est autorisé")).waitFor();
		const { status, said: text } = await login.ended;
		if (status !== 0) throw new Error(text);
		return made;
	}

	/** Puts files into the safe under these names. */
	async put(files: Readonly<Record<string, Buffer>>): Promise<void> {
		for (const [i, [name, bytes]] of Object.entries(files).entries()) {
			const path = join(this.#folder, `${i}${/\.\w+$/.exec(name)?.[0] ?? ''}`);
			writeFileSync(path, bytes);
			await this.run('put', '--name', name, path);
		}
	}

	/** With the safe's key. */
	async run(...args: readonly string[]): Promise<string> {
		const all = [args[0] ?? '', '--secret-file', this.#words, ...args.slice(1)];
		return this.#ended(all);
	}
	/** Without it. */
	plain(...args: readonly string[]): Promise<string> {
		return this.#ended(args);
	}

	async #ended(args: readonly string[]): Promise<string> {
		const { status, said: text } = await this.#cli.run(args).ended;
		if (status !== 0) throw new Error(`coffre ${args.join(' ')} ended with ${status}: ${text}`);
		return text;
	}

	remove(): void {
		this.#cli.remove();
		rmSync(this.#folder, { recursive: true, force: true });
	}
}
