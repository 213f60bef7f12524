import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Où sont vos documents',
		lead: 'Sur le territoire de votre collectivité, et nulle part ailleurs. Ce n’est pas qu’une phrase : le service le vérifie sans cesse, et votre navigateur vérifie ce qu’il en dit.',
		proven: 'Vérifié dans le journal public',
		provenNote: (when: string) =>
			`Dernier contrôle le ${when}. Votre navigateur vient de le retrouver dans le journal, où rien ne se réécrit sans que cela se voie.`,
		waiting: 'Contrôle en cours d’inscription',
		waitingNote: 'Le service vient de vérifier ; ce sera dans le journal public dans un instant.',
		outside: 'Service arrêté par précaution',
		outsideNote:
			'Un serveur de données a répondu d’un endroit qui n’appartient pas à la collectivité. Rien n’est envoyé ni reçu tant que ce n’est pas éclairci.',
		here: 'la machine même qui vous répond',
		what: {
			objects: 'Vos documents, scellés',
			rows: 'Le registre et le journal',
			sessions: 'Les connexions en cours',
			mail: 'L’envoi des e-mails',
		},
		holds: {
			objects: 'Personne ne peut les lire ici : les clés sont chez vous.',
			rows: 'Qui a un coffre, quels partages sont en cours, qui a fait quoi. Ni noms ni contenus de documents.',
			sessions: 'Qui est connecté en ce moment. Effacé au fur et à mesure.',
			mail: 'À qui dire qu’il y a du nouveau, si vous l’avez choisi. Jamais quoi.',
		},
		region: (name: string) => `Région du stockage : ${name}`,
		howTitle: 'Comment c’est vérifié',
		how: [
			'La collectivité a écrit la liste de ses réseaux. Le service refuse de se connecter ailleurs, et regarde chaque heure où répondent ses serveurs.',
			'Si l’un d’eux répondait d’ailleurs, tout s’arrêterait. Une adresse dit où va un message, pas où se trouve un disque : pour cela, c’est la collectivité qui répond de ses locaux.',
		],
		rules: (hash: string) => `Empreinte de la liste : ${hash}`,
	},
	{
		title: 'Where your documents are',
		lead: 'On the territory of your local authority, and nowhere else. That is more than a sentence: the service checks it all the time, and your browser checks what it says.',
		proven: 'Verified in the public journal',
		provenNote: (when: string) =>
			`Last looked at on ${when}. Your browser has just found it in the journal, where nothing is rewritten unseen.`,
		waiting: 'Being entered in the journal',
		waitingNote: 'The service has just looked; it will be in the public journal in a moment.',
		outside: 'Service stopped as a precaution',
		outsideNote:
			'A data server has answered from a place that is not the authority’s. Nothing is sent or received until that is cleared up.',
		here: 'the very machine that answers you',
		what: {
			objects: 'Your documents, sealed',
			rows: 'The register and the journal',
			sessions: 'Who is logged in',
			mail: 'The sending of e-mails',
		},
		holds: {
			objects: 'Nobody can read them here: the keys are with you.',
			rows: 'Who has a safe, which grants are in force, who did what. Neither names nor contents of documents.',
			sessions: 'Who is logged in at the moment. Forgotten as they leave.',
			mail: 'Whom to tell that there is news, if you have chosen so. Never what.',
		},
		region: (name: string) => `Region of the store: ${name}`,
		howTitle: 'How it is verified',
		how: [
			'The authority has written the list of its networks. The service refuses to connect elsewhere, and looks every hour where its servers answer.',
			'If one of them answered from elsewhere, everything would stop. An address says where a message goes, not where a disk stands: for that, the authority answers for its premises.',
		],
		rules: (hash: string) => `Fingerprint of the list: ${hash}`,
	},
);
