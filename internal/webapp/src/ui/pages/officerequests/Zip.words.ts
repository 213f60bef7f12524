import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Tout télécharger',
		intro: (n: string) =>
			`${n} dans un seul fichier ZIP, fait dans ce navigateur. Chaque pièce est ouverte une fois, à votre nom, et vérifiée comme sur cette page.`,
		allPieces: 'Toutes les pièces',
		pieces: (n: number, count: string) => (n < 2 ? `${count} pièce` : `${count} pièces`),
		template: 'Noms des fichiers',
		templateHint: 'Champs : {reference} {kind} {name} {citizen} {date}',
		unknown: (fields: string) => `Champ inconnu : ${fields}. Il restera tel quel.`,
		usual: 'Reprendre le modèle habituel',
		preview: 'Par exemple :',
		example: 'nom du document.pdf',
		start: 'Tout télécharger (ZIP)',
		stop: 'Arrêter',
		stopped: 'Arrêté : rien n’a été enregistré. Les pièces déjà ouvertes le restent au journal.',
		progress: 'Ouverture et vérification des pièces',
		of: (done: string, all: string) => `${done} sur ${all}`,
		packing: 'Le fichier se prépare…',
		looking: 'Lecture de la liste…',
		done: (n: string) => `Enregistré : ${n}, chacune vérifiée.`,
		doneSome: (n: string, failed: string) => `Enregistré : ${n}. Il en manque ${failed} :`,
		nothing:
			'Rien ne peut être ouvert pour l’instant : tout est arrêté, passé, ou déjà ouvert autant que permis.',
		none: 'Aucune pièce n’a pu être ouverte :',
		again: 'Réessayer celles qui manquent',
		readmeName: 'LISEZMOI.txt',
		readmeTitle: (procedure: string, reference: string) =>
			`Pièces données pour : ${procedure}${reference === '' ? '' : `, référence ${reference}`}`,
		readmeMade: (who: string, when: string) => `Fait par ${who}, le ${when}.`,
		readmeKept:
			'Pièces, chacune vérifiée : signature de l’usager, preuve au journal, document intact.',
		readmeProofs:
			'Le dossier « preuves » dit de chaque pièce son empreinte (SHA-256), ce que l’usager a signé et la preuve de l’ouverture.',
		readmeFailed: 'N’ont pas pu être ouvertes :',
		readmeDuty: (when: string) =>
			`Ces pièces ne servent qu’à ce but, et se gardent le temps nécessaire. Dernier jour pour les ouvrir ici : ${when}.`,
	},
	{
		title: 'Download everything',
		intro: (n) =>
			`${n} in one ZIP file, made in this browser. Each document is opened once, under your name, and checked as on this page.`,
		allPieces: 'All documents',
		pieces: (n, count) => (n === 1 ? `${count} document` : `${count} documents`),
		template: 'Names of the files',
		templateHint: 'Fields: {reference} {kind} {name} {citizen} {date}',
		unknown: (fields) => `Unknown field: ${fields}. It stays as it is.`,
		usual: 'Take the usual template again',
		preview: 'For instance:',
		example: 'name of the document.pdf',
		start: 'Download everything (ZIP)',
		stop: 'Stop',
		stopped: 'Stopped: nothing was saved. Documents that were opened stay so in the journal.',
		progress: 'Opening and checking the documents',
		of: (done, all) => `${done} of ${all}`,
		packing: 'The file is being made…',
		looking: 'Reading the list…',
		done: (n) => `Saved: ${n}, each of them checked.`,
		doneSome: (n, failed) => `Saved: ${n}. ${failed} missing:`,
		nothing:
			'Nothing can be opened now: all of it has ended, is past its date, or was opened as often as allowed.',
		none: 'No document could be opened:',
		again: 'Try the missing ones again',
		readmeName: 'README.txt',
		readmeTitle: (procedure, reference) =>
			`Documents given for: ${procedure}${reference === '' ? '' : `, reference ${reference}`}`,
		readmeMade: (who, when) => `Made by ${who}, on ${when}.`,
		readmeKept:
			'Documents, each of them checked: the citizen’s signature, the proof in the journal, the document whole.',
		readmeProofs:
			'The folder “preuves” says of each document its hash (SHA-256), what the citizen signed and the proof of the opening.',
		readmeFailed: 'Could not be opened:',
		readmeDuty: (when) =>
			`These documents serve this purpose alone, and are kept as long as it requires. Last day to open them here: ${when}.`,
	},
);
