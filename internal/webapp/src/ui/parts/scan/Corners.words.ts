import { words } from '../../words.svelte.ts';

export const text = words(
	{
		title: (n: number) => `Ajuster la page ${n}`,
		help: 'Placez les quatre points sur les coins de la feuille.',
		keys: 'Au clavier : Tab passe d’un coin à l’autre, les flèches le déplacent, avec Majuscule plus vite.',
		picture: 'La photo, et le contour de la feuille',
		corners: [
			'Coin en haut à gauche',
			'Coin en haut à droite',
			'Coin en bas à droite',
			'Coin en bas à gauche',
		],
		at: (left: number, top: number) => `à ${left} % de la gauche, ${top} % du haut`,
		whole: 'Toute la photo',
		again: 'Retrouver les bords',
		look: 'Rendu',
		looks: {
			document: 'Document : papier blanc, texte net',
			photo: 'Photo : couleurs d’origine',
		},
		apply: 'Valider',
		cancel: 'Annuler',
	},
	{
		title: (n) => `Adjust page ${n}`,
		help: 'Put the four points on the corners of the sheet.',
		keys: 'With the keyboard: Tab goes from corner to corner, arrows move it, faster with Shift.',
		picture: 'The photograph, and the outline of the sheet',
		corners: ['Top left corner', 'Top right corner', 'Bottom right corner', 'Bottom left corner'],
		at: (left, top) => `${left}% from the left, ${top}% from the top`,
		whole: 'The whole photograph',
		again: 'Find the edges again',
		look: 'Look',
		looks: {
			document: 'Document: white paper, sharp text',
			photo: 'Photograph: colours as they were',
		},
		apply: 'Apply',
		cancel: 'Cancel',
	},
);
