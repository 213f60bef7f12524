import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Récupérer mon coffre',
		loading: 'Un instant…',
		openAlready: 'Votre coffre est ouvert : vous avez encore une clé',
		openAlreadyHelp:
			'Gardez-la précieusement, et faites-en une autre à la page « Moyens d’ouverture ». C’est plus simple et plus sûr que cette récupération.',
		ways: 'Moyens d’ouverture',

		noneTitle: 'Vous n’avez pas de gardiens',
		none: [
			'Sans aucune de vos clés, et sans gardiens, votre coffre ne peut pas être rouvert.',
			'Personne n’en a le double : ni la mairie, ni l’hébergeur, ni FranceConnect. C’est ce qui garantissait que vous seul pouviez lire vos documents.',
		],
		searchTitle: 'Cherchez encore : une seule clé suffit',
		search: [
			'La clé papier : une feuille avec 24 mots et un code QR. Regardez avec vos papiers importants, chez un proche, dans l’imprimante.',
			'La phrase de passe : sept mots. Regardez dans votre carnet, ou dans le gestionnaire de mots de passe de votre navigateur.',
			'La clé d’accès : votre doigt ou votre visage, sur un téléphone ou un ordinateur que vous avez encore.',
		],
		tryAgain: 'Essayer une clé',
		thenTitle: 'Si vraiment tout est perdu',
		allLost:
			'Vos documents restent dans le coffre, mais personne ne pourra plus les lire. Les administrations avec qui vous les avez partagés ont gardé ce qu’elles ont déjà reçu : demandez-leur une copie.',

		howLead: 'Vos gardiens peuvent vous rendre votre coffre. Voici comment.',
		how: [
			'Vous faites une nouvelle clé papier, ici, maintenant.',
			'Vous dites six mots à deux de vos gardiens, en personne ou au téléphone.',
			'Chacun donne son accord, attend le délai que vous aviez choisi, puis donne sa part.',
			'Vous revenez ici avec votre feuille, et votre coffre s’ouvre.',
		],
		beforeTitle: 'Avant de commencer',
		before: 'Si vous retrouvez une seule de vos clés, vous n’avez pas besoin de tout cela.',
		begin: 'Commencer : faire ma nouvelle clé papier',
		stronger: 'D’abord, une identification plus forte',
		last: {
			cancelled: (when: string) => `Votre demande précédente a été annulée le ${when}.`,
			expired: (when: string) =>
				`Votre demande précédente a pris fin le ${when} : elle a duré trop longtemps.`,
			replaced: (when: string) =>
				`Votre demande précédente a pris fin le ${when} : vos gardiens avaient été changés.`,
			completed: (when: string) => `Votre coffre a été récupéré le ${when}.`,
		},
		askTitle: 'Demander de l’aide à vos gardiens',
		askHow:
			'Votre nouvelle clé papier est prête. La demande sera écrite dans le journal public, et chaque page de votre coffre la montrera.',
		ask: 'Demander de l’aide à mes gardiens',
		steps: ['une nouvelle clé papier', 'l’essai de la clé papier', 'la demande'],

		statusTitle: 'Votre demande est en cours',
		sixTitle: 'Les six mots à dire à vos gardiens',
		sixHow:
			'Appelez deux de vos gardiens, ou allez les voir. Dites-leur ces six mots : ils les comparent avec ce que montre leur page.',
		sixKeep: 'Notez-les sur votre feuille. Ne les envoyez pas par message.',
		sixOther: 'Les mêmes en anglais, si votre gardien lit l’anglais',
		progress: 'Où en est-on ?',
		asked: (when: string) => `Demande faite le ${when}`,
		waitsFor: 'N’a pas encore donné son accord : à appeler',
		agreed: (when: string) => `A donné son accord le ${when}`,
		mayGive: (when: string) => `Pourra donner sa part à partir du ${when}`,
		mayGiveNow: 'Peut donner sa part dès maintenant : à rappeler',
		given: (when: string) => `A donné sa part le ${when}`,
		enough: 'Deux parts sont arrivées',
		enoughHelp: 'Prenez la feuille que vous avez faite pour cette demande.',
		finish: 'Rouvrir mon coffre',
		notEnough: (n: number) =>
			n === 0
				? 'Il faut deux parts. Aucune n’est encore arrivée.'
				: 'Il faut deux parts. Une est arrivée.',
		noHurry:
			'Vous pouvez fermer cette page et revenir quand vous voulez, sur n’importe quel appareil. Il vous faudra seulement votre feuille.',
		refresh: 'Actualiser',
		cancel: 'Annuler cette demande',
		cancelMeans:
			'Vos gardiens ne donneront plus rien pour cette demande. Si vous avez toujours besoin d’aide, il faudra tout recommencer.',
		cancelGo: 'Annuler la demande',
		keepGoing: 'Ne pas annuler',
		cancelled: 'La demande est annulée, et le journal public le prouve.',

		paperTitle: 'Tapez votre nouvelle clé papier',
		paperHow: 'Les 24 mots de la feuille faite pour cette demande, dans l’ordre.',
		sameWords:
			'Ce sont bien les six mots que vous avez dits à vos gardiens ? Sinon, arrêtez-vous et annulez la demande.',
		open: 'Réunir les parts',
		notThisPaper: 'Ce n’est pas la feuille de cette demande',
		notThisPaperHelp:
			'Prenez celle que vous avez faite en demandant de l’aide, et vérifiez sa date.',
		secondDone:
			'Votre clé papier a réuni les parts. Un coffre garde toujours deux moyens : faites le second.',
		lostTitle: 'Qu’avez-vous encore en main ?',
		lostHow:
			'Cochez seulement les anciennes clés que vous avez retrouvées et que personne d’autre n’a pu voir. Les autres n’ouvriront plus rien.',
		lostNone: 'Si vous n’avez rien retrouvé, ne cochez rien.',
		made: (when: string) => `Faite le ${when}`,
		complete: 'Ouvrir mon coffre',
		completed:
			'Votre coffre est à nouveau ouvert. Choisissez de nouveaux gardiens : les parts d’avant ne valent plus rien.',
		kinds: {
			paper: 'Clé papier',
			passphrase: 'Phrase de passe',
			passkey: 'Clé d’accès',
			custodians: 'Gardiens',
		},
	},
	{
		title: 'Recover my safe',
		loading: 'One moment…',
		openAlready: 'Your safe is open: you still have a key',
		openAlreadyHelp:
			'Keep it carefully, and make another one on the page “Ways to unlock”. It is simpler and safer than this recovery.',
		ways: 'Ways to unlock',

		noneTitle: 'You have no guardians',
		none: [
			'Without any of your keys, and without guardians, your safe cannot be opened again.',
			'Nobody has a copy: neither the town hall, nor the host, nor FranceConnect. That is what guaranteed that only you could read your documents.',
		],
		searchTitle: 'Search again: a single key is enough',
		search: [
			'The paper key: a sheet with 24 words and a QR code. Look among your important papers, at a relative’s, in the printer.',
			'The passphrase: seven words. Look in your notebook, or in the password manager of your browser.',
			'The passkey: your finger or your face, on a phone or computer that you still have.',
		],
		tryAgain: 'Try a key',
		thenTitle: 'If everything really is lost',
		allLost:
			'Your documents stay in the safe, but nobody will be able to read them any more. The administrations that you shared them with have kept what they received: ask them for a copy.',

		howLead: 'Your guardians can give you your safe back. This is how.',
		how: [
			'You make a new paper key, here and now.',
			'You tell six words to two of your guardians, in person or on the telephone.',
			'Each agrees, waits for the delay that you chose, then gives their share.',
			'You come back here with your sheet, and your safe opens.',
		],
		beforeTitle: 'Before you begin',
		before: 'If you find a single one of your keys, you need none of this.',
		begin: 'Begin: make my new paper key',
		stronger: 'First, a stronger log-in',
		last: {
			cancelled: (when) => `Your previous request was cancelled on ${when}.`,
			expired: (when) => `Your previous request ended on ${when}: it had lasted too long.`,
			replaced: (when) =>
				`Your previous request ended on ${when}: your guardians had been changed.`,
			completed: (when) => `Your safe was recovered on ${when}.`,
		},
		askTitle: 'Ask your guardians for help',
		askHow:
			'Your new paper key is ready. The request will be written in the public journal, and every page of your safe will show it.',
		ask: 'Ask my guardians for help',
		steps: ['a new paper key', 'trying the paper key', 'the request'],

		statusTitle: 'Your request is under way',
		sixTitle: 'The six words to tell your guardians',
		sixHow:
			'Call two of your guardians, or go to see them. Tell them these six words: they compare them with what their page shows.',
		sixKeep: 'Write them on your sheet. Do not send them by message.',
		sixOther: 'The same in French, if your guardian reads French',
		progress: 'How far has it come?',
		asked: (when) => `Asked for on ${when}`,
		waitsFor: 'Has not agreed yet: call them',
		agreed: (when) => `Agreed on ${when}`,
		mayGive: (when) => `Can give their share from ${when}`,
		mayGiveNow: 'Can give their share now: call them again',
		given: (when) => `Gave their share on ${when}`,
		enough: 'Two shares have come',
		enoughHelp: 'Take the sheet that you made for this request.',
		finish: 'Open my safe again',
		notEnough: (n) =>
			n === 0
				? 'Two shares are needed. None has come yet.'
				: 'Two shares are needed. One has come.',
		noHurry:
			'You can close this page and come back whenever you want, on any device. You will only need your sheet.',
		refresh: 'Refresh',
		cancel: 'Cancel this request',
		cancelMeans:
			'Your guardians will give nothing more for this request. If you still need help, everything has to begin again.',
		cancelGo: 'Cancel the request',
		keepGoing: 'Do not cancel',
		cancelled: 'The request is cancelled, and the public journal proves it.',

		paperTitle: 'Type your new paper key',
		paperHow: 'The 24 words of the sheet made for this request, in order.',
		sameWords:
			'Are these the six words that you told your guardians? If not, stop and cancel the request.',
		open: 'Put the shares together',
		notThisPaper: 'This is not the sheet of this request',
		notThisPaperHelp: 'Take the one that you made when you asked for help, and check its date.',
		secondDone:
			'Your paper key has put the shares together. A safe always keeps two ways: make the second one.',
		lostTitle: 'What do you still have in hand?',
		lostHow:
			'Tick only the old keys that you have found and that nobody else can have seen. The others will open nothing any more.',
		lostNone: 'If you have found nothing, tick nothing.',
		made: (when) => `Made on ${when}`,
		complete: 'Open my safe',
		completed: 'Your safe is open again. Choose new guardians: the earlier shares are worthless.',
		kinds: {
			paper: 'Paper key',
			passphrase: 'Passphrase',
			passkey: 'Passkey',
			custodians: 'Guardians',
		},
	},
);
