import { words } from '../../words.svelte.ts';

export const text = words(
	{
		title: 'Mes documents',
		lead: 'Vous seul pouvez les lire, et les personnes avec qui vous les partagez.',
		add: 'Ajouter des documents',
		drop: 'Vous pouvez aussi les déposer ici',
		dropNow: 'Lâchez pour ajouter à votre coffre',
		limit: (document: string) => `Jusqu’à ${document} par document.`,
		newFolder: 'Nouveau dossier',
		select: 'Sélectionner',
		selectDone: 'Terminer la sélection',
		selected: (n: number) => (n > 1 ? `${n} sélectionnés` : `${n} sélectionné`),
		selectNamed: (name: string) => `Sélectionner ${name}`,
		selectAll: 'Tout cocher',
		move: 'Déplacer',
		moveTitle: (n: number, name: string) =>
			n > 1 ? `Déplacer ${n} documents` : `Déplacer « ${name} »`,
		erase: 'Effacer',
		search: 'Chercher',
		sort: 'Trier',
		byName: 'Nom',
		byDate: 'Plus récents',
		bySize: 'Taille',
		list: 'Documents et dossiers',
		way: 'Dossier ouvert',
		top: 'Mes documents',
		folderHolds: (documents: number, folders: number) =>
			[
				documents > 1 ? `${documents} documents` : documents === 1 ? '1 document' : '',
				folders > 1 ? `${folders} dossiers` : folders === 1 ? '1 dossier' : '',
			]
				.filter(Boolean)
				.join(', ') || 'Vide',
		folderActions: (name: string) => `Actions sur le dossier ${name}`,
		documentActions: (name: string) => `Actions sur ${name}`,
		open: 'Ouvrir',
		download: 'Télécharger',
		share: 'Partager',
		rename: 'Renommer',
		removeFolder: 'Supprimer le dossier',
		notEmpty: (name: string) =>
			`Le dossier « ${name} » n’est pas vide : déplacez ou effacez d’abord ce qu’il contient.`,
		folderRemoved: (name: string) => `Le dossier « ${name} » est supprimé.`,
		downloaded: (name: string) => `« ${name} » est téléchargé sur votre appareil.`,
		preparing: (name: string) => `« ${name} » se prépare…`,
		nothingFound: (what: string) => `Aucun nom ne correspond à « ${what} ».`,
		clearSearch: 'Effacer la recherche',
		found: (n: number) => (n > 1 ? `${n} résultats` : n === 1 ? '1 résultat' : 'Aucun résultat'),
		emptyFolder:
			'Ce dossier est vide. Ajoutez-y des documents, ou déplacez-en depuis un autre dossier.',
		emptyTitle: 'Votre coffre est prêt, et vide',
		emptySteps: [
			'Ajoutez une photo de votre carte d’identité, un avis d’impôt, une facture : tout fichier convient.',
			'Chaque document est scellé sur votre appareil avant de partir. Personne ici ne peut le lire, pas même l’hébergeur.',
			'Ensuite, vous le partagez avec une administration, pour le temps que vous choisissez.',
		],
		used: 'Place utilisée',
		usedNote: (used: string, limit: string) => `${used} sur ${limit}`,
		nearlyFull: 'Votre coffre est presque plein. Effacez ce dont vous n’avez plus besoin.',
		inbox: (n: number) =>
			n > 1
				? `${n} documents vous attendent dans votre boîte de dépôt.`
				: 'Un document vous attend dans votre boîte de dépôt.',
		seeInbox: 'Voir les dépôts',
		noFolders: (n: number) =>
			n > 1
				? 'Des dossiers entiers ne peuvent pas être ajoutés : ouvrez-les et choisissez leurs fichiers.'
				: 'Un dossier entier ne peut pas être ajouté : ouvrez-le et choisissez ses fichiers.',
		deposited: 'déposé par une administration',
	},
	{
		title: 'My documents',
		lead: 'Only you can read them, and those you share them with.',
		add: 'Add documents',
		drop: 'You can also drop them here',
		dropNow: 'Let go to add to your safe',
		limit: (document) => `Up to ${document} per document.`,
		newFolder: 'New folder',
		select: 'Select',
		selectDone: 'End selection',
		selected: (n) => `${n} selected`,
		selectNamed: (name) => `Select ${name}`,
		selectAll: 'Select all',
		move: 'Move',
		moveTitle: (n, name) => (n > 1 ? `Move ${n} documents` : `Move “${name}”`),
		erase: 'Erase',
		search: 'Search',
		sort: 'Sort',
		byName: 'Name',
		byDate: 'Newest',
		bySize: 'Size',
		list: 'Documents and folders',
		way: 'Open folder',
		top: 'My documents',
		folderHolds: (documents, folders) =>
			[
				documents > 1 ? `${documents} documents` : documents === 1 ? '1 document' : '',
				folders > 1 ? `${folders} folders` : folders === 1 ? '1 folder' : '',
			]
				.filter(Boolean)
				.join(', ') || 'Empty',
		folderActions: (name) => `Actions on the folder ${name}`,
		documentActions: (name) => `Actions on ${name}`,
		open: 'Open',
		download: 'Download',
		share: 'Share',
		rename: 'Rename',
		removeFolder: 'Delete the folder',
		notEmpty: (name) => `The folder “${name}” is not empty: first move or erase what is in it.`,
		folderRemoved: (name) => `The folder “${name}” is deleted.`,
		downloaded: (name) => `“${name}” has been downloaded to your device.`,
		preparing: (name) => `“${name}” is being prepared…`,
		nothingFound: (what) => `No name matches “${what}”.`,
		clearSearch: 'Clear the search',
		found: (n) => (n > 1 ? `${n} results` : n === 1 ? '1 result' : 'No result'),
		emptyFolder:
			'This folder is empty. Add documents to it, or move some here from another folder.',
		emptyTitle: 'Your safe is ready, and empty',
		emptySteps: [
			'Add a picture of your identity card, a tax notice, a bill: any file will do.',
			'Each document is sealed on your device before it leaves. Nobody here can read it, not even the host.',
			'Then you share it with an administration, for as long as you choose.',
		],
		used: 'Room used',
		usedNote: (used, limit) => `${used} of ${limit}`,
		nearlyFull: 'Your safe is nearly full. Erase what you no longer need.',
		inbox: (n) =>
			n > 1
				? `${n} documents are waiting for you in your inbox.`
				: 'A document is waiting for you in your inbox.',
		seeInbox: 'See the deposits',
		noFolders: (n) =>
			n > 1
				? 'Whole folders cannot be added: open them and choose their files.'
				: 'A whole folder cannot be added: open it and choose its files.',
		deposited: 'deposited by an administration',
	},
);
