import { words } from '../../words.svelte.ts';

export const text = words(
	{
		intro:
			'Vous n’avez pas encore de coffre. Ouvrez-le ici : trois écrans, moins de cinq minutes. La demande du médiateur vous attend.',
		introCounter:
			'Vous n’avez pas encore de coffre. Ouvrez-le ici : trois écrans, moins de cinq minutes. La demande du médiateur vous attend. Il ne doit pas regarder l’écran.',
		sheetsTitle: 'Vos deux feuilles',
		sheetsHow:
			'Imprimez-les, et allez les prendre vous-même à l’imprimante. Sans imprimante, recopiez-les. Chacune ouvre votre coffre : rangez-les à deux endroits.',
		phraseSheet: 'Phrase de passe de mon coffre',
		phraseWhat: 'Ces sept mots, dans cet ordre, ouvrent le coffre sur tous les appareils.',
		phraseApart: 'Ne rangez pas cette feuille avec la clé papier. Ne la montrez à personne.',
		print: 'Imprimer les deux feuilles',
		haveThem: 'Je les ai, je continue',
		price:
			'Si vous perdez les deux, personne ne pourra rouvrir votre coffre, pas même nous : c’est ce qui garantit que nous ne lisons rien.',
		tryTitle: 'Regardez vos feuilles',
		tryHow:
			'Cinq mots suffisent : ils montrent que vos feuilles sont les bonnes et qu’elles se lisent.',
		ofPaper: (n: number) => `Clé papier, mot n° ${n}`,
		ofPhrase: (n: number) => `Phrase de passe, mot n° ${n}`,
		wrong: 'Ce n’est pas le mot de votre feuille.',
		see: 'Revoir les feuilles',
		open: 'Ouvrir mon coffre',
		hintTitle: 'Une autre fois : des gardiens',
		hint: 'Si vous craignez de perdre vos feuilles, trois personnes ou services de confiance peuvent vous aider à rouvrir votre coffre. Cela se fait quand vous voulez, dans « Gardiens ».',
	},
	{
		intro:
			'You have no safe yet. Open it here: three screens, less than five minutes. What the mediator asks waits for you.',
		introCounter:
			'You have no safe yet. Open it here: three screens, less than five minutes. What the mediator asks waits for you. They must not look at the screen.',
		sheetsTitle: 'Your two sheets',
		sheetsHow:
			'Print them, and take them from the printer yourself. Without a printer, copy them by hand. Each of them unlocks your safe: keep them in two places.',
		phraseSheet: 'Passphrase of my safe',
		phraseWhat: 'These seven words, in this order, unlock the safe on every device.',
		phraseApart: 'Do not keep this sheet together with the paper key. Show it to nobody.',
		print: 'Print both sheets',
		haveThem: 'I have them, continue',
		price:
			'If you lose both, nobody can open your safe again, not even us: that is what guarantees that we read nothing.',
		tryTitle: 'Look at your sheets',
		tryHow: 'Five words suffice: they show that your sheets are the right ones and can be read.',
		ofPaper: (n) => `Paper key, word no. ${n}`,
		ofPhrase: (n) => `Passphrase, word no. ${n}`,
		wrong: 'This is not the word of your sheet.',
		see: 'See the sheets again',
		open: 'Open my safe',
		hintTitle: 'Another time: custodians',
		hint: 'If you are afraid of losing your sheets, three people or services that you trust can help you open your safe again. You can do it whenever you like, in “Custodians”.',
	},
);
