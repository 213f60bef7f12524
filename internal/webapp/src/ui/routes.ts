import type { Component } from 'svelte';
import Landing from './pages/landing/Landing.svelte';
import { match, type Params } from './router.svelte.ts';

// Every page of the application. A page is loaded when it is first shown;
// only the one that newcomers see comes with the first load.

/**
 * public: anybody; account: somebody who is logged in; citizen: a citizen;
 * safe-open: a citizen whose safe is unlocked (asked for in place when it is
 * not); office: an agent; mediator: one of an approved structure.
 */
export type Needs = 'public' | 'account' | 'citizen' | 'safe-open' | 'office' | 'mediator';

export interface Line {
	/** {name} stands for one part; its value is in route.params. */
	readonly path: string;
	readonly needs: Needs;
	/** Pages take no properties. */
	readonly load: () => Promise<{ readonly default: Component }>;
}

const here = (page: Component): Line['load'] => {
	const loaded = Promise.resolve({ default: page });
	return () => loaded;
};

export const landing: Line = { path: '/', needs: 'public', load: here(Landing) };
export const home: Line = {
	path: '/',
	needs: 'account',
	load: () => import('./pages/home/Home.svelte'),
};
export const login: Line = {
	path: '/connexion',
	needs: 'public',
	load: () => import('./pages/login/Login.svelte'),
};
export const unlock: Line = {
	path: '/deverrouiller',
	needs: 'citizen',
	load: () => import('./pages/unlock/Unlock.svelte'),
};
export const missing: Line = {
	path: '',
	needs: 'public',
	load: () => import('./pages/missing/Missing.svelte'),
};

const lines: readonly Line[] = [
	landing,
	login,
	unlock,
	{
		path: '/coffre',
		needs: 'safe-open',
		load: () => import('./pages/documents/Documents.svelte'),
	},
	{ path: '/partages', needs: 'safe-open', load: () => import('./pages/shares/Shares.svelte') },
	{ path: '/depots', needs: 'safe-open', load: () => import('./pages/deposits/Deposits.svelte') },
	{ path: '/demandes', needs: 'citizen', load: () => import('./pages/requests/Requests.svelte') },
	{ path: '/demande/{id}', needs: 'public', load: () => import('./pages/requests/Request.svelte') },
	{ path: '/aide', needs: 'public', load: () => import('./pages/mediation/Approve.svelte') },
	{
		path: '/mediation',
		needs: 'public',
		load: () => import('./pages/mediation/Returned.svelte'),
	},
	{
		path: '/mandats',
		needs: 'citizen',
		load: () => import('./pages/mediation/Mandates.svelte'),
	},
	{
		path: '/mediation/structure',
		needs: 'mediator',
		load: () => import('./pages/mediation/Structure.svelte'),
	},
	{
		path: '/mandats/donner',
		needs: 'safe-open',
		load: () => import('./pages/mediation/Standing.svelte'),
	},
	{ path: '/aider', needs: 'mediator', load: () => import('./pages/mediation/Desk.svelte') },
	{
		path: '/aider/papier',
		needs: 'mediator',
		load: () => import('./pages/mediation/Paper.svelte'),
	},
	{ path: '/journal', needs: 'safe-open', load: () => import('./pages/journal/Journal.svelte') },
	{ path: '/cles', needs: 'citizen', load: () => import('./pages/keys/Keys.svelte') },
	{
		path: '/gardiens',
		needs: 'safe-open',
		load: () => import('./pages/custodians/Custodians.svelte'),
	},
	{ path: '/confiance', needs: 'safe-open', load: () => import('./pages/custody/Custody.svelte') },
	{
		path: '/recuperation',
		needs: 'citizen',
		load: () => import('./pages/recovery/Recovery.svelte'),
	},
	{ path: '/export', needs: 'citizen', load: () => import('./pages/export/Export.svelte') },
	{ path: '/appareils', needs: 'account', load: () => import('./pages/sessions/Sessions.svelte') },
	{ path: '/prevenir', needs: 'citizen', load: () => import('./pages/notices/Notices.svelte') },
	{
		path: '/administration/logiciels',
		needs: 'office',
		load: () => import('./pages/notices/Webhooks.svelte'),
	},
	{ path: '/appareil', needs: 'account', load: () => import('./pages/device/Device.svelte') },
	{ path: '/administration', needs: 'office', load: () => import('./pages/office/Office.svelte') },
	{
		path: '/administration/demandes',
		needs: 'office',
		load: () => import('./pages/officerequests/Requests.svelte'),
	},
	{
		path: '/administration/demandes/nouvelle',
		needs: 'office',
		load: () => import('./pages/officerequests/NewRequest.svelte'),
	},
	{
		path: '/administration/demandes/{id}',
		needs: 'office',
		load: () => import('./pages/officerequests/Detail.svelte'),
	},
	{
		path: '/administration/demandes/{id}/courrier',
		needs: 'office',
		load: () => import('./pages/officerequests/Letter.svelte'),
	},
	{
		path: '/administration/demandes/{id}/reponses/{reply}',
		needs: 'office',
		load: () => import('./pages/officerequests/Reply.svelte'),
	},
	{
		path: '/administration/cle',
		needs: 'office',
		load: () => import('./pages/office/OfficeKey.svelte'),
	},
	{
		path: '/administration/depot',
		needs: 'office',
		load: () => import('./pages/officedeposit/OfficeDeposit.svelte'),
	},
	{
		path: '/administration/partage/{id}',
		needs: 'office',
		load: () => import('./pages/office/OfficeGrant.svelte'),
	},
	{
		path: '/administration/agents',
		needs: 'office',
		load: () => import('./pages/agents/Agents.svelte'),
	},
	{
		path: '/administration/confiance',
		needs: 'office',
		load: () => import('./pages/custody/OfficeCustody.svelte'),
	},
	{ path: '/ouvrir', needs: 'citizen', load: () => import('./pages/opening/Opening.svelte') },
	{ path: '/conditions', needs: 'public', load: () => import('./pages/terms/Terms.svelte') },
	{
		path: '/accessibilite',
		needs: 'public',
		load: () => import('./pages/statements/Accessibility.svelte'),
	},
	{
		path: '/ecoconception',
		needs: 'public',
		load: () => import('./pages/statements/Ecodesign.svelte'),
	},
	{
		path: '/confidentialite',
		needs: 'public',
		load: () => import('./pages/statements/Privacy.svelte'),
	},
	{
		path: '/territoire',
		needs: 'public',
		load: () => import('./pages/territory/Territory.svelte'),
	},
	{ path: '/verifier', needs: 'public', load: () => import('./pages/verifier/Verifier.svelte') },
	{ path: '/securite', needs: 'public', load: () => import('./pages/statements/Security.svelte') },
];

export function find(path: string): { readonly line: Line; readonly params: Params } {
	for (const line of lines) {
		const params = match(line.path, path);
		if (params !== undefined) return { line, params };
	}
	return { line: missing, params: {} };
}
