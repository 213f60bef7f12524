import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Vos papiers à l’abri, et à vous seul',
		lead: 'Un coffre pour vos documents, hébergé par votre collectivité, qui ne peut pas les lire.',
	},
	{
		title: 'Your papers, safe and yours alone',
		lead: 'A safe for your documents, hosted by your local authority, which cannot read them.',
	},
);
