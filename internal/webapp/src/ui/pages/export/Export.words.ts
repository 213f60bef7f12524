import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Tout emporter',
		intro:
			'Une seule archive ZIP contient tout : vos documents, leur inventaire et votre journal. Vous pouvez la garder chez vous ou l’emporter ailleurs, sans rien demander à personne.',
		sealed:
			'Les documents y restent scellés. Sans votre clé papier ou votre phrase de passe, l’archive ne montre à personne ce qu’elle contient.',
		figures: (documents: string, size: string) => `${documents}, environ ${size}.`,
		documents: (n: number, count: string) => (n < 2 ? `${count} document` : `${count} documents`),
		download: 'Télécharger l’archive ZIP',
		noted: 'Chaque export est noté dans votre journal.',
		openTitle: 'Ouvrir l’archive',
		openCoffre: 'Avec la ligne de commande « coffre », sans connexion, avec votre clé papier :',
		openCoffreResult:
			'Elle vérifie chaque document, puis les range dans le dossier « papiers » sous leurs noms et dans leurs dossiers.',
		openAge:
			'Sans aucun logiciel d’ici, avec le logiciel libre « age » : le fichier LISEZMOI.txt de l’archive donne les commandes, pas à pas. Elles marcheront encore si ce service s’arrête un jour.',
	},
	{
		title: 'Take everything',
		intro:
			'One ZIP archive holds everything: your documents, their inventory and your journal. You can keep it at home or take it elsewhere, without asking anybody.',
		sealed:
			'The documents stay sealed in it. Without your paper key or your passphrase, the archive shows nobody what it holds.',
		figures: (documents, size) => `${documents}, about ${size}.`,
		documents: (n, count) => (n === 1 ? `${count} document` : `${count} documents`),
		download: 'Download the ZIP archive',
		noted: 'Each export is noted in your journal.',
		openTitle: 'Open the archive',
		openCoffre: 'With the command line “coffre”, offline, with your paper key:',
		openCoffreResult:
			'It checks every document, then puts them into the folder “papers” under their names and in their folders.',
		openAge:
			'Without any software from here, with the free software “age”: the file README.txt of the archive gives the commands, step by step. They will still work if this service ends one day.',
	},
);
