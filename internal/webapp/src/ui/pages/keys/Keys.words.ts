import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Moyens d’ouverture',
		intro:
			'Chacun de ces moyens ouvre à lui seul votre coffre. Personne d’autre ne les a : ni la collectivité, ni l’hébergeur. Si vous les perdez tous, vos documents sont perdus.',
		listLabel: 'Vos moyens d’ouverture',
		paper: 'Clé papier',
		passphrase: 'Phrase de passe',
		passkey: 'Clé d’accès',
		paperGood:
			'24 mots et un code QR sur une feuille. Elle ouvre votre coffre sur n’importe quel appareil, même dans dix ans, et ouvre aussi un export sans connexion. Rangez-la chez vous, en lieu sûr ; ne la photographiez pas.',
		passphraseGood:
			'Sept mots tirés au hasard, à retenir ou à noter. Elle sert tous les jours, sur n’importe quel appareil et en ligne de commande.',
		passkeyGood:
			'L’empreinte, le visage ou le code de votre téléphone ou de votre ordinateur. C’est le plus rapide ; elle ne sert que sur les appareils qui la connaissent.',
		created: (when: string) => `Créée le ${when}`,
		locked: 'Ouvrez votre coffre pour voir quand chaque clé a été créée.',
		printTitle: 'Réimprimer la clé papier',
		print:
			'La clé papier n’est montrée qu’une fois, à sa création : elle n’est gardée nulle part, et ne peut donc pas être réimprimée. Si vous avez encore la feuille, photocopiez-la et rangez la copie ailleurs.',
		lostTitle: 'Une clé perdue ou vue par quelqu’un ?',
		lost: 'Une clé perdue n’ouvre rien sans une connexion à votre compte. Vérifiez que les autres fonctionnent, déconnectez les appareils que vous ne reconnaissez pas, et exportez vos documents.',
		sessions: 'Voir vos connexions',
		export: 'Exporter vos documents',
		loading: 'Lecture de votre trousseau…',
	},
	{
		title: 'Ways to unlock',
		intro:
			'Each of these opens your safe by itself. Nobody else has them: neither the local authority nor the host. If you lose all of them, your documents are lost.',
		listLabel: 'Ways to open your safe',
		paper: 'Paper key',
		passphrase: 'Passphrase',
		passkey: 'Passkey',
		paperGood:
			'24 words and a QR code on a sheet. It opens your safe on any device, even in ten years, and opens an export without any connection. Keep it at home in a safe place; do not photograph it.',
		passphraseGood:
			'Seven words drawn at random, to remember or to write down. It serves every day, on any device and on the command line.',
		passkeyGood:
			'The fingerprint, face or code of your phone or computer. It is the fastest; it serves only on devices that know it.',
		created: (when) => `Made on ${when}`,
		locked: 'Open your safe to see when each key was made.',
		printTitle: 'Print the paper key again',
		print:
			'The paper key is shown only once, when it is made: it is kept nowhere, so it cannot be printed again. If you still have the sheet, photocopy it and keep the copy elsewhere.',
		lostTitle: 'A key lost, or seen by somebody?',
		lost: 'A lost key opens nothing without a log-in to your account. Check that the others work, log out the devices that you do not recognise, and export your documents.',
		sessions: 'See your log-ins',
		export: 'Export your documents',
		loading: 'Reading your keyring…',
	},
);
