import { words } from './words.svelte.ts';

export const common = words(
	{
		safe: 'Coffre',
		close: 'Fermer',
		cancel: 'Annuler',
		back: 'Retour',
		next: 'Continuer',
		save: 'Enregistrer',
		retry: 'Réessayer',
		more: 'Autres actions',
		loading: 'Un instant…',
		optional: '(facultatif)',
		showMore: 'Voir la suite',
		readTerms: 'Lire les conditions',
		code: 'Référence :',
		saveEvidence: 'Enregistrer les preuves',
		alarm: (title: string) => `Alerte : ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
		alarmNote:
			'Rien de ce qui ne se vérifie pas n’a été affiché. Enregistrez les preuves et montrez-les à une personne de confiance qui n’est pas l’hébergeur.',
	},
	{
		safe: 'Safe',
		close: 'Close',
		cancel: 'Cancel',
		back: 'Back',
		next: 'Continue',
		save: 'Save',
		retry: 'Try again',
		more: 'Other actions',
		loading: 'One moment…',
		optional: '(optional)',
		showMore: 'Show more',
		readTerms: 'Read the terms',
		code: 'Reference:',
		saveEvidence: 'Save the evidence',
		alarm: (title: string) => `Alarm: ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
		alarmNote:
			'Nothing that does not verify was shown. Save the evidence and show it to somebody you trust who is not the host.',
	},
);
