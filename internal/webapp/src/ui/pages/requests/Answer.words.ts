import { words } from '../../words.svelte.ts';

const s = (n: number): string => (n > 1 ? 's' : '');

export const texts = words(
	{
		title: 'Choisissez ce que vous envoyez',
		// One wanted document.
		mine: (kind: string) => `Parmi vos documents : ${kind}`,
		givenOn: (when: string) => `Déjà donné le ${when}`,
		looksLike: (kind: string) => `Ressemble à : ${kind}`,
		addedOn: (when: string) => `Ajouté le ${when}`,
		nothingAlike: 'Aucun nom de votre coffre n’y ressemble. Le prendre dans :',
		empty: 'Votre coffre est encore vide. Ajoutez ce document ici :',
		takeOther: 'En prendre un autre dans :',
		look: (name: string) => `Voir ${name}`,
		choose: 'Mon coffre',
		chooseFor: (kind: string) => `Mon coffre, pour : ${kind}`,
		addFile: 'Un fichier',
		addFileFor: (kind: string) => `Un fichier, pour : ${kind}`,
		photo: 'Une photo',
		photoFor: (kind: string) => `Une photo, pour : ${kind}`,
		adding: (name: string) => `${name} entre dans votre coffre`,
		chosen: (n: number, most: number) => `${n} choisi${s(n)} sur ${most}`,
		tooMany: (most: number) =>
			most > 1
				? `Cette demande en accepte ${most}. Décochez-en un d’abord.`
				: 'Cette demande en accepte un. L’autre a été décoché.',
		decline: 'Je ne veux pas le donner',
		declineFor: (kind: string) => `Je ne veux pas le donner : ${kind}`,
		declined: 'Vous avez refusé ce document. Vous pouvez changer d’avis.',
		another: 'En envoyer un autre',
		anotherFor: (kind: string) => `En envoyer un autre : ${kind}`,
		afterAll: 'Le donner finalement',
		afterAllFor: (kind: string) => `Donner finalement : ${kind}`,

		// Reuse.
		sameTitle: 'Vous avez déjà donné ces documents',
		sameText: (n: number) =>
			`${n} des documents demandés ${n > 1 ? 'sont dans votre coffre : ceux que vous avez envoyés' : 'est dans votre coffre : celui que vous avez envoyé'} à une administration auparavant.`,
		same: 'Envoyer les mêmes',

		// The end of the page.
		note: 'Un mot pour l’administration',
		noteHint: 'Lu par elle et par vous, par personne d’autre.',
		howLong: 'Jusqu’à quand peut-elle les ouvrir ?',
		asAsked: (when: string) => `Jusqu’au ${when}, comme demandé`,
		week: 'Une semaine',
		month: 'Un mois',
		review: (n: number) => (n > 0 ? `Relire et envoyer (${n})` : 'Relire et envoyer'),
		nothingChosen: 'Cochez d’abord un document.',
		refuseAll: 'Tout refuser',

		// The last look.
		sendTitle: (n: number) => `Envoyer ${n} document${s(n)} ?`,
		sendTo: (who: string, when: string) => `À ${who}, qui pourra les ouvrir jusqu’au ${when}.`,
		as: (kind: string) => `comme : ${kind}`,
		noteGoes: 'Avec votre mot :',
		missing: (kinds: string, when: string) =>
			`Il manque encore : ${kinds}. Vous pourrez l’envoyer plus tard, jusqu’au ${when}.`,
		send: 'Envoyer',
		sent: (n: number) => (n > 1 ? `Vos ${n} documents sont envoyés` : 'Votre document est envoyé'),
		sentText: (who: string) =>
			`${who} peut maintenant les ouvrir. Cette page vous dit si c’est fait ; votre journal en garde la trace.`,
		sentComplete: 'Vous avez répondu à tout ce qui était demandé.',
		sentMissing: (kinds: string) => `Il manque encore : ${kinds}.`,

		// What was given.
		unopened: 'Pas encore ouvert',
		neverOpened: 'N’a jamais été ouvert',
		opened: (n: number, when: string) =>
			n > 1 ? `Ouvert ${n} fois, la dernière le ${when}` : `Ouvert le ${when}`,
		usedUp: 'Ouvert autant de fois que permis',
		over: (when: string) => `Terminé le ${when}`,
		erased: 'Document effacé',
		end: 'Arrêter',
		endNamed: (name: string) => `Ne plus laisser ouvrir ${name}`,
		endTitle: (name: string) => `Ne plus laisser ouvrir « ${name} » ?`,
		endUnopened:
			'L’administration ne l’a pas encore ouvert et ne pourra plus l’ouvrir. C’est immédiat.',
		endOpened: (when: string) =>
			`L’administration ne pourra plus l’ouvrir ici ; elle a pu en garder une copie le ${when}.`,
		ended: (name: string) => `« ${name} » ne peut plus être ouvert.`,
		endIt: 'Ne plus laisser ouvrir',

		// Refusing.
		refuseTitle: (kind: string) => `Refuser de donner : ${kind} ?`,
		refuseAllTitle: 'Refuser toute la demande ?',
		refuseText:
			'L’administration saura que vous refusez. Elle pourra vous répondre, ou traiter votre dossier sans. Vous pourrez changer d’avis tant que la demande est ouverte.',
		reason: 'Pourquoi ?',
		refuse: 'Refuser',
		refused: 'Votre refus est transmis.',

		// Another document.
		pickTitle: (kind: string) => `Choisir : ${kind}`,
		search: 'Chercher par nom',
		noDocuments: 'Votre coffre est vide.',
		noneFound: 'Aucun document ne porte ce nom.',
		pick: (name: string) => `Prendre ${name}`,
		more: (n: number) => `${n} autres : précisez le nom.`,

		// Questions.
		threadTitle: 'Questions et réponses',
		threadNone: (who: string) =>
			`Quelque chose n’est pas clair ? Demandez à ${who}. Votre message est scellé : elle seule le lit.`,
		ask: 'Votre question',
		sendQuestion: 'Envoyer ma question',
		questionSent: 'Votre question est envoyée.',
		emptyQuestion: 'Écrivez votre question.',
		waitsAnswer: 'Votre question attend une réponse.',
		you: 'Vous',
		about: {
			note: 'mot joint à votre envoi',
			refusal: 'refus',
			question: 'question',
			answer: 'réponse',
		},
		refusalOf: (kinds: string) => `Refus : ${kinds}`,
		refusalAll: 'Refus de toute la demande',
		saidOn: (who: string, what: string, when: string) => `${who}, ${what}, le ${when}`,
	},
	{
		title: 'Choose what you send',
		mine: (kind) => `Among your documents: ${kind}`,
		givenOn: (when) => `Given before, on ${when}`,
		looksLike: (kind) => `Looks like: ${kind}`,
		addedOn: (when) => `Added on ${when}`,
		nothingAlike: 'No name in your safe is like it. Take it from:',
		empty: 'Your safe is still empty. Add this document here:',
		takeOther: 'Take another one from:',
		look: (name) => `See ${name}`,
		choose: 'My safe',
		chooseFor: (kind) => `My safe, for: ${kind}`,
		addFile: 'A file',
		addFileFor: (kind) => `A file, for: ${kind}`,
		photo: 'A photo',
		photoFor: (kind) => `A photo, for: ${kind}`,
		adding: (name) => `${name} is entering your safe`,
		chosen: (n, most) => `${n} of ${most} chosen`,
		tooMany: (most) =>
			most > 1
				? `This request takes ${most}. Untick one first.`
				: 'This request takes one. The other was unticked.',
		decline: 'I do not want to give it',
		declineFor: (kind) => `I do not want to give it: ${kind}`,
		declined: 'You have refused this document. You can change your mind.',
		another: 'Send another one',
		anotherFor: (kind) => `Send another one: ${kind}`,
		afterAll: 'Give it after all',
		afterAllFor: (kind) => `Give after all: ${kind}`,

		sameTitle: 'You have given these documents before',
		sameText: (n) =>
			n === 1
				? 'One of the documents that are asked for is in your safe: the one that you sent to an administration before.'
				: `${n} of the documents that are asked for are in your safe: those that you sent to an administration before.`,
		same: 'Send the same',

		note: 'A note for the administration',
		noteHint: 'Read by it and by you, and nobody else.',
		howLong: 'Until when may it open them?',
		asAsked: (when) => `Until ${when}, as asked`,
		week: 'One week',
		month: 'One month',
		review: (n) => (n > 0 ? `Review and send (${n})` : 'Review and send'),
		nothingChosen: 'Tick a document first.',
		refuseAll: 'Refuse it all',

		sendTitle: (n) => `Send ${n} document${n === 1 ? '' : 's'}?`,
		sendTo: (who, when) => `To ${who}, which may open them until ${when}.`,
		as: (kind) => `as: ${kind}`,
		noteGoes: 'With your note:',
		missing: (kinds, when) => `Still missing: ${kinds}. You can send it later, until ${when}.`,
		send: 'Send',
		sent: (n) => (n === 1 ? 'Your document is sent' : `Your ${n} documents are sent`),
		sentText: (who) =>
			`${who} can open them now. This page tells you when it has; your journal keeps a record.`,
		sentComplete: 'You have answered all that was asked for.',
		sentMissing: (kinds) => `Still missing: ${kinds}.`,

		unopened: 'Not opened yet',
		neverOpened: 'Was never opened',
		opened: (n, when) => (n > 1 ? `Opened ${n} times, last on ${when}` : `Opened on ${when}`),
		usedUp: 'Opened as often as allowed',
		over: (when) => `Over since ${when}`,
		erased: 'Erased document',
		end: 'End',
		endNamed: (name) => `Let ${name} be opened no more`,
		endTitle: (name) => `Let “${name}” be opened no more?`,
		endUnopened:
			'The administration has not opened it yet and will not be able to any more. It takes effect at once.',
		endOpened: (when) =>
			`The administration will not be able to open it here any more; it may have kept a copy on ${when}.`,
		ended: (name) => `“${name}” can be opened no more.`,
		endIt: 'Let it be opened no more',

		refuseTitle: (kind) => `Refuse to give: ${kind}?`,
		refuseAllTitle: 'Refuse the whole request?',
		refuseText:
			'The administration will know that you refuse. It can answer you, or handle your file without it. You can change your mind while the request is open.',
		reason: 'Why?',
		refuse: 'Refuse',
		refused: 'Your refusal is sent.',

		pickTitle: (kind) => `Choose: ${kind}`,
		search: 'Search by name',
		noDocuments: 'Your safe is empty.',
		noneFound: 'No document has this name.',
		pick: (name) => `Take ${name}`,
		more: (n) => `${n} more: type more of the name.`,

		threadTitle: 'Questions and answers',
		threadNone: (who) =>
			`Something is not clear? Ask ${who}. Your message is sealed: nobody else reads it.`,
		ask: 'Your question',
		sendQuestion: 'Send my question',
		questionSent: 'Your question is sent.',
		emptyQuestion: 'Write your question.',
		waitsAnswer: 'Your question waits for an answer.',
		you: 'You',
		about: {
			note: 'note that went with your documents',
			refusal: 'refusal',
			question: 'question',
			answer: 'answer',
		},
		refusalOf: (kinds) => `Refused: ${kinds}`,
		refusalAll: 'The whole request was refused',
		saidOn: (who, what, when) => `${who}, ${what}, ${when}`,
	},
);
