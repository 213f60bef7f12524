import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Mes gardiens',
		lead: 'Si vous perdez toutes vos clés, deux gardiens sur trois peuvent vous rendre votre coffre.',
		whatTitle: 'Un gardien, qu’est-ce que c’est ?',
		what: 'C’est une personne ou une administration en qui vous avez confiance. Elle garde un morceau de votre clé de secours, et rien d’autre.',
		threeTitle: 'Pourquoi trois ?',
		three:
			'La clé de secours est coupée en trois morceaux, un par gardien. Deux suffisent : si un gardien est absent, les deux autres vous aident.',
		aloneTitle: 'Seul, personne ne peut rien',
		alone:
			'Avec un seul morceau, on n’ouvre rien et on ne lit rien. L’hébergeur du coffre n’en a aucun.',
		slowTitle: 'Cela prend trois jours, et vous pouvez dire non',
		slow: 'Chaque gardien attend trois jours entre son accord et le moment où il donne sa part. Pendant ce temps, chaque page de votre coffre vous prévient, et un bouton arrête tout.',
		chooseTitle: 'Choisissez-les bien',
		chooseThem:
			'Un gardien doit vous reconnaître, de vue ou à la voix, avant de vous aider. Deux gardiens qui s’entendraient contre vous pourraient ouvrir votre coffre.',
		noneTitle: 'Sans gardiens',
		none: 'Si vous perdez toutes vos clés, vos documents sont perdus pour toujours. Ni la mairie ni l’hébergeur ne pourront les rouvrir.',

		yours: 'Vos trois gardiens',
		since: (when: string) => `Nommés le ${when}`,
		knownAs: (name: string) => `Ils vous connaissent sous le nom : ${name}`,
		waits: (delay: string) => `Délai entre l’accord et le don de la part : ${delay}`,
		administration: 'Administration',
		person: 'Proche',
		replace: 'Changer de gardiens',
		replaceMeans:
			'Pour en changer, choisissez de nouveau trois gardiens. Les parts d’avant ne valent alors plus rien.',
		remove: 'Ne plus avoir de gardiens',
		removeMeans: [
			'Leurs parts ne vaudront plus rien. Vos clés, elles, continuent d’ouvrir votre coffre.',
			'Ensuite, si vous perdez toutes vos clés, vos documents sont perdus pour toujours.',
		],
		removeGo: 'Retirer mes gardiens',
		removed: 'Vous n’avez plus de gardiens.',
		unfinished: 'Vos gardiens ne peuvent pas encore vous aider',
		unfinishedHelp:
			'La dernière étape a été interrompue. Choisissez-les à nouveau : cela prend une minute.',
		start: 'Choisir trois gardiens',
		beGuardian: 'Être gardien de quelqu’un',

		chooseHead: 'Choisir trois gardiens',
		chooseLead:
			'Prévenez-les avant. Prenez par exemple votre mairie et deux proches qui n’habitent pas avec vous : un incendie ne vous les prendra pas.',
		chosen: 'Gardiens choisis',
		nth: ['Premier gardien', 'Deuxième gardien', 'Troisième gardien'],
		notChosen: 'À choisir',
		choose: 'Choisir',
		chooseNth: (nth: string) => `Choisir : ${nth.toLowerCase()}`,
		change: 'Changer',
		changeNth: (nth: string) => `Changer : ${nth.toLowerCase()}`,
		which: 'Qui sera ce gardien ?',
		kindAdministration: 'Une administration',
		kindAdministrationHint: 'Par exemple votre mairie. Sa clé est vérifiée dans le journal public.',
		kindPerson: 'Un proche',
		kindPersonHint:
			'Cette personne doit avoir un coffre ici. Elle vous donne elle-même son code de gardien.',
		whichAdministration: 'Quelle administration ?',
		code: 'Son code de gardien',
		codeHint:
			'Il commence par COFFREG1. Elle le trouve dans son coffre, à la page « Je suis gardien ». Demandez-le-lui en personne ou au téléphone.',
		checkCode: 'Vérifier ce code',
		codeIs: (name: string) => `C’est le code de ${name}`,
		codeOk: 'Son coffre existe, et le serveur n’a mis personne d’autre à sa place.',
		take: 'Prendre ce gardien',

		nameLabel: 'Comment vos gardiens vous connaissent',
		nameHint: 'Ils verront ce nom si vous demandez de l’aide. L’hébergeur le voit aussi.',
		delayLabel: 'Combien de temps attendent-ils entre l’accord et le don de leur part ?',
		delayHint:
			'C’est le temps qu’il vous reste pour tout arrêter, si la demande ne vient pas de vous.',
		delays: {
			day: 'Un jour',
			three: 'Trois jours (conseillé)',
			week: 'Sept jours',
			demo: 'Dix secondes (démonstration)',
		},
		name: 'Nommer ces trois gardiens',
		needThree: 'Choisissez trois gardiens.',
		needName: 'Écrivez le nom sous lequel vos gardiens vous connaissent.',
		named: 'Vos trois gardiens sont nommés. Dites-le-leur.',
		loading: 'Lecture de vos gardiens…',
		seconds: (n: string) => `${n} secondes`,
		days: (n: number) => (n === 1 ? 'un jour' : `${n} jours`),
	},
	{
		title: 'My guardians',
		lead: 'If you lose all your keys, two guardians out of three can give you your safe back.',
		whatTitle: 'What is a guardian?',
		what: 'It is a person or an administration that you trust. They keep one piece of your emergency key, and nothing else.',
		threeTitle: 'Why three?',
		three:
			'The emergency key is cut into three pieces, one for each guardian. Two are enough: if one guardian is away, the other two help you.',
		aloneTitle: 'Alone, nobody can do anything',
		alone: 'One piece opens nothing and reads nothing. The host of the safe has none.',
		slowTitle: 'It takes three days, and you can say no',
		slow: 'Each guardian waits three days between agreeing and giving their share. Meanwhile every page of your safe warns you, and one button stops it all.',
		chooseTitle: 'Choose them well',
		chooseThem:
			'A guardian must recognise you, by sight or by voice, before helping you. Two guardians who conspired against you could open your safe.',
		noneTitle: 'Without guardians',
		none: 'If you lose all your keys, your documents are lost for ever. Neither the town hall nor the host can open them again.',

		yours: 'Your three guardians',
		since: (when) => `Named on ${when}`,
		knownAs: (name) => `They know you as: ${name}`,
		waits: (delay) => `Delay between agreeing and giving the share: ${delay}`,
		administration: 'Administration',
		person: 'Relative or friend',
		replace: 'Change guardians',
		replaceMeans:
			'To change them, choose three guardians again. The earlier shares are then worthless.',
		remove: 'Have no guardians any more',
		removeMeans: [
			'Their shares will be worthless. Your keys go on unlocking your safe.',
			'From then on, if you lose all your keys, your documents are lost for ever.',
		],
		removeGo: 'Remove my guardians',
		removed: 'You have no guardians any more.',
		unfinished: 'Your guardians cannot help you yet',
		unfinishedHelp: 'The last step was interrupted. Choose them again: it takes a minute.',
		start: 'Choose three guardians',
		beGuardian: 'Be somebody’s guardian',

		chooseHead: 'Choose three guardians',
		chooseLead:
			'Tell them first. For instance take your town hall and two relatives who do not live with you: a fire will not take them from you.',
		chosen: 'Guardians chosen',
		nth: ['First guardian', 'Second guardian', 'Third guardian'],
		notChosen: 'To be chosen',
		choose: 'Choose',
		chooseNth: (nth) => `Choose: ${nth.toLowerCase()}`,
		change: 'Change',
		changeNth: (nth) => `Change: ${nth.toLowerCase()}`,
		which: 'Who will this guardian be?',
		kindAdministration: 'An administration',
		kindAdministrationHint:
			'For instance your town hall. Its key is checked in the public journal.',
		kindPerson: 'A relative or friend',
		kindPersonHint: 'They must have a safe here. They give you their guardian code themselves.',
		whichAdministration: 'Which administration?',
		code: 'Their guardian code',
		codeHint:
			'It begins with COFFREG1. They find it in their safe, on the page “I am a guardian”. Ask them for it in person or on the telephone.',
		checkCode: 'Check this code',
		codeIs: (name) => `This is the code of ${name}`,
		codeOk: 'Their safe exists, and the server has put nobody else in their place.',
		take: 'Take this guardian',

		nameLabel: 'How your guardians know you',
		nameHint: 'They will see this name if you ask for help. The host sees it too.',
		delayLabel: 'How long do they wait between agreeing and giving their share?',
		delayHint: 'It is the time you have to stop everything, if the request is not yours.',
		delays: {
			day: 'One day',
			three: 'Three days (advised)',
			week: 'Seven days',
			demo: 'Ten seconds (demonstration)',
		},
		name: 'Name these three guardians',
		needThree: 'Choose three guardians.',
		needName: 'Write the name that your guardians know you by.',
		named: 'Your three guardians are named. Tell them.',
		loading: 'Reading your guardians…',
		seconds: (n) => `${n} seconds`,
		days: (n) => (n === 1 ? 'one day' : `${n} days`),
	},
);

/** "trois jours", "10 secondes". */
export function delayText(seconds: number): string {
	return seconds >= 86_400
		? texts.days(Math.round(seconds / 86_400))
		: texts.seconds(String(seconds));
}
