import { words } from '../../words.svelte.ts';

export const text = words(
	{
		title: 'Mon journal',
		lead: 'Tout ce qui arrive à votre coffre y est écrit, les essais refusés aussi. Ce qui est vérifié ne peut plus être changé sans que cela se voie.',
		loading: 'Lecture et vérification de votre journal…',
		alarm: 'Ce journal contredit ce que ce navigateur a déjà vu',
		allThere: (n: number) =>
			n > 1
				? `${n} événements vérifiés par votre navigateur, aucun ne manque`
				: '1 événement vérifié par votre navigateur, aucun ne manque',
		allHere: (n: number) =>
			n > 1
				? `${n} événements vérifiés par votre navigateur, aucun ne manque parmi eux`
				: '1 événement vérifié par votre navigateur',
		allGood: (n: number) =>
			n > 1
				? `${n} événements vérifiés par votre navigateur`
				: '1 événement vérifié par votre navigateur',
		someWait: (n: number) =>
			n > 1
				? `${n} autres viennent d’être écrits et seront vérifiés dans un instant.`
				: 'Un autre vient d’être écrit et sera vérifié dans un instant.',
		olderUnread: 'Les plus anciens ne sont pas encore lus.',
		checkAll: 'Lire et vérifier tout le journal',
		someWrong: (n: number) =>
			n > 1 ? `${n} événements ne sont pas prouvés` : 'Un événement n’est pas prouvé',
		someWrongHelp:
			'Les lignes marquées en rouge ont pu être modifiées, inventées ou déplacées. Les autres sont vérifiées.',
		lost: (n: number) =>
			n > 1
				? `${n} événements que ce navigateur avait vus ne sont plus là`
				: 'Un événement que ce navigateur avait vu n’est plus là',
		lostHelp: (when: string) =>
			`L’hébergeur a remis une sauvegarde en place le ${when}, et ce journal le dit. Ce qui s’est passé entre la sauvegarde et ce jour-là est perdu : vérifiez vos documents et vos partages, et demandez-lui ce qui est arrivé.`,
		pruned: (n: number, before: string) =>
			`Les événements plus anciens (${n}, d’avant le ${before}) sont effacés : leur durée de conservation est passée.`,
		todo: 'Que faire maintenant ?',
		steps: {
			keep: 'Enregistrez les preuves. Ce fichier ne contient ni vos documents, ni vos clés.',
			wait: 'N’ajoutez, ne partagez et n’effacez rien pour l’instant. Vos documents restent scellés : personne ne peut les lire.',
			elsewhere:
				'Si vous le pouvez, regardez votre journal depuis un autre appareil ou un autre réseau, et notez si l’alerte y est aussi.',
			ask: 'Montrez le fichier à une personne de confiance qui n’est pas l’hébergeur : un conseiller numérique, une association, un proche qui s’y connaît. Il n’a besoin ni de votre compte, ni de vos clés pour l’examiner.',
			call: (site: string, contact: string) =>
				`Signalez-le à l’hébergeur${site === '' ? '' : ` (${[site, contact].filter(Boolean).join(', ')})`}, par écrit. Sans réponse claire, saisissez la CNIL : www.cnil.fr, 01 53 73 22 22.`,
		},
		saveAll: 'Enregistrer toutes les preuves',
		whatDoesItMean: 'Que veut dire « vérifié » ?',
		explained: [
			'Chaque événement est scellé dans un registre public, comme une page numérotée d’un livre relié. Le registre ne dit rien de vous : il ne contient que des empreintes.',
			'Votre navigateur refait le calcul lui-même : il vérifie que l’événement que vous lisez est bien à sa place dans le registre, et que le registre n’a pas été réécrit depuis votre dernière visite.',
			'« En attente » veut dire que l’événement vient d’être écrit ; il rejoint le registre en une seconde ou deux.',
		],
		filters: 'Chercher dans le journal',
		filtersOn: 'Chercher dans le journal (filtre actif)',
		show: 'Montrer',
		groups: {
			all: 'Tout',
			documents: 'Documents',
			shares: 'Partages',
			deposits: 'Dépôts',
			access: 'Connexions et clés',
			refused: 'Essais refusés',
		},
		whom: 'Qui a agi',
		everybody: 'Tout le monde',
		wholeSide: {
			you: 'Vous',
			agent: 'Toutes les administrations',
			system: 'Tous les logiciels',
			operator: 'Le service technique',
			other: 'Toutes les autres personnes',
		},
		sides: {
			you: 'Vous',
			agent: 'Administration',
			system: 'Logiciel',
			operator: 'Service technique',
			other: 'Autre personne',
		},
		document: 'Document',
		everyDocument: 'Tous les documents',
		unnamed: (id: string) => `Document sans nom (${id})`,
		period: 'Période',
		periods: {
			all: 'Depuis le début',
			week: 'Les 7 derniers jours',
			month: 'Les 30 derniers jours',
			year: 'Les 12 derniers mois',
			dates: 'Entre deux dates…',
		},
		from: 'Du',
		to: 'Au',
		found: (n: number, all: number) =>
			n > 1 ? `${n} événements sur ${all} sont montrés.` : `${n} événement sur ${all} est montré.`,
		readingAll: (n: number) => `Lecture de tout le journal… ${n} événements`,
		refresh: 'Actualiser',
		onlyAbout: (name: string) => `Seulement ce qui concerne ${name}.`,
		everything: 'Tout voir',
		take: 'Emporter le journal',
		takePrint: 'Imprimer ou enregistrer en PDF',
		takeTable: 'Tableau (CSV, pour un tableur)',
		takeProofs: 'Preuves (JSON, à revérifier ailleurs)',
		taken: (name: string) => `${name} est enregistré sur votre appareil.`,
		nothing: 'Le journal est encore vide.',
		nothingHere: 'Rien de tel parmi les événements affichés.',
		older: 'Plus anciens',
		beginning: 'Vous êtes au début de votre journal.',
		proven: 'Vérifié',
		waiting: 'En attente',
		unproven: 'Non prouvé',
		meaning: {
			ok: 'Votre navigateur a trouvé cet événement à sa place dans le registre public.',
			waiting:
				'Cet événement est écrit, mais pas encore dans un état signé du registre. C’est l’affaire d’un instant.',
			failed:
				'La preuve fournie par le serveur ne correspond pas à cet événement : il a pu être modifié, inventé ou déplacé.',
		},
		openedNote:
			'Ouvrir un document, le partager ou lire l’étiquette d’un dépôt demande sa clé. Le journal écrit chaque remise de clé comme une ouverture.',
		place: 'Numéro dans votre journal',
		receipt: 'Faire un reçu',
		when: 'Date et heure',
		who: 'Par',
		you: 'Vous',
		door: 'Comment',
		administration: 'Administration',
		service: 'Service',
		purpose: 'Motif',
		procedure: 'Procédure',
		sealedBy: 'Document',
		eventId: 'Identifiant de l’événement',
		leaf: 'Place dans le registre',
		docId: 'Identifiant du document',
		versionId: 'Version du document',
		hash: 'Empreinte SHA-256',
		grantId: 'Identifiant du partage',
		addressId: 'Adresse de dépôt',
		level: 'Niveau d’identification',
		what: 'Nature de l’événement',
		history: 'Toute l’histoire de ce document',
		columns: {
			place: 'Numéro',
			time: 'Date et heure',
			utc: 'Date et heure (UTC)',
			said: 'Événement',
			who: 'Par',
			side: 'De la part de',
			what: 'Nature',
			result: 'Résultat',
			reason: 'Raison du refus',
			document: 'Document',
			doc: 'Identifiant du document',
			administration: 'Administration',
			service: 'Service',
			purpose: 'Motif',
			leaf: 'Place dans le registre',
			checked: 'Preuve',
			id: 'Identifiant de l’événement',
		},
		print: {
			title: 'Journal du coffre',
			holder: 'Titulaire',
			safe: 'Coffre',
			host: 'Hébergeur',
			period: 'Période',
			between: (from: string, to: string) => (from === to ? from : `du ${from} au ${to}`),
			events: 'Événements',
			listed: (n: number, all: number) =>
				n === all ? `${n}, tout le journal` : `${n}, choisis parmi les ${all} du journal`,
			made: 'Imprimé le',
			checked: 'Vérification',
			legend: 'Qui a agi',
			sides: {
				you: 'le titulaire du coffre',
				agent: 'une personne d’une administration',
				system: 'le logiciel d’une administration',
				operator: 'l’entretien du service, sans lire les documents',
				other: 'quelqu’un d’autre, ou une personne non identifiée',
			},
			proofs:
				'« Vérifié » : le navigateur du titulaire a retrouvé l’événement à sa place dans le registre public, dont l’état est imprimé à la fin.',
			number: 'N°',
			caption: 'Événements, du plus récent au plus ancien',
			state: 'État du registre public',
			stateNote:
				'Texte signé par le registre : son nom, son nombre d’entrées, l’empreinte de toutes ses entrées, les signatures.',
			key: 'Clé du registre',
			again: 'Pour revérifier',
			againNote: (site: string) =>
				`Le fichier « Preuves (JSON) » du même journal se revérifie sans connexion avec le programme libre coffre (coffre verify export), et chaque reçu sur ${site}/verifier. Cette feuille est un résumé lisible : la preuve est dans le fichier.`,
			go: 'Imprimer',
			back: 'Revenir au journal',
			how: 'Dans la fenêtre d’impression, « Enregistrer au format PDF » en fait un fichier.',
		},
	},
	{
		title: 'My journal',
		lead: 'Everything that happens to your safe is written here, refused tries too. What is checked can no longer be changed without it showing.',
		loading: 'Reading and checking your journal…',
		alarm: 'This journal contradicts what this browser has seen before',
		allThere: (n) =>
			`${n === 1 ? '1 event' : `${n} events`} checked by your browser, none is missing`,
		allHere: (n) =>
			n === 1
				? '1 event checked by your browser'
				: `${n} events checked by your browser, none is missing among them`,
		allGood: (n) => `${n === 1 ? '1 event' : `${n} events`} checked by your browser`,
		someWait: (n) =>
			n > 1
				? `${n} more have just been written and will be checked in a moment.`
				: 'One more has just been written and will be checked in a moment.',
		olderUnread: 'Older ones have not been read yet.',
		checkAll: 'Read and check the whole journal',
		someWrong: (n) => (n > 1 ? `${n} events are not proven` : 'One event is not proven'),
		someWrongHelp:
			'The lines marked in red may have been changed, made up or moved. The others are checked.',
		lost: (n) =>
			n > 1
				? `${n} events that this browser had seen are no longer there`
				: 'An event that this browser had seen is no longer there',
		lostHelp: (when) =>
			`The host restored a backup on ${when}, and this journal says so. What happened between the backup and that day is lost: check your documents and your shares, and ask what happened.`,
		pruned: (n, before) =>
			`Older events (${n}, of before ${before}) are erased: their time of keeping is over.`,
		todo: 'What to do now?',
		steps: {
			keep: 'Save the evidence. This file holds neither your documents nor your keys.',
			wait: 'Add, share and erase nothing for now. Your documents stay sealed: nobody can read them.',
			elsewhere:
				'If you can, look at your journal from another device or another network, and note whether the alarm is there too.',
			ask: 'Show the file to somebody you trust who is not the host: a digital adviser, an association, a relative who knows about it. They need neither your account nor your keys to examine it.',
			call: (site, contact) =>
				`Report it to the host${site === '' ? '' : ` (${[site, contact].filter(Boolean).join(', ')})`}, in writing. Without a clear answer, turn to the CNIL: www.cnil.fr, +33 1 53 73 22 22.`,
		},
		saveAll: 'Save all the evidence',
		whatDoesItMean: 'What does “checked” mean?',
		explained: [
			'Each event is sealed in a public register, like a numbered page of a bound book. The register says nothing about you: it holds only fingerprints.',
			'Your browser does the sums itself: it checks that the event you read is at its place in the register, and that the register has not been rewritten since your last visit.',
			'“Waiting” means that the event has just been written; it joins the register in a second or two.',
		],
		filters: 'Search the journal',
		filtersOn: 'Search the journal (a filter is on)',
		show: 'Show',
		groups: {
			all: 'Everything',
			documents: 'Documents',
			shares: 'Shares',
			deposits: 'Deposits',
			access: 'Log-ins and keys',
			refused: 'Refused tries',
		},
		whom: 'Who acted',
		everybody: 'Everybody',
		wholeSide: {
			you: 'You',
			agent: 'All administrations',
			system: 'All software',
			operator: 'The technical service',
			other: 'All other people',
		},
		sides: {
			you: 'You',
			agent: 'Administration',
			system: 'Software',
			operator: 'Technical service',
			other: 'Somebody else',
		},
		document: 'Document',
		everyDocument: 'All documents',
		unnamed: (id) => `Document without a name (${id})`,
		period: 'Period',
		periods: {
			all: 'Since the beginning',
			week: 'The last 7 days',
			month: 'The last 30 days',
			year: 'The last 12 months',
			dates: 'Between two dates…',
		},
		from: 'From',
		to: 'To',
		found: (n, all) => `${n} of ${all} events ${n === 1 ? 'is' : 'are'} shown.`,
		readingAll: (n) => `Reading the whole journal… ${n} events`,
		refresh: 'Refresh',
		onlyAbout: (name) => `Only what is about ${name}.`,
		everything: 'See everything',
		take: 'Take the journal with you',
		takePrint: 'Print or save as PDF',
		takeTable: 'Table (CSV, for a spreadsheet)',
		takeProofs: 'Proofs (JSON, to be checked elsewhere)',
		taken: (name) => `${name} is saved on your device.`,
		nothing: 'The journal is still empty.',
		nothingHere: 'Nothing of that kind among the events shown.',
		older: 'Older',
		beginning: 'This is the beginning of your journal.',
		proven: 'Checked',
		waiting: 'Waiting',
		unproven: 'Not proven',
		meaning: {
			ok: 'Your browser found this event at its place in the public register.',
			waiting:
				'This event is written, but not yet in a signed state of the register. It takes a moment.',
			failed:
				'The proof that the server gave does not fit this event: it may have been changed, made up or moved.',
		},
		openedNote:
			'Opening a document, sharing it or reading the label of a deposit takes its key. The journal writes each handing over of a key as an opening.',
		place: 'Number in your journal',
		receipt: 'Make a receipt',
		when: 'Date and time',
		who: 'By',
		you: 'You',
		door: 'How',
		administration: 'Administration',
		service: 'Service',
		purpose: 'Purpose',
		procedure: 'Procedure',
		sealedBy: 'Document',
		eventId: 'Event identifier',
		leaf: 'Place in the register',
		docId: 'Document identifier',
		versionId: 'Document version',
		hash: 'SHA-256 hash',
		grantId: 'Share identifier',
		addressId: 'Deposit address',
		level: 'Level of identification',
		what: 'Kind of event',
		history: 'The whole history of this document',
		columns: {
			place: 'Number',
			time: 'Date and time',
			utc: 'Date and time (UTC)',
			said: 'Event',
			who: 'By',
			side: 'On behalf of',
			what: 'Kind',
			result: 'Result',
			reason: 'Reason of the refusal',
			document: 'Document',
			doc: 'Document identifier',
			administration: 'Administration',
			service: 'Service',
			purpose: 'Purpose',
			leaf: 'Place in the register',
			checked: 'Proof',
			id: 'Event identifier',
		},
		print: {
			title: 'Journal of the safe',
			holder: 'Holder',
			safe: 'Safe',
			host: 'Host',
			period: 'Period',
			between: (from, to) => (from === to ? from : `from ${from} to ${to}`),
			events: 'Events',
			listed: (n, all) =>
				n === all ? `${n}, the whole journal` : `${n}, chosen among the ${all} of the journal`,
			made: 'Printed on',
			checked: 'Check',
			legend: 'Who acted',
			sides: {
				you: 'the holder of the safe',
				agent: 'a person of an administration',
				system: 'the software of an administration',
				operator: 'the upkeep of the service, which reads no document',
				other: 'somebody else, or a person who was not identified',
			},
			proofs:
				'“Checked”: the holder’s browser found the event at its place in the public register, whose state is printed at the end.',
			number: 'No.',
			caption: 'Events, newest first',
			state: 'State of the public register',
			stateNote:
				'Text signed by the register: its name, how many entries it has, the fingerprint of all its entries, the signatures.',
			key: 'Key of the register',
			again: 'To check it again',
			againNote: (site) =>
				`The file “Proofs (JSON)” of the same journal can be checked offline with the free program coffre (coffre verify export), and each receipt on ${site}/verifier. This sheet is a summary to be read: the proof is in the file.`,
			go: 'Print',
			back: 'Back to the journal',
			how: 'In the print window, “Save as PDF” makes a file of it.',
		},
	},
);
