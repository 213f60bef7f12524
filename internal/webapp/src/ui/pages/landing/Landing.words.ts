import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Vos papiers à l’abri, et lisibles par vous seul',
		lead: 'Un coffre pour vos documents importants, hébergé par votre collectivité, qui ne peut pas les lire. Gratuit.',
		points: {
			sealed: [
				'Scellés avant de partir',
				'Votre appareil ferme chaque document avec une clé que vous seul détenez. Ce que nous gardons est illisible pour nous.',
			],
			shared: [
				'Partagés quand vous le décidez',
				'Vous montrez un document à une administration, pour un motif, jusqu’à une date. Vous arrêtez quand vous voulez.',
			],
			journal: [
				'Rien ne se passe en cachette',
				'Chaque ouverture, chaque refus est écrit dans un journal que vous pouvez lire et vérifier.',
			],
			free: [
				'Vous repartez avec tout',
				'Un geste suffit pour tout emporter, sans donner de raison, et l’ouvrir ailleurs.',
			],
		},
		helpTitle: 'Pas à l’aise avec l’ordinateur ?',
		help: 'Une feuille de papier suffit comme clé : pas besoin de téléphone, ni d’adresse e-mail, ni de mot de passe à inventer. Vous pouvez vous faire accompagner, sans jamais confier votre clé.',
		more: 'Ce que nous voyons et ne voyons pas',
	},
	{
		title: 'Your papers, kept safe and readable by you alone',
		lead: 'A safe for your important documents, hosted by your local authority, which cannot read them. Free of charge.',
		points: {
			sealed: [
				'Sealed before they leave',
				'Your device closes each document with a key that only you hold. What we keep is unreadable to us.',
			],
			shared: [
				'Shared when you decide',
				'You show a document to an administration, for a purpose, until a date. You stop it whenever you like.',
			],
			journal: [
				'Nothing happens behind your back',
				'Each opening, each refusal is written in a journal that you can read and check.',
			],
			free: [
				'You leave with everything',
				'One gesture takes everything away, without a reason, to be opened elsewhere.',
			],
		},
		helpTitle: 'Not at ease with computers?',
		help: 'A sheet of paper is enough as a key: no need for a phone, an e-mail address or a password to invent. Somebody may help you, without ever being given your key.',
		more: 'What we see and do not see',
	},
);
