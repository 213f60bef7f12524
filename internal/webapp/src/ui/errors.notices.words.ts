// What goes wrong with choosing how to hear of news.
export const noticeErrors = {
	fr: {
		'wrong-code': [
			'Ce n’est pas le bon code',
			'Tapez les six chiffres du dernier message reçu. Après cinq erreurs, il faut demander un autre code.',
		],
		'no-email': [
			'Ce n’est pas une adresse e-mail',
			'Écrivez une seule adresse, comme prenom.nom@exemple.fr.',
		],
		'not-listed': [
			'Cette adresse ne peut pas être appelée',
			'Seules les adresses en https des serveurs que l’hébergeur a inscrits peuvent l’être.',
		],
		'push-refused': [
			'Les notifications ne sont pas permises',
			'Permettez-les pour ce site dans les réglages de votre navigateur, puis recommencez.',
		],
		'push-unavailable': [
			'Cet appareil ne peut pas être prévenu',
			'Le service de notification de votre navigateur ne répond pas, ou n’est pas permis ici. Choisissez l’e-mail, ou réessayez plus tard.',
		],
	},
	en: {
		'wrong-code': [
			'Not the right code',
			'Type the six digits of the newest message. After five mistakes another code has to be asked for.',
		],
		'no-email': ['Not an e-mail address', 'Write one address, such as first.last@example.org.'],
		'not-listed': [
			'This address cannot be called',
			'Only https addresses of servers that the host has listed can be.',
		],
		'push-refused': [
			'Notifications are not allowed',
			'Allow them for this site in the settings of your browser, then try again.',
		],
		'push-unavailable': [
			'This device cannot be informed',
			'The notification service of your browser does not answer, or is not allowed here. Choose e-mail, or try again later.',
		],
	},
} as const;
