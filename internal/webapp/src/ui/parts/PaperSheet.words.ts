import { words } from '../words.svelte.ts';

export const texts = words(
	{
		title: 'Clé papier de mon coffre',
		titleOffice: 'Clé papier de l’administration',
		made: (date: string) => `faite le ${date}`,
		qr: 'Code QR de la clé papier : il contient la même clé que les 24 mots',
		what: [
			'Ces 24 mots, dans cet ordre, ouvrent le coffre. Le code QR contient la même chose.',
			'Rangez cette feuille en lieu sûr, chez vous ou chez une personne de confiance, et pas avec la phrase de passe.',
			'Ne la photographiez pas et ne l’envoyez à personne. Ni la mairie, ni FranceConnect, ni un technicien ne vous la demandera.',
		],
		number: 'Numéro du coffre (il n’ouvre rien, il sert au guichet d’un médiateur) :',
		lost: 'Si vous la perdez, ouvrez le coffre avec un autre moyen, faites une nouvelle feuille et retirez celle-ci. Si vous perdez tout, personne ne pourra l’ouvrir.',
		lostOffice:
			'Si vous la perdez, votre autre moyen ouvre encore. Si vous perdez tout, personne ne pourra ouvrir.',
		note: 'Aucun nom n’est imprimé ici, exprès. Vous pouvez noter un repère que vous seul comprenez : ………………………………',
	},
	{
		title: 'Paper key of my safe',
		titleOffice: 'Paper key of the administration',
		made: (date: string) => `made on ${date}`,
		qr: 'QR code of the paper key: it holds the same key as the 24 words',
		what: [
			'These 24 words, in this order, unlock the safe. The QR code holds the same thing.',
			'Keep this sheet in a safe place, at home or with somebody you trust, and not together with the passphrase.',
			'Do not photograph it and send it to nobody. Neither the town hall, nor FranceConnect, nor any technician will ask you for it.',
		],
		number: 'Number of the safe (it opens nothing; it is for a mediator’s counter):',
		lost: 'If you lose it, unlock the safe another way, make a new sheet and remove this one. If you lose everything, nobody can unlock it.',
		lostOffice:
			'If you lose it, your other way still unlocks. If you lose everything, nobody can unlock it.',
		note: 'No name is printed here, on purpose. You may write a mark that only you understand: ………………………………',
	},
);
