import { words } from '../../words.svelte.ts';

export const text = words(
	{
		title: 'Mes partages',
		lead: 'Qui peut ouvrir quoi, et jusqu’à quand. Vous pouvez arrêter un partage à tout moment.',
		loading: 'Lecture de vos partages…',
		none: 'Vous n’avez encore rien partagé. Ouvrez un document, puis choisissez « Partager ».',
		goShare: 'Voir vos documents',
		live: 'En cours',
		noneLive: 'Aucun partage en cours.',
		past: 'Terminés',
		erased: 'Document effacé',
		erasedSo: 'Terminé : le document est effacé',
		purpose: (why: string) => `Pour : ${why}`,
		until: (when: string) => `Jusqu’au ${when}`,
		endedOn: (when: string) => `Arrêté par vous le ${when}`,
		expiredOn: (when: string) => `Terminé le ${when}`,
		unopened: 'Pas encore ouvert',
		neverOpened: 'N’a jamais été ouvert',
		opened: (n: number, when: string) =>
			n > 1 ? `Ouvert ${n} fois, la dernière le ${when}` : `Ouvert une fois, le ${when}`,
		received: (outcome: string, when: string, who: string) =>
			({
				altered: `Arrivé altéré le ${when}, dit ${who}, signature à l’appui`,
				unreadable: `Illisible à l’arrivée le ${when}, dit ${who}, signature à l’appui`,
				infected: `Mis à l’écart par l’antivirus le ${when}, dit ${who}, signature à l’appui`,
			})[outcome] ?? `Reçu intact le ${when}, signé par ${who}`,
		deleted: (how: string, when: string) =>
			how === 'client'
				? `Copie effacée le ${when} (attestation signée)`
				: `Copie déclarée effacée le ${when} (attestation signée)`,
		toDelete: (when: string) => `Copie à effacer par l’administration avant le ${when}`,
		overdue: (when: string) => `Effacement de la copie en retard depuis le ${when}`,
		unproven:
			'Le serveur dit que l’administration a signé la réception ou l’effacement ; cette signature n’est pas la bonne. N’en tenez pas compte.',
		end: 'Arrêter le partage',
		endNamed: (doc: string, who: string) => `Arrêter le partage de ${doc} avec ${who}`,
		endTitle: 'Arrêter ce partage ?',
		endAbout: (doc: string, who: string, until: string) =>
			`${who} ne pourra plus ouvrir « ${doc} », alors que le partage devait durer jusqu’au ${until}. C’est immédiat.`,
		endUnopened: 'Le document n’a pas encore été ouvert.',
		endOpened: (when: string) =>
			`Le document a été ouvert pour la dernière fois le ${when} : ce qui a été téléchargé reste chez l’administration.`,
		ended: (who: string) => `Le partage avec ${who} est arrêté.`,
	},
	{
		title: 'My shares',
		lead: 'Who can open what, and until when. You can end a share at any time.',
		loading: 'Reading your shares…',
		none: 'You have shared nothing yet. Open a document, then choose “Share”.',
		goShare: 'See your documents',
		live: 'Under way',
		noneLive: 'No share under way.',
		past: 'Over',
		erased: 'Erased document',
		erasedSo: 'Over: the document is erased',
		purpose: (why) => `For: ${why}`,
		until: (when) => `Until ${when}`,
		endedOn: (when) => `Ended by you on ${when}`,
		expiredOn: (when) => `Over since ${when}`,
		unopened: 'Not opened yet',
		neverOpened: 'Was never opened',
		opened: (n, when) => (n > 1 ? `Opened ${n} times, last on ${when}` : `Opened once, on ${when}`),
		received: (outcome, when, who) =>
			({
				altered: `Arrived altered on ${when}, says ${who}, and signed it`,
				unreadable: `Could not be opened on ${when}, says ${who}, and signed it`,
				infected: `Set apart by a virus scanner on ${when}, says ${who}, and signed it`,
			})[outcome] ?? `Received intact on ${when}, signed by ${who}`,
		deleted: (how, when) =>
			how === 'client'
				? `Copy deleted on ${when} (signed attestation)`
				: `Copy declared deleted on ${when} (signed attestation)`,
		toDelete: (when) => `Copy to be deleted by the administration before ${when}`,
		overdue: (when) => `Deletion of the copy overdue since ${when}`,
		unproven:
			'The server says that the administration has signed the receipt or the deletion; that signature is not the right one. Take no account of it.',
		end: 'End the share',
		endNamed: (doc, who) => `End the share of ${doc} with ${who}`,
		endTitle: 'End this share?',
		endAbout: (doc, who, until) =>
			`${who} will no longer be able to open “${doc}”, although the share was to last until ${until}. It takes effect at once.`,
		endUnopened: 'The document has not been opened yet.',
		endOpened: (when) =>
			`The document was last opened on ${when}: what was downloaded stays with the administration.`,
		ended: (who) => `The share with ${who} is ended.`,
	},
);
