import { words } from '../../words.svelte.ts';

export const text = words(
	{
		title: 'Vérifier un reçu',
		lead: 'Un reçu prouve qu’un acte est écrit dans le journal public d’un coffre : un dépôt, un partage, une ouverture. Cette page le vérifie pour vous, ainsi que l’attestation de ce qu’un médiateur a fait.',
		private:
			'Tout se passe dans votre navigateur. Ni le reçu ni aucun document n’est envoyé, et aucun compte n’est demandé.',
		give: 'Le reçu',
		file: 'Choisir le fichier du reçu',
		drop: 'Vous pouvez aussi le déposer ici.',
		paste: 'Ou coller le contenu du reçu, ou son lien',
		check: 'Vérifier',
		checking: 'Vérification…',
		nothing: 'Choisissez un fichier, ou collez un reçu ou un lien.',
		tooLong:
			'Ce fichier est trop long pour être un reçu. Est-ce le document lui-même, ou tout un journal ? Le programme coffre sait relire un journal (coffre verify export).',

		proven: 'Ce reçu est vrai',
		provenNow:
			'Le registre public l’a signé, et le contient toujours aujourd’hui, sans rien de réécrit.',
		provenThen:
			'Le registre public l’a signé. Le registre d’aujourd’hui n’a pas pu être consulté : recommencez avec une connexion pour le savoir aussi.',
		witnessed: (names: string) =>
			`Les témoins que ce navigateur connaît depuis une visite précédente ont vu ce même registre : ${names}.`,
		witnessedNew: (names: string) =>
			`Des témoins que ce site nomme lui-même ont vu ce même registre : ${names}. C’est la première fois que ce navigateur les rencontre : il ne sait pas encore s’ils sont indépendants de l’hébergeur.`,
		attested: 'Cette attestation est vraie',
		attestedText:
			'Le mandat est signé par la clé de ce coffre, et chacun des actes ci-dessous est dans le registre public.',
		attestedSheet: (when: string) =>
			`Vérifié le ${when} : signature de l’usager et preuve de chaque acte.`,
		foreign: 'Ce reçu vient d’un autre registre que celui de ce site',
		foreignText: (log: string) =>
			`Il est bien signé par le registre « ${log} », mais cette page ne sait pas à qui il appartient. Demandez à l’organisme concerné l’adresse de sa propre page de vérification.`,

		bad: 'Ce reçu ne prouve rien',
		badText: {
			leaf: 'Ce qui est écrit dans ce reçu n’est pas dans le registre public : il a été modifié, inventé, ou il vient d’ailleurs.',
			mismatch:
				'L’acte est peut-être vrai, mais l’empreinte du document n’est pas celle à laquelle il s’engage.',
			other: 'La vérification a échoué.',
		},
		register: 'Le registre public n’est pas comme il devrait',
		registerText: {
			rollback:
				'Il a été réécrit : ce qu’il montre aujourd’hui ne continue pas ce qu’il avait signé. Ce reçu reste une preuve, et c’est le registre qu’elle met en cause.',
			witnesses:
				'Les témoins qui devraient le contresigner n’y sont pas : ce site pourrait vous montrer un autre registre qu’à tout le monde. On ne peut rien dire du reçu pour l’instant.',
			hole: 'Il en manque une partie : il a signé plus de lignes que ce site n’en montre. On ne peut rien dire du reçu pour l’instant.',
			other:
				'Ce qu’il montre contredit ce que ce navigateur a déjà vu. On ne peut rien dire du reçu pour l’instant.',
		},
		registerSteps: {
			keep: 'Gardez le reçu, et enregistrez les preuves ci-dessous.',
			fault: 'La personne qui vous a donné ce reçu n’y est pour rien.',
			elsewhere: 'Si vous le pouvez, recommencez depuis un autre appareil ou un autre réseau.',
			ask: 'Montrez les preuves à quelqu’un de confiance qui n’est pas l’hébergeur. Sans explication claire de l’hébergeur, par écrit, saisissez la CNIL : www.cnil.fr, 01 53 73 22 22.',
		},
		todo: 'Que faire ?',
		steps: {
			keep: 'Gardez le reçu tel quel et enregistrez les preuves ci-dessous.',
			rely: 'Ne vous appuyez pas sur ce reçu, et ne dites pas pour autant que quelqu’un a triché : un fichier abîmé pendant l’envoi donne le même résultat.',
			again:
				'Demandez à la personne qui vous l’a donné de le télécharger à nouveau depuis son coffre.',
			ask: 'Si cela ne change rien, montrez les preuves à quelqu’un de confiance qui n’est pas l’hébergeur, puis à l’hébergeur, par écrit.',
		},
		keep: 'Enregistrer les preuves',

		notOne: 'Ce n’est pas un reçu',
		notOneText:
			'Ce fichier ou ce texte n’a pas la forme d’un reçu de Coffre. Vérifiez que rien n’a été coupé en le copiant.',
		elsewhere: 'Ce lien est celui d’un autre site',
		elsewhereText: (site: string) =>
			`Seul le site ${site} peut vérifier son propre lien. Ouvrez-le là-bas si vous le connaissez, ou demandez le fichier du reçu.`,
		offline: 'Le registre ne répond pas',
		offlineText:
			'Un lien ne contient pas toute la preuve : il faut lire le registre public. Vérifiez votre connexion, puis réessayez ; ou demandez le fichier du reçu, qui se vérifie sans connexion.',
		old: 'Ce navigateur est trop ancien pour lire un lien',
		oldText: 'Demandez le fichier du reçu, ou ouvrez ce lien dans un navigateur plus récent.',

		means: 'Ce que cela prouve',
		provesAct: (who: string, when: string) =>
			`À la date du ${when}, le service a écrit que cet acte est celui de : ${who}.`,
		provesSame:
			'Cette ligne n’a pas été changée depuis : elle est scellée avec toutes les autres dans un registre que n’importe qui peut relire.',
		provesContent:
			'Le document concerné avait exactement l’empreinte indiquée : comparez-la ci-dessous avec un fichier.',
		meansNot: 'Ce que cela ne prouve pas',
		provesNot: [
			'Que ce que dit le document est vrai, ni qui l’a écrit.',
			'Que la personne qui vous montre ce reçu est celle qui y est nommée.',
		],
		provesNoContent: 'De quel document il s’agit : ce reçu n’en contient pas l’empreinte.',

		compare: 'Comparer avec un document',
		compareHow:
			'Choisissez le document que l’on vous a donné : votre navigateur dit si c’est exactement celui du reçu. Le document n’est pas envoyé.',
		compareFile: 'Choisir le document',
		comparing: 'Calcul de l’empreinte…',
		same: (name: string) => `« ${name} » est exactement le document du reçu`,
		sameText: 'Même taille, même empreinte : pas un octet n’a changé.',
		differs: (name: string) => `« ${name} » n’est pas le document du reçu`,
		differsText:
			'Même ouvert puis enregistré à nouveau, un document n’a plus la même empreinte. Demandez le fichier d’origine.',

		save: 'Enregistrer le reçu complet',
		print: 'Imprimer',
		another: 'Vérifier un autre reçu',
		saved: (name: string) => `${name} est enregistré sur votre appareil.`,
	},
	{
		title: 'Check a receipt',
		lead: 'A receipt proves that an act is written in the public journal of a safe: a deposit, a share, an opening. This page checks it for you, and the attestation of what a mediator did.',
		private:
			'Everything happens in your browser. Neither the receipt nor any document is sent, and no account is asked for.',
		give: 'The receipt',
		file: 'Choose the file of the receipt',
		drop: 'You can also drop it here.',
		paste: 'Or paste the content of the receipt, or its link',
		check: 'Check',
		checking: 'Checking…',
		nothing: 'Choose a file, or paste a receipt or a link.',
		tooLong:
			'This file is too long to be a receipt. Is it the document itself, or a whole journal? The program coffre can read a journal (coffre verify export).',

		proven: 'This receipt is true',
		provenNow: 'The public register signed it, and holds it still today, with nothing rewritten.',
		provenThen:
			'The public register signed it. The register of today could not be looked at: try again with a connection to know that too.',
		witnessed: (names) =>
			`The witnesses that this browser knows from an earlier visit have seen this very register: ${names}.`,
		witnessedNew: (names) =>
			`Witnesses that this site names itself have seen this very register: ${names}. This browser meets them for the first time: it does not know yet whether they are independent of the host.`,
		attested: 'This attestation is true',
		attestedText:
			'The mandate is signed by the key of this safe, and each act below is in the public register.',
		attestedSheet: (when) =>
			`Verified on ${when}: the citizen’s signature and the proof of each act.`,
		foreign: 'This receipt comes from another register than this site’s',
		foreignText: (log) =>
			`It is signed by the register “${log}”, but this page does not know whose that is. Ask the organisation concerned for the address of its own page of verification.`,

		bad: 'This receipt proves nothing',
		badText: {
			leaf: 'What is written in this receipt is not in the public register: it was changed, made up, or comes from elsewhere.',
			mismatch:
				'The act may be true, but the hash of the document is not the one that it commits to.',
			other: 'The check failed.',
		},
		register: 'The public register is not as it should be',
		registerText: {
			rollback:
				'It was rewritten: what it shows today does not go on from what it had signed. This receipt is still a proof, and it is the register that it accuses.',
			witnesses:
				'The witnesses who should cosign it are missing: this site may be showing you another register than everybody else. Nothing can be said of the receipt for now.',
			hole: 'A part of it is missing: it has signed more lines than this site shows. Nothing can be said of the receipt for now.',
			other:
				'What it shows contradicts what this browser has seen before. Nothing can be said of the receipt for now.',
		},
		registerSteps: {
			keep: 'Keep the receipt, and save the evidence below.',
			fault: 'The person who gave you this receipt has nothing to do with it.',
			elsewhere: 'If you can, try again from another device or another network.',
			ask: 'Show the evidence to somebody you trust who is not the host. Without a clear explanation from the host, in writing, turn to the CNIL: www.cnil.fr, +33 1 53 73 22 22.',
		},
		todo: 'What to do?',
		steps: {
			keep: 'Keep the receipt as it is and save the evidence below.',
			rely: 'Do not rely on this receipt, and do not say for all that that somebody cheated: a file that was damaged on its way gives the same result.',
			again: 'Ask the person who gave it to you to download it again from their safe.',
			ask: 'If that changes nothing, show the evidence to somebody you trust who is not the host, then to the host, in writing.',
		},
		keep: 'Save the evidence',

		notOne: 'This is not a receipt',
		notOneText:
			'This file or text has not the form of a receipt of Coffre. Check that nothing was cut when it was copied.',
		elsewhere: 'This link is another site’s',
		elsewhereText: (site) =>
			`Only the site ${site} can check its own link. Open it there if you know it, or ask for the file of the receipt.`,
		offline: 'The register does not answer',
		offlineText:
			'A link does not hold the whole proof: the public register has to be read. Check your connection and try again; or ask for the file of the receipt, which is checked without a connection.',
		old: 'This browser is too old to read a link',
		oldText: 'Ask for the file of the receipt, or open this link in a later browser.',

		means: 'What this proves',
		provesAct: (who, when) => `On ${when}, the service wrote that this act is that of: ${who}.`,
		provesSame:
			'This line was not changed since: it is sealed with all others in a register that anybody can read again.',
		provesContent:
			'The document concerned had exactly the hash that is shown: compare it with a file below.',
		meansNot: 'What this does not prove',
		provesNot: [
			'That what the document says is true, or who wrote it.',
			'That the person who shows you this receipt is the one who is named in it.',
		],
		provesNoContent: 'Which document it is about: this receipt does not hold its hash.',

		compare: 'Compare with a document',
		compareHow:
			'Choose the document that you were given: your browser says whether it is exactly the one of the receipt. The document is not sent.',
		compareFile: 'Choose the document',
		comparing: 'Computing the hash…',
		same: (name) => `“${name}” is exactly the document of the receipt`,
		sameText: 'Same size, same hash: not a byte has changed.',
		differs: (name) => `“${name}” is not the document of the receipt`,
		differsText:
			'Even opened and saved again, a document has another hash. Ask for the original file.',

		save: 'Save the whole receipt',
		print: 'Print',
		another: 'Check another receipt',
		saved: (name) => `${name} is saved on your device.`,
	},
);
