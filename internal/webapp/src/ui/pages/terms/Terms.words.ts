import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Conditions d’utilisation',
		lead: 'Ce à quoi nous nous engageons, ce que nous gardons, et combien de temps.',
		accepted: 'Vous avez accepté cette version.',
		older: (v: string) => `Vous avez accepté une version précédente (${v}).`,
		print: 'Imprimer',
	},
	{
		title: 'Terms of use',
		lead: 'What we commit to, what we keep, and for how long.',
		accepted: 'You have accepted this version.',
		older: (v: string) => `You have accepted an earlier version (${v}).`,
		print: 'Print',
	},
);
