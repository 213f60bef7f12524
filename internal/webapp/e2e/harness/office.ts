import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandLine } from './commandline.ts';
import type { Server } from './server.ts';

/** What an administration asks for, as `coffre admin request new` takes it. */
export interface Ask {
	readonly procedure?: string;
	readonly basis?: string;
	readonly purpose?: string;
	readonly service?: string;
	readonly reference?: string;
	readonly openings?: number;
	/** "kind,other-that-does:2". */
	readonly want: readonly string[];
	readonly optional?: readonly string[];
	/** In the safe that this deposit address is of. */
	readonly address?: string;
}
export interface Asked {
	readonly id: string;
	readonly link: string;
	readonly seal: string;
}
export interface Side {
	readonly reply: { readonly id: string };
	readonly grants: readonly { readonly id: string; readonly kind: string }[];
	readonly notes: readonly { readonly about: string; readonly text?: string }[];
}

const passphrases = {
	'mairie-de-valmont': 'abeille maison soleil jardin bonheur cerise montagne',
	'departement-de-la-brenne': 'papier oiseau horizon village vitrine tulipe prairie',
} as const;

/** An administration of the demonstration, by its software on a computer of its own. */
export class Office {
	readonly #cli: CommandLine;
	readonly #flags: readonly string[];
	readonly folder = mkdtempSync(join(tmpdir(), 'coffre-office-'));

	constructor(server: Server, name: keyof typeof passphrases) {
		this.#cli = new CommandLine(server.url);
		const words = join(this.folder, 'words.txt');
		writeFileSync(words, passphrases[name]);
		const key = join(server.data, 'demo', 'systems', `${name}.jwk`);
		this.#flags = ['--server', server.url, '--key', key, '--secret-file', words];
	}

	async ask(a: Ask): Promise<Asked> {
		const of = (flag: string, v: string | number | undefined): string[] =>
			v === undefined ? [] : [`--${flag}`, String(v)];
		const said = await this.#run('new', [
			...of('procedure', a.procedure ?? 'Inscription à l’école'),
			...of('basis', a.basis ?? 'Code de l’éducation, article L131-5'),
			...of('purpose', a.purpose ?? 'Inscrire un enfant en maternelle'),
			...of('service', a.service),
			...of('reference', a.reference),
			...of('openings', a.openings),
			...of('until', inMonths(8)),
			...of('answer-by', inMonths(2)),
			...of('address', a.address),
			...a.want.flatMap((w) => ['--want', w]),
			...(a.optional ?? []).flatMap((w) => ['--optional', w]),
		]);
		const [link = '', id = '', seal = ''] =
			/\S+\/demande\/([a-z2-7]{26})#(\S{22})/.exec(said) ?? [];
		if (link === '') throw new Error(`no link: ${said}`);
		return { id, link, seal };
	}

	/** What citizens did about it, verified. */
	async sides(id: string): Promise<readonly Side[]> {
		return lowered(JSON.parse(await this.#run('show', ['--json'], id))) as Side[];
	}
	async answer(id: string, side: Side, text: string): Promise<void> {
		await this.#run('answer', ['--text', text], id, side.reply.id);
	}
	/** Opens all that was given, into its folder. */
	async fetch(id: string): Promise<void> {
		await this.#run('fetch', ['--out', this.folder, '--force'], id);
	}
	async close(id: string): Promise<void> {
		await this.#run('close', [], id);
	}

	async #run(act: string, flags: readonly string[], ...args: readonly string[]): Promise<string> {
		const all = ['admin', 'request', act, ...args, ...flags, ...this.#flags];
		const { status, said } = await this.#cli.run(all).ended;
		if (status !== 0) throw new Error(`coffre ${all.join(' ')} ended with ${status}: ${said}`);
		return said;
	}

	remove(): void {
		this.#cli.remove();
		rmSync(this.folder, { recursive: true, force: true });
	}
}

/** Members as Go names them, in small letters. */
function lowered(v: unknown): unknown {
	if (Array.isArray(v)) return v.map(lowered);
	if (typeof v !== 'object' || v === null) return v;
	const small = (k: string): string =>
		(k.charAt(0).toLowerCase() + k.slice(1)).replace(/^iD$/, 'id');
	return Object.fromEntries(Object.entries(v).map(([k, m]) => [small(k), lowered(m)]));
}

function inMonths(n: number): string {
	const d = new Date();
	d.setMonth(d.getMonth() + n, 15);
	return d.toISOString().slice(0, 10);
}
