// What the gateway answers about documents that an administration has issued, and about its keys, by
// the slugs of internal/problem/catalogue.go.
export const issueErrors = {
	fr: {
		'key-rotated': [
			'Cette administration a changé de clé',
			'Rien n’a été partagé. Recommencez : le document sera scellé pour sa nouvelle clé.',
		],
		'issue-malformed': [
			'La signature d’émetteur est illisible',
			'Rien n’a été déposé. Signez de nouveau le document, ou déposez-le sans signature.',
		],
		'issue-not-yours': [
			'Ce n’est pas la signature de votre administration',
			'Rien n’a été déposé. La clé de votre administration a peut-être été remplacée : ouvrez-la de nouveau, puis recommencez.',
		],
		'issue-other-content': [
			'Le document n’est pas celui qui a été signé',
			'Son contenu a changé après la signature. Rien n’a été déposé. Choisissez-le de nouveau, puis recommencez.',
		],
	},
	en: {
		'key-rotated': [
			'This administration has changed its key',
			'Nothing was shared. Try again: the document will be sealed to its new key.',
		],
		'issue-malformed': [
			'The issuer’s signature cannot be read',
			'Nothing was deposited. Sign the document again, or deposit it without a signature.',
		],
		'issue-not-yours': [
			'This is not your administration’s signature',
			'Nothing was deposited. Your administration’s key may have been replaced: open it again, then try again.',
		],
		'issue-other-content': [
			'The document is not the one that was signed',
			'Its content has changed since it was signed. Nothing was deposited. Choose it again, then try again.',
		],
	},
} as const;
