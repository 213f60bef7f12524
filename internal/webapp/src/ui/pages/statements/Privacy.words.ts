import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Confidentialité',
		lead: 'Quelles données personnelles nous gardons, pourquoi, combien de temps, et vos droits.',
		sections: {
			who: {
				title: 'Qui en est responsable',
				paragraphs: ['Votre collectivité, dont le nom et l’adresse sont au bas de cette page.'],
			},
			kept: {
				title: 'Ce que nous gardons',
				paragraphs: [],
				items: [
					'Votre nom et un identifiant donné par FranceConnect pour ce service seulement.',
					'Vos connexions : quand, et depuis quel genre d’appareil.',
					'Vos partages : avec qui, pour quel motif, jusqu’à quand. N’écrivez rien de secret dans un motif.',
					'Si vous l’avez choisi : l’adresse e-mail, ou celle de votre appareil, où vous dire qu’il y a du nouveau. Elle est chiffrée, et effacée dès que vous la retirez.',
					'Le journal de votre coffre.',
					'Vos documents, scellés : nous ne pouvons pas les lire.',
				],
			},
			never: {
				title: 'Ce que nous ne gardons jamais',
				paragraphs: [],
				items: [
					'Votre numéro de sécurité sociale.',
					'Ce que FranceConnect sait d’autre de vous.',
					'Des statistiques sur vous, des traceurs, de la publicité : il n’y en a pas. Aucune page ne demande quoi que ce soit à un autre site.',
				],
			},
			browser: {
				title: 'Ce que votre navigateur garde',
				paragraphs: [
					'Un cookie de session, nécessaire, effacé quand vous vous déconnectez ; la langue choisie ; et le dernier état vérifié du journal, pour s’apercevoir d’un retour en arrière. Rien de cela n’est secret, rien ne sert à vous suivre.',
				],
			},
			time: {
				title: 'Combien de temps',
				paragraphs: [
					'Un document effacé l’est aussitôt, et dans les sauvegardes en un mois au plus. Le journal est gardé cinq ans après chaque événement. Le reste, tant que votre coffre est ouvert.',
				],
			},
			rights: {
				title: 'Vos droits',
				paragraphs: [
					'Vous pouvez consulter, corriger, effacer et emporter ces données, et vous opposer à leur traitement. Écrivez à votre collectivité ; elle répond en un mois. Vous pouvez aussi saisir la CNIL (cnil.fr).',
				],
			},
		},
	},
	{
		title: 'Privacy',
		lead: 'Which personal data we keep, why, for how long, and your rights.',
		sections: {
			who: {
				title: 'Who is responsible',
				paragraphs: ['Your local authority, whose name and address are at the foot of this page.'],
			},
			kept: {
				title: 'What we keep',
				paragraphs: [],
				items: [
					'Your name and an identifier given by FranceConnect for this service alone.',
					'Your sessions: when, and from what sort of device.',
					'Your grants: with whom, for what purpose, until when. Write nothing secret in a purpose.',
					'If you have chosen so: the e-mail address, or that of your device, at which to tell you that there is news. It is encrypted, and erased as soon as you remove it.',
					'The journal of your safe.',
					'Your documents, sealed: we cannot read them.',
				],
			},
			never: {
				title: 'What we never keep',
				paragraphs: [],
				items: [
					'Your social security number.',
					'What else FranceConnect knows about you.',
					'Statistics about you, trackers, advertising: there are none. No page asks anything of another site.',
				],
			},
			browser: {
				title: 'What your browser keeps',
				paragraphs: [
					'A session cookie, which is necessary and is erased when you log out; the language you chose; and the last checked state of the journal, to notice a step back in time. None of it is secret, none of it serves to follow you.',
				],
			},
			time: {
				title: 'For how long',
				paragraphs: [
					'An erased document is gone at once, and from backups within a month. The journal is kept for five years after each event. The rest, for as long as your safe is open.',
				],
			},
			rights: {
				title: 'Your rights',
				paragraphs: [
					'You can see, correct, erase and take away these data, and object to their processing. Write to your local authority; it answers within a month. You can also turn to the CNIL (cnil.fr).',
				],
			},
		},
	},
);
