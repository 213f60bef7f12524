import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Ouvrir mon coffre',
		termsTitle: 'Avant d’ouvrir : les conditions',
		termsLead:
			'Cinq minutes de lecture. Elles disent ce que nous faisons, et ce que nous ne pouvons pas faire.',
		inShort: 'En bref',
		points: [
			'C’est un espace personnel pour vos documents, gratuit, hébergé par votre collectivité.',
			'Vous seul, et ceux que vous choisissez, pouvez les lire. Nous, non.',
			'Tout ce qui s’y passe est écrit dans un journal que vous pouvez lire et vérifier.',
			'Vous emportez tout quand vous voulez, en un geste, sans motif : un fichier ZIP, lisible sans nous.',
			'Si vous perdez tous vos moyens d’ouverture, personne ne peut rouvrir votre coffre.',
		],
		opened: 'Votre coffre est ouvert. Ajoutez-y un premier document.',
	},
	{
		title: 'Open my safe',
		termsTitle: 'Before opening: the terms',
		termsLead: 'Five minutes of reading. They say what we do, and what we cannot do.',
		inShort: 'In short',
		points: [
			'This is a personal space for your documents, free of charge, hosted by your local authority.',
			'Only you, and those you choose, can read them. We cannot.',
			'Everything that happens is written in a journal that you can read and check.',
			'You take everything out whenever you want, in one gesture, without a reason: a ZIP file, readable without us.',
			'If you lose every way to unlock, nobody can open your safe again.',
		],
		opened: 'Your safe is open. Add a first document.',
	},
);
