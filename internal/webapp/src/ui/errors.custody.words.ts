import { words } from './words.svelte.ts';

// What goes wrong about custodians and recoveries; the rest is in errors.words.ts.
export const texts = words(
	{
		'custodian-code': [
			'Ce code de gardien n’est pas complet',
			'Il commence par COFFREG1: et compte ensuite 52 lettres et chiffres. Copiez-le, ou relisez-le avec la personne.',
		],
		card: [
			'Ce code n’est pas celui de la personne que le serveur montre',
			'Relisez le code lettre par lettre avec la personne. S’il est juste, le serveur a mis quelqu’un d’autre à sa place.',
		],
		'no-card': [
			'Personne ne répond à ce code pour l’instant',
			'Demandez à la personne d’ouvrir dans son coffre la page « Je suis gardien », puis vérifiez à nouveau.',
		],
		'same-custodian': [
			'Ces gardiens ne conviennent pas',
			'Il en faut trois, tous différents, et aucun ne peut être vous-même.',
		],
		'no-custody': [
			'Aucun gardien',
			'Ce coffre n’a pas de gardiens : personne ne peut donner de part.',
		],
		'few-shares': [
			'Il manque une part',
			'Il faut deux parts pour rouvrir le coffre. Attendez qu’un autre gardien donne la sienne.',
		],
		'not-agreed': ['Votre accord manque', 'Donnez d’abord votre accord ; le délai court ensuite.'],
		'too-early': [
			'Le délai n’est pas encore passé',
			'Votre part ne peut être donnée qu’à la date indiquée. Revenez à ce moment-là.',
		],
		'recovery-open': [
			'Une demande est déjà en cours',
			'Attendez vos gardiens, ou annulez-la pour en faire une autre.',
		],
		'recovery-ended': [
			'Cette demande est terminée',
			'Elle a été annulée, menée à bien, ou elle a expiré. Il n’y a plus rien à donner.',
		],
		waiting: [
			'Pas encore dans le journal public',
			'Cela vient d’être écrit. Attendez quelques secondes, puis recommencez.',
		],
	},
	{
		'custodian-code': [
			'This guardian code is not complete',
			'It begins with COFFREG1: and then has 52 letters and digits. Copy it, or read it again with the person.',
		],
		card: [
			'This code is not that of the person whom the server shows',
			'Read the code letter by letter with the person. If it is right, the server has put somebody else in their place.',
		],
		'no-card': [
			'Nobody answers to this code for now',
			'Ask the person to open the page “I am a guardian” in their safe, then check again.',
		],
		'same-custodian': [
			'These guardians will not do',
			'There have to be three, all different, and none of them yourself.',
		],
		'no-custody': ['No guardian', 'This safe has no guardians: nobody can give a share.'],
		'few-shares': [
			'A share is missing',
			'Two shares are needed to open the safe again. Wait until another guardian gives theirs.',
		],
		'not-agreed': ['You have not agreed', 'Agree first; the delay runs from then.'],
		'too-early': [
			'The delay is not over yet',
			'Your share can be given only from the date shown. Come back at that time.',
		],
		'recovery-open': [
			'A request is already under way',
			'Wait for your guardians, or cancel it to make another one.',
		],
		'recovery-ended': [
			'This request is over',
			'It was cancelled, completed, or has expired. There is nothing left to give.',
		],
		waiting: [
			'Not yet in the public journal',
			'This was just written. Wait a few seconds, then try again.',
		],
	},
);
