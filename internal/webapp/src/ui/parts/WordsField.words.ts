import { words } from '../words.svelte.ts';

export const texts = words(
	{
		word: (n: number, of: number) => `Mot ${n} sur ${of}`,
		all: (of: number) => `Les ${of} mots sont là`,
		hintPaper:
			'Les quatre premières lettres suffisent, sans accents ni majuscules. Vous pouvez aussi coller tous les mots, ou le texte du code QR.',
		hintPhrase:
			'Les quatre premières lettres suffisent, sans accents ni majuscules. Vous pouvez aussi coller toute la phrase.',
		hintFull: 'Relisez-les, puis continuez. Touchez un mot pour reprendre à cet endroit.',
		given: 'Mots déjà saisis',
		choices: 'Mots possibles',
		edit: (n: number, word: string) => `Reprendre au mot ${n} : ${word}`,
		unknown: (word: string) =>
			`« ${word} » n’est pas dans la liste des mots. Regardez à nouveau votre feuille.`,
		clear: 'Tout effacer',
	},
	{
		word: (n: number, of: number) => `Word ${n} of ${of}`,
		all: (of: number) => `All ${of} words are there`,
		hintPaper:
			'The first four letters are enough, without capitals. You can also paste all the words, or the text of the QR code.',
		hintPhrase:
			'The first four letters are enough, without capitals. You can also paste the whole phrase.',
		hintFull: 'Read them again, then continue. Touch a word to go back to it.',
		given: 'Words entered so far',
		choices: 'Possible words',
		edit: (n: number, word: string) => `Go back to word ${n}: ${word}`,
		unknown: (word: string) => `“${word}” is not in the list of words. Look at your sheet again.`,
		clear: 'Clear all',
	},
);
