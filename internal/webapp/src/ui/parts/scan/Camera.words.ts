import { words } from '../../words.svelte.ts';

export const text = words(
	{
		title: 'Prendre les pages en photo',
		opening: 'L’appareil photo s’ouvre…',
		picture: 'Ce que voit l’appareil photo',
		take: 'Prendre la photo',
		taken: (n: number) => (n > 1 ? `${n} pages prises` : `${n} page prise`),
		frame: 'Mettez la feuille entière dans l’image.',
		done: 'Terminé',
		refusedTitle: 'L’appareil photo n’est pas disponible',
		refused:
			'Votre navigateur ne l’a pas ouvert : vous l’avez peut-être refusé, ou une autre application s’en sert. Vous pouvez aussi choisir des photos déjà prises.',
		native: 'Ouvrir l’appareil photo autrement',
		back: 'Revenir aux pages',
	},
	{
		title: 'Photograph the pages',
		opening: 'The camera is opening…',
		picture: 'What the camera sees',
		take: 'Take the photograph',
		taken: (n) => (n > 1 ? `${n} pages taken` : `${n} page taken`),
		frame: 'Get the whole sheet into the picture.',
		done: 'Done',
		refusedTitle: 'The camera is not available',
		refused:
			'Your browser did not open it: you may have refused it, or another application is using it. You can also choose photographs already taken.',
		native: 'Open the camera another way',
		back: 'Back to the pages',
	},
);
