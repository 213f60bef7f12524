import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Logo',
		help: 'À côté du nom de votre administration, il aide les usagers à la trouver. Il ne prouve rien : ce qui la prouve est sa clé, inscrite au journal public.',
		asSeen: 'Ce que voient les usagers :',
		choose: 'Choisir un logo…',
		hint: 'Image PNG de 32 Kio au plus, de 16 à 512 pixels de côté. Seuls ses pixels sont gardés.',
		remove: 'Retirer le logo',
		saved: 'Le logo est enregistré : les usagers le voient dès maintenant.',
		removed: 'Le logo est retiré.',
	},
	{
		title: 'Logo',
		help: 'Beside the name of your administration, it helps citizens to find it. It proves nothing: what does is its key, in the public journal.',
		asSeen: 'What citizens see:',
		choose: 'Choose a logo…',
		hint: 'A PNG picture of 32 KiB at most, each side 16 to 512 pixels. Nothing but its pixels is kept.',
		remove: 'Remove the logo',
		saved: 'The logo is saved: citizens see it from now on.',
		removed: 'The logo is removed.',
	},
);
