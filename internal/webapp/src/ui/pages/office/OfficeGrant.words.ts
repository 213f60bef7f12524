import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		back: 'Tous les documents partagés',
		title: 'Document partagé',
		checking:
			'Ouverture : votre passage est inscrit au journal de l’usager, puis le document est vérifié…',
		signedTitle: 'Ce que l’usager a signé',
		signedMediated: 'Ce que le médiateur a signé, sous le mandat de l’usager',
		type: 'Type',
		size: 'Taille',
		purpose: 'Motif',
		procedure: 'Démarche',
		service: 'Service',
		until: 'Partagé jusqu’au',
		shared: 'Partagé le',
		checked:
			'Vérifié ici : signature de l’usager, preuve au journal, document intact jusqu’au dernier octet.',
		mediated: (name: string, structure: string) =>
			`Partagé par ${name}, ${structure}, pour le compte de l’usager.`,
		checkedMediated:
			'Vérifié ici : mandat signé par l’usager, signature faite sous ce mandat, preuve au journal, document intact jusqu’au dernier octet.',
		download: 'Télécharger',
		downloadNamed: (name: string) => `Télécharger « ${name} »`,
		preview: 'Aperçu',
		duty: 'Ne gardez ce document que le temps nécessaire au motif ci-dessus.',
		refusedTitle: 'Ce document ne s’ouvre pas',
		endedTitle: 'L’usager a mis fin à ce partage',
		ended:
			'Vous ne pouvez plus ouvrir ce document. S’il vous est encore nécessaire, demandez à l’usager de le partager à nouveau.',
		expiredTitle: 'La date de fin de ce partage est passée',
		expired:
			'L’usager avait partagé ce document jusqu’à cette date. S’il vous est encore nécessaire, demandez-lui un nouveau partage.',
		notFoundTitle: 'Ce partage est introuvable',
		notFound: 'Il n’existe pas, ou n’est pas destiné à votre administration. Vérifiez l’adresse.',
		noted: 'Cet essai est noté dans le journal de l’usager.',
	},
	{
		back: 'All shared documents',
		title: 'Shared document',
		checking: 'Opening: it is written in the citizen’s journal, then the document is checked…',
		signedTitle: 'What the citizen signed',
		signedMediated: 'What the mediator signed, under the citizen’s mandate',
		type: 'Type',
		size: 'Size',
		purpose: 'Purpose',
		procedure: 'Procedure',
		service: 'Service',
		until: 'Shared until',
		shared: 'Shared on',
		checked:
			'Checked here: the citizen’s signature, the proof in the journal, the document whole to its last byte.',
		mediated: (name, structure) => `Shared by ${name}, ${structure}, on behalf of the citizen.`,
		checkedMediated:
			'Checked here: the mandate that the citizen signed, the signature made under it, the proof in the journal, the document whole to its last byte.',
		download: 'Download',
		downloadNamed: (name) => `Download “${name}”`,
		preview: 'Preview',
		duty: 'Keep this document only as long as the purpose above requires.',
		refusedTitle: 'This document does not open',
		endedTitle: 'The citizen has ended this share',
		ended:
			'You can no longer open this document. If you still need it, ask the citizen to share it again.',
		expiredTitle: 'The end date of this share has passed',
		expired:
			'The citizen had shared this document until that date. If you still need it, ask for a new share.',
		notFoundTitle: 'This share cannot be found',
		notFound: 'It does not exist, or is not meant for your administration. Check the address.',
		noted: 'This try is noted in the citizen’s journal.',
	},
);
