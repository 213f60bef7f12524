import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './server.ts';

export interface Lie {
	readonly name: string;
	readonly threat: string;
	/** What a client has to be doing to meet it. */
	readonly act: string;
	/** Refused in words, but no alarm. */
	readonly quiet: boolean;
}

/** The lying gateway of internal/e2e/liar, between pages and the real one. */
export interface Liar {
	/** Origin, on localhost as the gateway's: cookies do not tell ports apart. */
	readonly url: string;
	lies(): Promise<readonly Lie[]>;
	/** Tells one lie from now on; undefined makes it honest again. */
	say(name: string | undefined): Promise<void>;
	told(): Promise<{ readonly told: number; readonly failed: string }>;
	stop(): Promise<void>;
}

export async function startLiar(target: string): Promise<Liar> {
	const folder = mkdtempSync(join(tmpdir(), 'coffre-liar-'));
	const binary = join(folder, 'liar');
	execFileSync('go', ['build', '-o', binary, './internal/e2e/liar/cmd'], { cwd: root });
	const child = spawn(binary, ['--target', target], { stdio: ['ignore', 'pipe', 'inherit'] });
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const [url, control] = await addresses(child);
	const ask = async (method: string, path: string, body?: unknown): Promise<Response> => {
		const r = await fetch(control + path, {
			method,
			...(body === undefined ? {} : { body: JSON.stringify(body) }),
		});
		if (!r.ok) throw new Error(`${method} ${path}: ${await r.text()}`);
		return r;
	};
	return {
		url,
		lies: async () => (await (await ask('GET', '/lies')).json()) as readonly Lie[],
		say: async (name) => {
			if (name === undefined) await ask('DELETE', '/lie');
			else await ask('PUT', '/lie', { name });
		},
		told: async () =>
			(await (await ask('GET', '/told')).json()) as { told: number; failed: string },
		stop: async () => {
			child.kill();
			await ended;
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

function addresses(child: ChildProcess): Promise<[string, string]> {
	return new Promise((resolve, reject) => {
		let out = '';
		child.stdout?.on('data', (b: Buffer) => {
			out += b.toString();
			const url = /^listening (\S+)$/m.exec(out)?.[1];
			const control = /^control (\S+)$/m.exec(out)?.[1];
			if (url !== undefined && control !== undefined) resolve([url, control]);
		});
		child.once('exit', (code) => reject(new Error(`the liar ended with ${code}: ${out}`)));
	});
}
