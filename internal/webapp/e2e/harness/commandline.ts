import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './server.ts';

/** `coffre` on somebody's computer, with a configuration folder of its own. */
export class CommandLine {
	readonly #server: string;
	readonly #home = mkdtempSync(join(tmpdir(), 'coffre-cli-'));

	constructor(server: string) {
		this.#server = server;
	}

	/** Starts `coffre login`: the code it shows, and how it ends. */
	login(device: string): { code: Promise<string>; ended: Promise<Ended> } {
		return this.run(
			['login', '--server', this.#server, '--no-browser', '--device-name', device],
			/^\s*([A-Z]{4}-?[A-Z]{4})$/m,
		);
	}

	run(args: readonly string[], shown = /^$/): { code: Promise<string>; ended: Promise<Ended> } {
		const child = spawn(join(root, 'bin', 'coffre'), args, {
			stdio: ['ignore', 'pipe', 'pipe'],
			env: {
				PATH: process.env.PATH,
				HOME: this.#home,
				XDG_CONFIG_HOME: this.#home,
				LANG: 'fr_FR.UTF-8',
			},
		});
		let said = '';
		const ended = new Promise<Ended>((resolve) =>
			child.once('close', (status) => resolve({ status, said })),
		);
		const code = new Promise<string>((resolve, reject) => {
			const read = (b: Buffer): void => {
				said += b.toString();
				const found = shown.exec(said)?.[1];
				if (found !== undefined) resolve(found);
			};
			child.stdout.on('data', read);
			child.stderr.on('data', read);
			void ended.then(() => reject(new Error(`coffre showed no code:\n${said}`)));
		});
		// Not everybody waits for a code.
		code.catch(() => undefined);
		return { code, ended };
	}

	remove(): void {
		rmSync(this.#home, { recursive: true, force: true });
	}
}

export interface Ended {
	readonly status: number | null;
	readonly said: string;
}
