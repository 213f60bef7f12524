import { words } from '../words.svelte.ts';

export const texts = words(
	{
		accept: 'J’ai lu et j’accepte ces conditions',
		refuse: 'Non, pas maintenant',
		kept: 'Nous gardons la version que vous acceptez et la date. Vous la retrouverez dans votre journal.',
	},
	{
		accept: 'I have read and accept these terms',
		refuse: 'No, not now',
		kept: 'We keep the version you accept and the date. You will find it in your journal.',
	},
);
