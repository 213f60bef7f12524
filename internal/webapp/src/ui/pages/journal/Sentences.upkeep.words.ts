import type { Act } from './Sentences.words.ts';

// The sentences about what keeps the service running.

const alike = (text: string): Act => ({ done: () => text, tried: () => text });

const fr: Readonly<Record<string, Act>> = {
	'maintenance.scrub': {
		done: (a) => (a.reason === '' ? 'nettoyé le stockage' : `retiré ${a.reason}`),
		tried: () => 'nettoyer le stockage',
	},
	'maintenance.migrated': {
		done: (a) => `scellé à nouveau ${a.doc} dans un format plus récent`,
		tried: () => 'sceller à nouveau un document',
	},
	'maintenance.restored': {
		done: () => 'remis vos documents en place depuis une sauvegarde',
		tried: () => 'remettre vos documents en place depuis une sauvegarde',
	},
	'maintenance.moved': {
		done: () => 'déplacé vos documents vers d’autres machines de la collectivité',
		tried: () => 'déplacer vos documents vers d’autres machines de la collectivité',
	},
	'maintenance.tables': {
		done: () => 'mis à jour le service ; vos documents n’ont pas changé',
		tried: () => 'mettre à jour le service',
	},
	'maintenance.backup': {
		done: () => 'fait une sauvegarde, où vos documents restent scellés',
		tried: () => 'faire une sauvegarde',
	},
	'maintenance.rotated': {
		done: () => 'changé les clés techniques du serveur ; les vôtres n’ont pas changé',
		tried: () => 'changer les clés techniques du serveur',
	},
	'journal.pruned': {
		done: (a) =>
			`effacé les événements trop anciens de ce journal, comme le prévoient les conditions${a.until === '' ? '' : ` : ceux d’avant le ${a.until}`}`,
		tried: () => 'effacer les événements trop anciens de ce journal',
	},
};

const en: Readonly<Record<string, Act>> = {
	'maintenance.scrub': {
		done: (a) => (a.reason === '' ? 'cleaned up the storage' : `removed ${a.reason}`),
		tried: () => 'clean up the storage',
	},
	'maintenance.migrated': {
		done: (a) => `sealed ${a.doc} again in a later format`,
		tried: () => 'seal a document again',
	},
	'maintenance.restored': alike('put your documents back from a backup'),
	'maintenance.moved': alike('put your documents on other machines of the authority'),
	'maintenance.tables': {
		done: () => 'updated the service; your documents have not changed',
		tried: () => 'update the service',
	},
	'maintenance.backup': {
		done: () => 'made a backup, in which your documents stay sealed',
		tried: () => 'make a backup',
	},
	'maintenance.rotated': {
		done: () => 'changed the technical keys of the server; yours have not changed',
		tried: () => 'change the technical keys of the server',
	},
	'journal.pruned': {
		done: (a) =>
			`erased the events of this journal that were too old, as the terms say${a.until === '' ? '' : `: those of before ${a.until}`}`,
		tried: () => 'erase the events of this journal that were too old',
	},
};

export const upkeep = { fr, en };
