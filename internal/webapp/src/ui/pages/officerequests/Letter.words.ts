import { words } from '../../words.svelte.ts';

// The page of the agent follows the language; the letter itself is in French.
export const texts = words(
	{
		title: 'Courrier',
		intro: 'Une page à imprimer, ou à enregistrer en PDF depuis la fenêtre d’impression.',
		back: 'La demande et ses réponses',
		to: 'Destinataire',
		toHint: 'Nom et adresse. Reste sur cette page : rien n’en est envoyé ni gardé.',
		place: 'Lieu',
		contact: 'Pour toute question',
		contactHint: 'Téléphone, guichet, horaires',
		print: 'Imprimer le courrier',
		sheet: 'Le courrier, tel qu’il sera imprimé',
		qr: 'QR code qui mène à la demande',
		addressed: 'Cette demande est dans un coffre : elle n’a pas de lien, donc pas de courrier.',
	},
	{
		title: 'Letter',
		intro:
			'A page to be printed, or saved as a PDF from the print window. The letter is in French.',
		back: 'The request and its answers',
		to: 'Addressee',
		toHint: 'Name and address. Stays on this page: nothing of it is sent or kept.',
		place: 'Place',
		contact: 'For any question',
		contactHint: 'Telephone, counter, hours',
		print: 'Print the letter',
		sheet: 'The letter as it will be printed',
		qr: 'QR code that leads to the request',
		addressed: 'This request is in a safe: it has no link, and so no letter.',
	},
);
