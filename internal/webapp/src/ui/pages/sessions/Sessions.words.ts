import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Appareils connectés',
		intro:
			'Voici où votre compte est connecté en ce moment. Une connexion ne suffit pas à lire vos documents : il faut aussi votre clé papier, votre phrase de passe ou votre clé d’accès.',
		introAgent: 'Voici où votre compte est connecté en ce moment.',
		listLabel: 'Connexions en cours',
		browser: 'Navigateur',
		cli: 'Ligne de commande',
		here: 'Ici',
		started: (when: string) => `Connecté le ${when}`,
		seen: (when: string) => `Dernière activité ${when}`,
		expires: (when: string) => `Se termine d’elle-même ${when}`,
		level: (acr: string): string => {
			if (acr.startsWith('eidas3')) return 'Identification élevée';
			return acr.startsWith('eidas2') ? 'Identification substantielle' : 'Identification simple';
		},
		through: (service: string) => `Ouverte avec l’aide d’${service}`,
		end: 'Déconnecter',
		endNamed: (name: string) => `Déconnecter ${name}`,
		endHere: 'Me déconnecter ici',
		confirmTitle: 'Déconnecter cet appareil ?',
		confirm: (name: string) =>
			`« ${name} » devra se reconnecter. Vos documents ne changent pas. Un envoi en cours sur cet appareil s’arrêtera.`,
		ended: (name: string) => `« ${name} » est déconnecté.`,
		unknown:
			'Vous ne reconnaissez pas une de ces connexions ? Déconnectez-la, puis regardez dans votre journal ce qui a été fait.',
		journal: 'Voir mon journal',
		cliTitle: 'Brancher une ligne de commande',
		cliHelp:
			'Sur votre ordinateur, lancez « coffre login » : un code de huit lettres s’affiche. Saisissez-le ici pour l’autoriser.',
		cliGo: 'Saisir un code',
		loading: 'Lecture de vos connexions…',
	},
	{
		title: 'Where you are logged in',
		intro:
			'This is where your account is logged in at this moment. Being logged in is not enough to read your documents: that also takes your paper key, your passphrase or your passkey.',
		introAgent: 'This is where your account is logged in at this moment.',
		listLabel: 'Present log-ins',
		browser: 'Browser',
		cli: 'Command line',
		here: 'Here',
		started: (when) => `Logged in on ${when}`,
		seen: (when) => `Last active ${when}`,
		expires: (when) => `Ends by itself ${when}`,
		level: (acr) => {
			if (acr.startsWith('eidas3')) return 'High identification';
			return acr.startsWith('eidas2') ? 'Substantial identification' : 'Simple identification';
		},
		through: (service) => `Opened with the help of ${service}`,
		end: 'Log out',
		endNamed: (name) => `Log out ${name}`,
		endHere: 'Log out here',
		confirmTitle: 'Log this device out?',
		confirm: (name) =>
			`“${name}” will have to log in again. Your documents do not change. An upload under way on that device will stop.`,
		ended: (name) => `“${name}” is logged out.`,
		unknown:
			'Is there one that you do not recognise? Log it out, then see in your journal what was done.',
		journal: 'See my journal',
		cliTitle: 'Connect a command line',
		cliHelp:
			'On your computer, run “coffre login”: it shows a code of eight letters. Type it here to allow it.',
		cliGo: 'Type a code',
		loading: 'Reading your log-ins…',
	},
);
