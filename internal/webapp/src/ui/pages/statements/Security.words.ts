import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Ce que nous voyons et ne voyons pas',
		lead: 'Sans détour : ce que votre collectivité peut savoir de votre coffre, ce qu’elle ne peut pas savoir, et ce que ce service ne protège pas.',
		sections: {
			kind: {
				title: 'Ce que c’est',
				paragraphs: [
					'Un espace personnel pour conserver des documents, hébergé par votre collectivité sur son territoire. Il est gratuit.',
				],
			},
			unseen: {
				title: 'Ce que nous ne pouvons pas voir',
				paragraphs: [
					'Votre navigateur scelle chaque document avant de l’envoyer. Aucune clé qui l’ouvre n’est gardée chez nous, ni dans les sauvegardes.',
				],
				items: [
					'Le contenu de vos documents.',
					'Leurs noms, leurs types, vos dossiers.',
					'Vos mots, votre phrase de passe, votre clé d’accès.',
				],
			},
			seen: {
				title: 'Ce que nous voyons',
				paragraphs: [],
				items: [
					'Qui vous êtes, d’après FranceConnect, et quand vous venez.',
					'Combien de documents vous avez, et leur taille à peu près.',
					'Avec quelle administration vous partagez, pour quel motif, jusqu’à quand.',
					'Ce qu’un logiciel d’administration vous dépose, le temps que cela traverse notre serveur : c’est scellé au passage, et la clé est oubliée. Le journal le dit.',
				],
			},
			how: {
				title: 'Comment c’est scellé',
				paragraphs: [
					'Au format ouvert « age », avec deux chiffrements réunis (X25519 et ML-KEM-768) : il faudrait casser les deux, y compris avec un ordinateur quantique.',
					'Votre navigateur vérifie tout ce qu’il reçoit : signatures, empreintes, ordre des versions, preuves du journal. S’il manque quelque chose, il n’affiche rien, et vous donne de quoi le prouver.',
				],
			},
			commitments: {
				title: 'Nos engagements',
				paragraphs: [
					'L’article L.103 du code des postes et des communications électroniques demande cinq choses. Nous nous y tenons :',
				],
				items: [
					'Vos documents vous sont rendus octet pour octet, et toute altération se voit.',
					'Chaque accès, chaque opération, chaque tentative refusée est dans un journal que vous pouvez lire, vérifier et emporter.',
					'Vous êtes identifié par FranceConnect.',
					'Vous seul ouvrez vos documents, et ceux que vous autorisez.',
					'Vous récupérez tout, à tout moment, gratuitement, dans un format ouvert.',
				],
			},
			limits: {
				title: 'Ce que ce service ne protège pas',
				paragraphs: [],
				items: [
					'Un appareil infecté ou prêté : qui le contrôle voit ce que vous voyez.',
					'La première visite : votre navigateur fait alors confiance au programme que nous lui donnons. L’outil en ligne de commande, lui, s’installe une fois pour toutes.',
					'Une copie faite par une administration qui a ouvert un document : arrêter un partage empêche les ouvertures suivantes, ici, rien de plus.',
					'La perte de tous vos moyens d’ouverture : personne ne pourra rouvrir votre coffre.',
					'La suppression par l’hébergeur : il peut détruire, pas lire. La liste que vous seul signez montre ce qui manque. Gardez une copie de ce qui est irremplaçable.',
				],
			},
			leaving: {
				title: 'Partir',
				paragraphs: [
					'« Tout emporter » vous donne un fichier ZIP : vos documents scellés, votre journal et un mode d’emploi. Il s’ouvre sans nous, avec votre clé papier et des logiciels libres.',
				],
			},
			report: {
				title: 'Signaler une faille',
				paragraphs: [
					'Écrivez à l’adresse indiquée au bas de cette page. Vous aurez une réponse sous trois jours ouvrés ; personne ne sera poursuivi pour un signalement de bonne foi.',
				],
			},
		},
	},
	{
		title: 'What we see and do not see',
		lead: 'Plainly: what your local authority can know of your safe, what it cannot know, and what this service does not protect against.',
		sections: {
			kind: {
				title: 'What it is',
				paragraphs: [
					'A personal space to keep documents, hosted by your local authority on its own territory. It is free of charge.',
				],
			},
			unseen: {
				title: 'What we cannot see',
				paragraphs: [
					'Your browser seals each document before sending it. No key that opens it is kept here, nor in the backups.',
				],
				items: [
					'What is in your documents.',
					'Their names, their types, your folders.',
					'Your words, your passphrase, your passkey.',
				],
			},
			seen: {
				title: 'What we see',
				paragraphs: [],
				items: [
					'Who you are, as FranceConnect says, and when you come.',
					'How many documents you have, and roughly how large they are.',
					'With which administration you share, for what purpose, until when.',
					'What the software of an administration deposits for you, while it passes through our server: it is sealed on its way, and the key is forgotten. The journal says so.',
				],
			},
			how: {
				title: 'How it is sealed',
				paragraphs: [
					'In the open “age” format, with two encryptions joined (X25519 and ML-KEM-768): both would have to be broken, quantum computers included.',
					'Your browser checks all that it receives: signatures, hashes, order of versions, proofs of the journal. When something is missing it shows nothing, and gives you what proves it.',
				],
			},
			commitments: {
				title: 'Our commitments',
				paragraphs: [
					'Article L.103 of the French postal and electronic communications code asks for five things. We keep to them:',
				],
				items: [
					'Your documents come back byte for byte, and any alteration shows.',
					'Each access, each operation, each refused try is in a journal that you can read, check and take away.',
					'You are identified by FranceConnect.',
					'Only you open your documents, and those whom you authorise.',
					'You take everything out, at any time, free of charge, in an open format.',
				],
			},
			limits: {
				title: 'What this service does not protect against',
				paragraphs: [],
				items: [
					'An infected or borrowed device: whoever controls it sees what you see.',
					'The first visit: your browser then trusts the program that we give it. The command-line tool is installed once and for all.',
					'A copy made by an administration that has opened a document: ending a grant stops further openings, here, nothing more.',
					'The loss of every way to unlock: nobody can open your safe again.',
					'Deletion by the host: it can destroy, not read. The list that you alone sign shows what is missing. Keep a copy of what cannot be replaced.',
				],
			},
			leaving: {
				title: 'Leaving',
				paragraphs: [
					'“Take everything” gives you a ZIP file: your sealed documents, your journal and instructions. It opens without us, with your paper key and free software.',
				],
			},
			report: {
				title: 'Reporting a flaw',
				paragraphs: [
					'Write to the address at the foot of this page. You get an answer within three working days; nobody will be pursued for a report made in good faith.',
				],
			},
		},
	},
);
