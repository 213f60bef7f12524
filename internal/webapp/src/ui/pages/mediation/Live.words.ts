import { words } from '../../words.svelte.ts';

export const text = words(
	{
		name: 'Un médiateur dans votre coffre',
		who: {
			claimed: (who: string, of: string) => `${who}, ${of}, demande à agir dans votre coffre.`,
			approved: (who: string, of: string) => `${who}, ${of}, va agir dans votre coffre.`,
			active: (who: string, of: string) => `${who}, ${of}, agit dans votre coffre.`,
		},
		nothing: 'Rien n’a encore été fait.',
		last: {
			opened: (when: string, doc: string) => `Dernier acte, à ${when} : lecture de ${doc}.`,
			deposited: (when: string, _: string) => `Dernier acte, à ${when} : dépôt d’un document.`,
			shared: (when: string, doc: string, to: string) =>
				`Dernier acte, à ${when} : partage de ${doc}${to === '' ? '' : ` avec ${to}`}.`,
			proposed: (when: string, doc: string) =>
				`Dernier acte, à ${when} : nom ou dossier proposé pour ${doc}.`,
		},
		quoted: (doc: string) => `« ${doc} »`,
		document: 'un document',
		left: (minutes: string) => `Encore ${minutes} min au plus.`,
		moment: 'Moins d’une minute.',
		see: 'Voir le mandat',
		stop: 'Arrêter',
		stopNamed: (who: string) => `Arrêter ${who} maintenant`,
		stopped: (who: string) => `C’est arrêté : ${who} ne peut plus rien faire.`,
	},
	{
		name: 'A mediator in your safe',
		who: {
			claimed: (who, of) => `${who}, ${of}, asks to act in your safe.`,
			approved: (who, of) => `${who}, ${of}, is about to act in your safe.`,
			active: (who, of) => `${who}, ${of}, is acting in your safe.`,
		},
		nothing: 'Nothing has been done yet.',
		last: {
			opened: (when, doc) => `Last act, at ${when}: ${doc} was read.`,
			deposited: (when, _) => `Last act, at ${when}: a document was deposited.`,
			shared: (when, doc, to) =>
				`Last act, at ${when}: ${doc} was shared${to === '' ? '' : ` with ${to}`}.`,
			proposed: (when, doc) => `Last act, at ${when}: a name or a folder was proposed for ${doc}.`,
		},
		quoted: (doc) => `“${doc}”`,
		document: 'a document',
		left: (minutes) => `${minutes} min left at most.`,
		moment: 'Less than a minute left.',
		see: 'See the mandate',
		stop: 'Stop',
		stopNamed: (who) => `Stop ${who} now`,
		stopped: (who) => `Stopped: ${who} can do nothing more.`,
	},
);
