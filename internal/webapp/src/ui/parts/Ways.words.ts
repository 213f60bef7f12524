import { words } from '../words.svelte.ts';

export const texts = words(
	{
		steps: [
			'les moyens d’ouverture',
			'la clé papier',
			'l’essai de la clé papier',
			'le second moyen',
			'l’ouverture',
		],
		introTitle: 'Deux moyens d’ouvrir',
		intro:
			'Votre coffre s’ouvre avec une clé que vous seul détenez. Vous allez en faire deux, et essayer chacune pour de bon. Comptez dix minutes ; un stylo ou une imprimante suffit.',
		introOffice:
			'La clé de votre administration lui permet de lire ce que des usagers partagent avec elle. Vous allez faire deux moyens de l’ouvrir, et essayer chacun pour de bon.',
		paperName: 'Une clé papier',
		paperWhat: '24 mots et un code QR, à imprimer ou à recopier, à ranger en lieu sûr.',
		secondName: 'Un second moyen, pour tous les jours',
		secondWhat: 'Une phrase de sept mots, ou votre doigt ou visage sur cet appareil.',
		priceTitle: 'Gardez-les à deux endroits',
		price:
			'Si vous perdez les deux, personne ne pourra rouvrir, pas même nous : c’est ce qui garantit que nous ne lisons rien.',
		makePaper: 'Faire ma clé papier',

		paperTitle: 'Imprimez ou recopiez cette feuille',
		paperHow:
			'Faites-le maintenant. À l’étape suivante, vous retaperez les mots en regardant votre feuille, pas cet écran.',
		print: 'Imprimer',
		haveIt: 'C’est fait, je continue',
		paperNote:
			'Préférez une imprimante chez vous. Ne l’enregistrez pas en photo ou en PDF : qui aurait ce fichier aurait votre clé.',
		provePaperTitle: 'Essayez votre clé papier',
		provePaperHow:
			'Tapez les mots de votre feuille, dans l’ordre. Nous ouvrirons avec, pour de vrai.',
		check: 'Essayer',
		seePaper: 'Revoir la feuille',
		notTheSame: 'Cela n’ouvre pas',
		notThisPaper:
			'Ce sont les mots d’une autre feuille. Comparez avec celle que vous venez de faire.',
		paperWorks: 'Votre clé papier ouvre. Rangez-la.',

		secondTitle: 'Votre second moyen',
		secondHow: 'Lequel préférez-vous ?',
		phraseName: 'Une phrase de sept mots',
		phraseWhat: 'Tirée au hasard, elle marche sur tous les appareils. À noter, ou à apprendre.',
		choosePhrase: 'Faire ma phrase',
		passkeyTitle: 'Une clé d’accès',
		passkeyWhat:
			'Votre doigt, votre visage ou le code de l’appareil. Rien à retenir, mais liée à cet appareil ou à votre compte chez son fabricant.',
		passkeyImpossible: 'Ce navigateur ne sait pas le faire.',
		choosePasskey: 'Faire une clé d’accès',
		otherWay: 'Choisir autrement',

		phraseTitle: 'Votre phrase de passe',
		phraseHow: 'Notez ces sept mots, dans cet ordre.',
		phraseNote:
			'Nous l’avons tirée au hasard : c’est ce qui la rend sûre. On ne peut pas la choisir. Ne la rangez pas avec la clé papier.',
		copy: 'Copier vers un gestionnaire de mots de passe',
		copied: 'Copiée',
		provePhraseTitle: 'Essayez votre phrase de passe',
		provePhraseHow: 'Tapez les sept mots, dans l’ordre.',
		seePhrase: 'Revoir la phrase',
		notThisPhrase: 'Ce n’est pas la phrase que vous venez de recevoir. Comparez mot à mot.',

		passkeyHow:
			'Votre appareil va demander votre doigt, votre visage ou son code, deux ou trois fois : nous vérifions qu’il donne toujours la même clé.',
		makePasskey: 'Faire ma clé d’accès',
		provePasskeyHow:
			'Elle est faite. Essayez-la : votre appareil va vous la demander une dernière fois.',
		tryPasskey: 'Essayer ma clé d’accès',
		notThisPasskey: 'Ce n’est pas la clé d’accès que vous venez de faire.',
		noPrfTitle: 'Cet appareil ne sait pas ouvrir un coffre',
		noPrf:
			'Il sait faire des clés d’accès, mais pas celles qui chiffrent. Choisissez plutôt la phrase de passe.',

		lastTitle: 'Ouverture de votre coffre',
		lastTitleOffice: 'Création de la clé',
		lastHow: 'Nous scellons votre trousseau…',
		paperLabel: (date: string) => `Clé papier du ${date}`,
		phraseLabel: (date: string) => `Phrase de passe du ${date}`,
		passkeyLabel: (date: string) => `Clé d’accès du ${date}`,
		passkeyName: (name: string) => (name === '' ? 'Mon coffre' : `Coffre de ${name}`),
	},
	{
		steps: ['ways to unlock', 'the paper key', 'trying the paper key', 'the second way', 'opening'],
		introTitle: 'Two ways to unlock',
		intro:
			'Your safe is unlocked by a key that only you hold. You will make two, and try each of them for real. It takes ten minutes; a pen or a printer is enough.',
		introOffice:
			'The key of your administration lets it read what citizens share with it. You will make two ways to unlock it, and try each of them for real.',
		paperName: 'A paper key',
		paperWhat: '24 words and a QR code, to print or copy by hand, to keep in a safe place.',
		secondName: 'A second way, for every day',
		secondWhat: 'A phrase of seven words, or your finger or face on this device.',
		priceTitle: 'Keep them in two places',
		price:
			'If you lose both, nobody can unlock it again, not even us: that is what guarantees that we read nothing.',
		makePaper: 'Make my paper key',

		paperTitle: 'Print or copy this sheet',
		paperHow:
			'Do it now. In the next step you will type the words again, looking at your sheet, not at this screen.',
		print: 'Print',
		haveIt: 'Done, continue',
		paperNote:
			'Prefer a printer at home. Do not keep it as a photo or a PDF: whoever had that file would have your key.',
		provePaperTitle: 'Try your paper key',
		provePaperHow: 'Type the words of your sheet, in order. We will unlock with them, for real.',
		check: 'Try',
		seePaper: 'See the sheet again',
		notTheSame: 'This does not unlock',
		notThisPaper: 'These are the words of another sheet. Compare with the one you have just made.',
		paperWorks: 'Your paper key unlocks. Put it away.',

		secondTitle: 'Your second way',
		secondHow: 'Which one do you prefer?',
		phraseName: 'A phrase of seven words',
		phraseWhat: 'Drawn at random, it works on every device. To be written down, or learnt.',
		choosePhrase: 'Make my phrase',
		passkeyTitle: 'A passkey',
		passkeyWhat:
			'Your finger, your face or the code of the device. Nothing to remember, but tied to this device or to your account with its maker.',
		passkeyImpossible: 'This browser cannot do it.',
		choosePasskey: 'Make a passkey',
		otherWay: 'Choose another way',

		phraseTitle: 'Your passphrase',
		phraseHow: 'Write down these seven words, in this order.',
		phraseNote:
			'We drew it at random: that is what makes it safe. It cannot be chosen. Do not keep it together with the paper key.',
		copy: 'Copy to a password manager',
		copied: 'Copied',
		provePhraseTitle: 'Try your passphrase',
		provePhraseHow: 'Type the seven words, in order.',
		seePhrase: 'See the phrase again',
		notThisPhrase: 'This is not the phrase you have just been given. Compare word by word.',

		passkeyHow:
			'Your device will ask for your finger, your face or its code, two or three times: we check that it always gives the same key.',
		makePasskey: 'Make my passkey',
		provePasskeyHow: 'It is made. Try it: your device will ask for it one last time.',
		tryPasskey: 'Try my passkey',
		notThisPasskey: 'This is not the passkey you have just made.',
		noPrfTitle: 'This device cannot unlock a safe',
		noPrf: 'It can make passkeys, but not the kind that encrypts. Choose the passphrase instead.',

		lastTitle: 'Opening your safe',
		lastTitleOffice: 'Making the key',
		lastHow: 'Sealing your keyring…',
		paperLabel: (date: string) => `Paper key of ${date}`,
		phraseLabel: (date: string) => `Passphrase of ${date}`,
		passkeyLabel: (date: string) => `Passkey of ${date}`,
		passkeyName: (name: string) => (name === '' ? 'My safe' : `Safe of ${name}`),
	},
);
