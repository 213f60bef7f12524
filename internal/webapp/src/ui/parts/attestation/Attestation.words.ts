import { words } from '../../words.svelte.ts';

export const text = words(
	{
		language: 'Langue de l’attestation',
		french: 'Ajouter le texte français, le seul qui fait foi',
		print: 'Imprimer',
		save: 'Enregistrer le fichier',
		saveNote:
			'Le fichier contient votre signature et la preuve de chaque acte. Il ne contient ni vos documents ni leurs noms.',
		saved: (name: string) => `${name} est enregistré sur votre appareil.`,
	},
	{
		language: 'Language of the attestation',
		french: 'Add the French text, the only one that is binding',
		print: 'Print',
		save: 'Save the file',
		saveNote:
			'The file holds your signature and the proof of each act. It holds neither your documents nor their names.',
		saved: (name) => `${name} is saved on your device.`,
	},
);
