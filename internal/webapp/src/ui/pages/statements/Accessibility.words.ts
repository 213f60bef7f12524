import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Accessibilité : non conforme',
		lead: 'Ce service veut être utilisable par tous. Il n’a pas encore été audité : la loi demande alors de le déclarer « non conforme ».',
		sections: {
			state: {
				title: 'Où nous en sommes',
				paragraphs: [
					'Aucun audit selon le RGAA 4.1 n’a encore eu lieu. Nous ne donnons donc pas de taux de conformité.',
				],
			},
			done: {
				title: 'Ce qui est fait',
				paragraphs: [],
				items: [
					'Chaque page est contrôlée automatiquement (axe-core) à chaque changement du logiciel.',
					'Tout se fait au clavier ; l’endroit où l’on se trouve est toujours visible.',
					'Les pages s’agrandissent à 200 % sans rien perdre et tiennent sur un écran de 320 pixels.',
					'Les couleurs suivent le réglage clair ou sombre de l’appareil, et les animations le réglage de mouvement.',
					'Un contrôle automatique ne voit qu’une partie des défauts : des essais avec des personnes concernées restent à faire.',
				],
			},
			limits: {
				title: 'Ce que nous savons imparfait',
				paragraphs: [],
				items: [
					'La clé papier demande de lire ou de taper 24 mots. La phrase de passe en demande sept, la clé d’accès aucun.',
					'Les documents que vous déposez sont montrés tels qu’ils sont : nous ne pouvons pas les rendre accessibles.',
				],
			},
			contact: {
				title: 'Un obstacle ?',
				paragraphs: [
					'Écrivez à l’adresse au bas de cette page : nous vous proposerons une autre façon de faire, y compris à un guichet.',
					'Sans réponse satisfaisante, vous pouvez saisir le Défenseur des droits (defenseurdesdroits.fr, ou Libre réponse 71120, 75342 Paris CEDEX 07).',
				],
			},
		},
	},
	{
		title: 'Accessibility: not compliant',
		lead: 'This service is meant to be usable by everybody. It has not been audited yet: French law then asks to declare it “not compliant”.',
		sections: {
			state: {
				title: 'Where we are',
				paragraphs: [
					'No audit against RGAA 4.1 has taken place yet. So we give no rate of compliance.',
				],
			},
			done: {
				title: 'What is done',
				paragraphs: [],
				items: [
					'Each page is checked automatically (axe-core) at each change of the software.',
					'Everything can be done by keyboard; the place where you are is always visible.',
					'Pages grow to 200 % without losing anything, and fit a screen of 320 pixels.',
					'Colours follow the light or dark setting of the device, and animations its motion setting.',
					'An automatic check sees only a part of the defects: trials with the people concerned are still to be made.',
				],
			},
			limits: {
				title: 'What we know to be imperfect',
				paragraphs: [],
				items: [
					'The paper key asks for reading or typing 24 words. The passphrase asks for seven, the passkey for none.',
					'The documents that you add are shown as they are: we cannot make them accessible.',
				],
			},
			contact: {
				title: 'An obstacle?',
				paragraphs: [
					'Write to the address at the foot of this page: we will offer you another way, at a counter if need be.',
					'Without a satisfying answer, you can turn to the Défenseur des droits (defenseurdesdroits.fr, or Libre réponse 71120, 75342 Paris CEDEX 07).',
				],
			},
		},
	},
);
