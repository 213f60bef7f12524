import { words } from '../../words.svelte.ts';

const s = (n: number): string => (n > 1 ? 's' : '');

export const texts = words(
	{
		loading: 'Lecture et vérification de la demande…',
		title: (who: string, n: number) => `${who} vous demande ${n} document${s(n)}`,
		waitTitle: 'Demande de documents',

		// Who asks what, and why.
		who: 'Qui demande',
		siret: (n: string) => `SIRET ${n}`,
		verified:
			'Vérifié : la clé de cette administration est dans le journal public, et elle a signé chaque mot de cette demande.',
		what: 'Quels documents',
		why: 'Pourquoi',
		reference: (r: string) => `Référence de votre dossier : ${r}`,
		basis: 'De quel droit',
		until: 'Jusqu’à quand',
		answerBy: (when: string) => `Vous pouvez répondre jusqu’au ${when}.`,
		answerWas: (when: string) => `Il fallait répondre avant le ${when}.`,
		mayOpen: (when: string) => `Elle pourra ouvrir vos documents jusqu’au ${when}.`,
		openings: (n: number) =>
			n > 1 ? `Chaque document ${n} fois au plus.` : 'Chaque document une seule fois.',
		next: 'Et ensuite',
		nextText:
			'Seule cette administration peut ouvrir ce que vous lui envoyez. Chaque ouverture s’inscrit dans votre journal, et vous pouvez arrêter quand vous voulez.',
		free: 'Rien ne part sans que vous l’ayez choisi. Vous pouvez refuser.',

		// What is wanted.
		wanted: 'Les documents demandés',
		or: (kinds: string) => `Convient aussi : ${kinds}`,
		count: (n: number) => `${n} documents`,
		optional: 'facultatif',

		// Where one stands.
		answerTitle: 'Pour répondre',
		logIn: (provider: string) => `S’identifier avec ${provider}`,
		logInNote: 'FranceConnect dit qui vous êtes. Vous revenez ensuite sur cette demande.',
		noSafe: 'Vos documents partent d’un coffre',
		noSafeText:
			'Vous n’en avez pas encore. L’ouvrir prend une dizaine de minutes, est gratuit, et ne vous engage à rien. Vous revenez ensuite sur cette demande.',
		openSafe: 'Ouvrir mon coffre',
		unlock: 'Déverrouillez votre coffre',
		unlockNote: 'Vos documents ne s’ouvrent qu’avec votre clé. Personne d’autre ne l’a.',
		agentTitle: 'Cette demande s’adresse à un usager',
		agentText: 'Voici ce qu’il voit. Pour répondre, il s’identifie avec FranceConnect.',
		cutTitle: 'Votre lien est incomplet',
		cutText:
			'La fin du lien, après le signe #, s’est perdue. La demande ci-dessous est bien signée par cette administration ; vérifiez que c’est celle de votre courrier (nom, SIRET, référence), ou ouvrez le lien en entier.',
		brokenTitle: 'Ce lien est abîmé',
		brokenText:
			'Il en manque un morceau, ou il a été mal recopié. Reprenez-le en entier dans votre courrier ou scannez le QR code : rien n’est montré tant que le lien n’est pas le bon.',
		unknownTitle: 'Cette demande n’est pas ici',
		unknownText:
			'Le lien est mal recopié, la demande a été effacée, ou elle s’adresse à quelqu’un d’autre. Vérifiez votre courrier, ou demandez à l’administration.',
		unknownOut:
			'Le lien est mal recopié, ou la demande s’adresse à une seule personne. Si vous l’attendez, identifiez-vous.',
		closedTitle: 'L’administration a clos cette demande',
		closedText: 'Elle n’attend plus de réponse : vous n’avez rien à envoyer.',
		expiredTitle: 'Le dernier jour pour répondre est passé',
		expiredText: (when: string) =>
			`C’était le ${when}. Si vous en avez encore besoin, posez-lui une question ou contactez-la.`,
		givenStays:
			'Ce que vous avez envoyé reste ouvert pour elle jusqu’à la date prévue ; vous pouvez l’arrêter ci-dessous.',
		allRequests: 'Toutes mes demandes',

		// The list.
		listTitle: 'Demandes de documents',
		listLead: 'Ce que des administrations vous demandent. Vous choisissez, ou vous refusez.',
		listLoading: 'Lecture et vérification de vos demandes…',
		none: 'Aucune administration ne vous demande de document. Une demande arrive par un lien ou un QR code sur un courrier, ou ici si vous avez autorisé l’administration à vous écrire.',
		waiting: 'Elles attendent votre réponse',
		answered: 'Vous avez répondu',
		ended: 'Terminées',
		from: (who: string, n: number) => `${who} : ${n} document${s(n)}`,
		before: (when: string) => `À répondre avant le ${when}`,
		given: (n: number) => `${n} document${s(n)} envoyé${s(n)}`,
		refusedAll: 'Vous avez refusé',
		refusedSome: (n: number) => `${n} refusé${s(n)}`,
		asked: 'Question posée',
		closed: 'Close par l’administration',
		expired: 'Dernier jour passé',
	},
	{
		loading: 'Reading and verifying the request…',
		title: (who, n) => `${who} asks you for ${n} document${n === 1 ? '' : 's'}`,
		waitTitle: 'Request for documents',

		who: 'Who asks',
		siret: (n) => `SIRET ${n}`,
		verified:
			'Verified: the key of this administration is in the public journal, and it has signed every word of this request.',
		what: 'Which documents',
		why: 'Why',
		reference: (r) => `Reference of your file: ${r}`,
		basis: 'By which right',
		until: 'For how long',
		answerBy: (when) => `You can answer until ${when}.`,
		answerWas: (when) => `The last day for answers was ${when}.`,
		mayOpen: (when) => `It may open your documents until ${when}.`,
		openings: (n) => (n === 1 ? 'Each document only once.' : `Each document ${n} times at most.`),
		next: 'And then',
		nextText:
			'Only this administration can open what you send. Every opening is written in your journal, and you can end it whenever you like.',
		free: 'Nothing leaves without your choosing it. You can refuse.',

		wanted: 'The documents that are asked for',
		or: (kinds) => `Will do as well: ${kinds}`,
		count: (n) => `${n} documents`,
		optional: 'optional',

		answerTitle: 'To answer',
		logIn: (provider) => `Log in with ${provider}`,
		logInNote: 'FranceConnect tells who you are. You then come back to this request.',
		noSafe: 'Your documents are sent from a safe',
		noSafeText:
			'You have none yet. Opening one takes about ten minutes, is free, and binds you to nothing. You then come back to this request.',
		openSafe: 'Open my safe',
		unlock: 'Unlock your safe',
		unlockNote: 'Your documents open with your key alone. Nobody else has it.',
		agentTitle: 'This request is for a citizen',
		agentText: 'This is what is seen. To answer, one logs in with FranceConnect.',
		cutTitle: 'Your link is incomplete',
		cutText:
			'The end of the link, after the sign #, was lost. The request below is signed by this administration; check that it is the one of your letter (name, SIRET, reference), or open the whole link.',
		brokenTitle: 'This link is damaged',
		brokenText:
			'A piece of it is missing, or it was copied wrongly. Take the whole of it from your letter, or scan the QR code: nothing is shown until the link is the right one.',
		unknownTitle: 'This request is not here',
		unknownText:
			'The link was copied wrongly, the request was erased, or it is for somebody else. Check your letter, or ask the administration.',
		unknownOut:
			'The link was copied wrongly, or the request is for one person alone. If you expect it, log in.',
		closedTitle: 'The administration has closed this request',
		closedText: 'It waits for no more answers: there is nothing for you to send.',
		expiredTitle: 'The last day for answers is over',
		expiredText: (when) =>
			`It was ${when}. If you still need it, ask a question or contact the administration.`,
		givenStays:
			'What you have sent stays open to it until the date that was named; you can end it below.',
		allRequests: 'All my requests',

		listTitle: 'Requests for documents',
		listLead: 'What administrations ask you for. You choose, or you refuse.',
		listLoading: 'Reading and verifying your requests…',
		none: 'No administration asks you for documents. A request comes by a link or a QR code on a letter, or here if you have allowed the administration to write to you.',
		waiting: 'They wait for your answer',
		answered: 'You have answered',
		ended: 'Over',
		from: (who, n) => `${who}: ${n} document${n === 1 ? '' : 's'}`,
		before: (when) => `To be answered before ${when}`,
		given: (n) => `${n} document${n === 1 ? '' : 's'} sent`,
		refusedAll: 'You have refused',
		refusedSome: (n) => `${n} refused`,
		asked: 'Question asked',
		closed: 'Closed by the administration',
		expired: 'Last day over',
	},
);
