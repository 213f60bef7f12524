import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Autoriser une ligne de commande',
		intro:
			'La commande « coffre login » affiche un code de huit lettres sur votre ordinateur. Saisissez-le ici.',
		label: 'Code affiché par la ligne de commande',
		hint: 'Huit lettres, par exemple BCDF-GHJK. Les majuscules et le tiret sont facultatifs.',
		malformed: 'Ce code n’a pas la bonne forme : huit lettres, sans voyelle ni chiffre.',
		next: 'Continuer',
		asks: 'Cette ligne de commande demande à se connecter à votre compte :',
		device: 'Ordinateur',
		code: 'Code',
		expires: 'Demande valable',
		compareTitle: 'Comparez avant d’autoriser',
		compare: 'Le code ci-dessus doit être exactement celui que votre ordinateur affiche.',
		warning:
			'N’autorisez que si vous venez vous-même de lancer cette commande. Si quelqu’un vous a envoyé un lien ou dicté un code, refusez : c’est une tentative de fraude.',
		effect:
			'Autorisée, elle pourra agir sur votre compte. Pour lire vos documents, elle demandera en plus votre clé papier ou votre phrase de passe.',
		allow: 'Autoriser',
		refuse: 'Refuser',
		allowed: 'C’est autorisé',
		allowedHelp:
			'La ligne de commande se connecte toute seule, dans quelques secondes. Vous pouvez fermer cette page.',
		refused: 'C’est refusé',
		refusedHelp:
			'La ligne de commande n’a accès à rien. Cette demande est notée dans votre journal.',
		unknown: 'Ce code n’est pas attendu',
		unknownHelp:
			'Il est mal recopié, a déjà servi, ou a plus de dix minutes. Relancez « coffre login », puis saisissez le nouveau code.',
		other: 'Saisir un autre code',
		sessions: 'Voir vos connexions',
		loading: 'Recherche de la demande…',
	},
	{
		title: 'Allow a command line',
		intro:
			'The command “coffre login” shows a code of eight letters on your computer. Type it here.',
		label: 'Code shown by the command line',
		hint: 'Eight letters, for instance BCDF-GHJK. Capitals and the hyphen are optional.',
		malformed: 'This code has not the right form: eight letters, no vowel and no digit.',
		next: 'Continue',
		asks: 'This command line asks to log in to your account:',
		device: 'Computer',
		code: 'Code',
		expires: 'Request valid',
		compareTitle: 'Compare before you allow',
		compare: 'The code above must be exactly the one that your computer shows.',
		warning:
			'Allow only if you have just run this command yourself. If somebody sent you a link or told you a code, refuse: it is an attempt at fraud.',
		effect:
			'Once allowed, it can act on your account. To read your documents it will also ask for your paper key or your passphrase.',
		allow: 'Allow',
		refuse: 'Refuse',
		allowed: 'It is allowed',
		allowedHelp: 'The command line logs in by itself, in a few seconds. You can close this page.',
		refused: 'It is refused',
		refusedHelp: 'The command line has access to nothing. This request is noted in your journal.',
		unknown: 'Nobody is waiting with this code',
		unknownHelp:
			'It was copied wrongly, was used before, or is more than ten minutes old. Run “coffre login” again, then type the new code.',
		other: 'Type another code',
		sessions: 'See your log-ins',
		loading: 'Looking for the request…',
	},
);
