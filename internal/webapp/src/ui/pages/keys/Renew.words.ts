import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Une clé volée, ou lue par quelqu’un ?',
		when: 'La retirer ne suffit pas : qui l’a eue en main a pu copier ce qu’elle ouvre. Renouvelez alors toutes les clés, d’un seul geste.',
		renew: 'Renouveler toutes les clés',
		means: [
			'Votre coffre reçoit une serrure neuve. Vos documents restent, vos partages continuent.',
			'L’ancienne clé n’ouvre plus rien de nouveau. Vos autres appareils vous demanderont d’ouvrir à nouveau.',
			'Ensuite, essayez une fois chacun des moyens marqués « à essayer ». Il adopte alors la serrure neuve.',
		],
		custodians: 'Vos gardiens ne gardent plus rien. Désignez-les à nouveau après.',
		which: 'Lequel a été volé ou vu ? Il n’ouvrira plus.',
		shares: (n: number) => (n === 1 ? 'Ce partage continue' : `Ces ${n} partages continuent`),
		share: (name: string, who: string, until: string) =>
			`« ${name} », pour ${who}, jusqu’au ${until}.`,
		strange:
			'Vous n’en reconnaissez pas un ? Fermez cette fenêtre et arrêtez-le d’abord, à la page de vos partages.',
		others: 'Les partages ont changé',
		othersHow: 'Rien n’a été fait. Relisez la liste, puis recommencez.',
		tooFew: 'Il doit vous rester deux moyens',
		tooFewHow: 'Fermez cette fenêtre et ajoutez-en un d’abord. Revenez ensuite ici.',
		copied:
			'Ce qui a déjà été copié ou exporté reste lisible par qui a la clé volée. On ne peut pas l’effacer à distance.',
		go: 'Tout renouveler',
		done: 'Toutes les clés sont renouvelées.',
		untried: 'À essayer',
		untriedTitle: (n: number) =>
			n === 1 ? 'Un moyen est à essayer' : `${n} moyens sont à essayer`,
		untriedHow:
			'Vos clés ont été renouvelées. Essayez une fois chaque moyen marqué « à essayer », ou retirez-le.',
		resealing: 'Vos documents passent à la nouvelle clé',
		resealingNote: (done: number, total: number) => `${done} sur ${total}`,
		resealingHow:
			'Vous pouvez continuer, ou fermer : cela reprendra. Le journal le montre comme des ouvertures faites par vous.',
	},
	{
		title: 'A key stolen, or read by somebody?',
		when: 'Removing it is not enough: whoever held it may have copied what it opens. Then renew all keys, in one step.',
		renew: 'Renew all keys',
		means: [
			'Your safe gets a new lock. Your documents stay, your shares go on.',
			'The old key opens nothing new. Your other devices will ask you to unlock again.',
			'Afterwards, try each way marked “to be tried” once. It then takes on the new lock.',
		],
		custodians: 'Your custodians no longer hold anything. Name them again afterwards.',
		which: 'Which one was stolen or seen? It will no longer unlock.',
		shares: (n) => (n === 1 ? 'This share goes on' : `These ${n} shares go on`),
		share: (name, who, until) => `“${name}”, for ${who}, until ${until}.`,
		strange:
			'You do not know one of them? Close this window and stop it first, on the page of your shares.',
		others: 'The shares have changed',
		othersHow: 'Nothing was done. Read the list again, then start over.',
		tooFew: 'Two ways must be left to you',
		tooFewHow: 'Close this window and add one first. Then come back here.',
		copied:
			'What was already copied or exported stays readable for whoever has the stolen key. It cannot be erased from afar.',
		go: 'Renew everything',
		done: 'All keys are renewed.',
		untried: 'To be tried',
		untriedTitle: (n) => (n === 1 ? 'One way is to be tried' : `${n} ways are to be tried`),
		untriedHow: 'Your keys were renewed. Try each way marked “to be tried” once, or remove it.',
		resealing: 'Your documents move to the new key',
		resealingNote: (done, total) => `${done} of ${total}`,
		resealingHow:
			'You can go on, or close: it will be taken up again. The journal shows it as openings by you.',
	},
);
