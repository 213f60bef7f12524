import { words } from '../../words.svelte.ts';

export const text = words(
	{
		title: 'Mandats',
		lead: 'Les médiateurs que vous avez laissés agir dans votre coffre, ce qu’ils ont fait, et de quoi les arrêter.',
		loading: 'Lecture des mandats…',
		lockedHow:
			'Vous voyez tout et vous pouvez tout arrêter sans déverrouiller. Votre coffre ouvert, votre navigateur vérifie aussi ce que vous avez signé et montre ce qui a été fait.',
		unlock: 'Déverrouiller pour vérifier',
		unlockTitle: 'Déverrouillez votre coffre',
		code: 'Un médiateur vous a donné un code',
		now: 'En cours',
		nobody: 'Personne n’agit pour vous en ce moment.',
		past: 'Terminés',
		none: 'Aucun mandat pour l’instant.',
		acting: (mediator: string) => `${mediator} agit pour vous en ce moment`,
		until: (when: string) => `Jusqu’à ${when} au plus tard`,
		lasts: (when: string) => `Jusqu’au ${when} au plus tard`,
		documents: (n: string) => `Documents : ${n}`,
		stop: 'Arrêter maintenant',
		stopNamed: (mediator: string) => `Arrêter ${mediator} maintenant`,
		stopped: (mediator: string) => `C’est arrêté : ${mediator} ne peut plus rien faire.`,
		did: 'Ce qui a été fait',
		didNamed: (mediator: string, when: string) => `Ce que ${mediator} a fait le ${when}`,
		reading: 'Preuves de chaque acte…',
		proven: (when: string) => `Vérifié le ${when} : votre signature et la preuve de chaque acte.`,
		close: 'Fermer',
		paper: 'Mandat signé sur papier : dépôt seulement.',
		legal: (measure: string, reference: string) =>
			`${measure === 'curatelle' ? 'Curatelle' : 'Tutelle'}, décision de justice : ${reference}`,
		tutelle:
			'Cette personne peut déposer des documents en votre nom. Elle ne peut ni lire votre coffre, ni toucher à vos clés.',
		curatelle:
			'Cette personne ne peut rien faire seule : pour chaque session il faut votre présence et votre accord. Elle ne peut jamais toucher à vos clés.',
		legalWaits:
			'Une seconde personne doit encore confirmer la décision : rien n’est possible avant.',
		legalEnds:
			'Inscrit d’après une décision de justice. Pour la contester, adressez-vous au juge ; l’exploitant du coffre l’arrête dès qu’elle prend fin.',
		more: 'Voir plus',
		on: (when: string) => `Signé le ${when}`,
		ended: {
			citizen: 'Arrêté par vous',
			mediator: 'Terminé par le médiateur',
			operator: 'Arrêté par l’exploitant',
			structure: 'Fin de l’habilitation',
			time: 'Temps écoulé',
			number: 'Mauvais numéro',
			root: 'Signature du coffre remplacée',
		},
	},
	{
		title: 'Mandates',
		lead: 'The mediators whom you let act in your safe, what they did, and how to stop them.',
		loading: 'Reading the mandates…',
		lockedHow:
			'You see all of it and can stop all of it without unlocking. With your safe open, your browser also verifies what you signed and shows what was done.',
		unlock: 'Unlock to verify',
		unlockTitle: 'Unlock your safe',
		code: 'A mediator gave you a code',
		now: 'In force',
		nobody: 'Nobody acts for you at this moment.',
		past: 'Over',
		none: 'No mandate so far.',
		acting: (mediator) => `${mediator} acts for you at this moment`,
		until: (when) => `Until ${when} at the latest`,
		lasts: (when) => `Until ${when} at the latest`,
		documents: (n) => `Documents: ${n}`,
		stop: 'Stop now',
		stopNamed: (mediator) => `Stop ${mediator} now`,
		stopped: (mediator) => `Stopped: ${mediator} can do nothing more.`,
		did: 'What was done',
		didNamed: (mediator, when) => `What ${mediator} did on ${when}`,
		reading: 'Proofs of each act…',
		proven: (when) => `Verified on ${when}: your signature and the proof of each act.`,
		close: 'Close',
		paper: 'Mandate signed on paper: deposits only.',
		legal: (measure, reference) =>
			`${measure === 'curatelle' ? 'Curatorship (curatelle)' : 'Guardianship (tutelle)'}, court decision: ${reference}`,
		tutelle:
			'This person may deposit documents for you, but can neither read your safe nor touch your keys.',
		curatelle:
			'This person can do nothing alone: each session needs your presence and your consent. Your keys are never touched.',
		legalWaits: 'A second person still has to confirm the decision: nothing is possible before.',
		legalEnds:
			'Written down from a court’s decision. To contest it, ask the judge; the operator of the safe ends it as soon as it is over.',
		more: 'See more',
		on: (when) => `Signed on ${when}`,
		ended: {
			citizen: 'Stopped by you',
			mediator: 'Ended by the mediator',
			operator: 'Stopped by the operator',
			structure: 'End of the accreditation',
			time: 'Time is over',
			number: 'Wrong number',
			root: 'The safe’s signing key was replaced',
		},
	},
);
