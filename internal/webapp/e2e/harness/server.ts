import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../../', import.meta.url));
const binary = join(root, 'bin', 'coffred');

export const screensFolder = join(root, 'artifacts', 'screens');

export interface Server {
	/** Origin, on localhost: passkeys do not exist on 127.0.0.1. */
	readonly url: string;
	readonly data: string;
	/** Stops it as Ctrl-C does, and fails when it does not end well. */
	stop(): Promise<void>;
}

export interface Organisation {
	readonly siret: string;
	readonly name: string;
	readonly service: string;
}

/**
 * The demonstration as `make run` has it, on a free port and an empty folder;
 * with organisations that its operator registered before, and that have no key.
 */
export async function startServer(organisations: readonly Organisation[] = []): Promise<Server> {
	if (!existsSync(binary)) throw new Error(`${binary} is missing: run \`make build\``);
	const data = mkdtempSync(join(tmpdir(), 'coffre-e2e-'));
	for (const { siret, name, service } of organisations) {
		const flags = ['--data', data, '--siret', siret, '--name', name, '--service', service];
		execFileSync(binary, ['admin', 'add-administration', ...flags], { stdio: 'pipe' });
	}
	const args = ['serve', '--demo', '--listen', '127.0.0.1:0', '--data', data];
	const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
	const said: string[] = [];
	child.stderr.on('data', (b: Buffer) => said.push(b.toString()));
	const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
	const url = await address(child, ended, said);
	return {
		url,
		data,
		async stop() {
			child.kill('SIGTERM');
			const code = await ended;
			rmSync(data, { recursive: true, force: true });
			if (code !== 0) throw new Error(`coffred ended with ${code}:\n${said.join('')}`);
		},
	};
}

function address(
	child: ChildProcess,
	ended: Promise<number | null>,
	said: readonly string[],
): Promise<string> {
	return new Promise((resolve, reject) => {
		let out = '';
		child.stdout?.on('data', (b: Buffer) => {
			out += b.toString();
			const url = /^listening (\S+)$/m.exec(out)?.[1];
			if (url !== undefined) resolve(url);
		});
		void ended.then((code) =>
			reject(new Error(`coffred ended with ${code} before it listened:\n${said.join('')}${out}`)),
		);
	});
}
