import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Agents de l’administration',
		intro:
			'Qui peut ouvrir les documents que les usagers partagent avec vous. Être employé ne suffit pas : chaque agent est nommé par un référent.',
		loading: 'Lecture de la liste des agents…',
		waitingTitle: 'À nommer',
		waitingHelp:
			'Ces personnes se sont identifiées avec ProConnect pour votre administration. Elles ne voient rien tant que vous ne les avez pas nommées.',
		actingTitle: 'Agents nommés',
		leftTitle: 'N’agissent plus',
		referent: 'Référent',
		agent: 'Agent',
		allServices: 'tous les services',
		since: (when: string) => `Première connexion le ${when}`,
		left: (when: string) => `Accès arrêté le ${when}`,
		dialogTitle: (name: string) => `Que peut faire ${name} ?`,
		role: 'Rôle',
		agentHint: 'Demande des documents et ouvre ceux que les usagers ont partagés.',
		referentHint: 'Fait cela aussi, tient la clé de l’administration et nomme les agents.',
		noRole: 'N’agit plus',
		noRoleHint:
			'Perd l’accès tout de suite, même si sa session est ouverte. Les usagers n’ont rien à faire.',
		services: 'Services',
		servicesHint: 'Sans choix, il voit ce qui est partagé avec tous les services.',
		save: 'Enregistrer',
		saved: (name: string) => `C’est enregistré pour ${name}.`,
		keyHint:
			'Si cet agent connaissait une façon d’ouvrir la clé de l’administration, changez-la aussi sur la page de la clé : elle n’ouvre plus rien sans cet accès, mais c’est plus sûr.',
		notReferentTitle: 'C’est au référent de le faire',
		notReferent: 'Seul un référent de votre administration voit et nomme les agents.',
	},
	{
		title: 'Agents of the administration',
		intro:
			'Who may open the documents that citizens share with you. To be employed is not enough: every agent is appointed by a referent.',
		loading: 'Reading the list of agents…',
		waitingTitle: 'To be appointed',
		waitingHelp:
			'These people proved by ProConnect that they belong to your administration. They see nothing until you appoint them.',
		actingTitle: 'Appointed agents',
		leftTitle: 'No longer acting',
		referent: 'Referent',
		agent: 'Agent',
		allServices: 'all services',
		since: (when) => `First logged in on ${when}`,
		left: (when) => `Access stopped on ${when}`,
		dialogTitle: (name) => `What may ${name} do?`,
		role: 'Role',
		agentHint: 'Asks for documents and opens those that citizens have shared.',
		referentHint: 'Does that too, holds the administration’s key and appoints agents.',
		noRole: 'No longer acts',
		noRoleHint: 'Loses access at once, in an open session too. Citizens have nothing to do.',
		services: 'Services',
		servicesHint: 'With none chosen, the agent sees what is shared with all services.',
		save: 'Save',
		saved: (name) => `Saved for ${name}.`,
		keyHint:
			'If this agent knew a way to open the administration’s key, change it too on the page of the key: it opens nothing without this access, but that is safer.',
		notReferentTitle: 'That is for the referent',
		notReferent: 'Only a referent of your administration sees and appoints agents.',
	},
);
