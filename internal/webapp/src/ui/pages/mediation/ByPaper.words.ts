import { words } from '../../words.svelte.ts';
import { counterPath } from './link.ts';

/** By way of the mediator's log-out at his provider, back to the counter. */
export function paperPath(session: string): string {
	const back = `${counterPath(session)}&papier=1`;
	return `/login/paper?counter=${session}&return=${encodeURIComponent(back)}`;
}

export const text = words(
	{
		way: 'Avec ma clé papier seulement',
		title: 'Votre clé papier',
		how: 'Si vous vous êtes identifié avec FranceConnect dans l’année, votre clé papier suffit ici. Scannez son code QR dans le champ des mots, ou tapez le numéro du coffre puis les 24 mots. Le médiateur ne doit pas regarder.',
		number: 'Numéro du coffre',
		numberHint: 'Sous les 24 mots, 26 lettres et chiffres. Inutile si vous scannez le code QR.',
		needNumber: 'Tapez le numéro imprimé sous les mots : 26 lettres et chiffres.',
		go: 'Déverrouiller',
		other: 'Plutôt avec FranceConnect',
	},
	{
		way: 'With my paper key alone',
		title: 'Your paper key',
		how: 'If you have logged in with FranceConnect within a year, your paper key suffices here. Scan its QR code into the field for words, or type the number of the safe and then the 24 words. The mediator must not look.',
		number: 'Number of the safe',
		numberHint: 'Below the 24 words, 26 letters and digits. Not needed if you scan the QR code.',
		needNumber: 'Type the number that is printed below the words: 26 letters and digits.',
		go: 'Unlock',
		other: 'Rather with FranceConnect',
	},
);
