import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Les moyens de la déverrouiller',
		intro:
			'Chacun ouvre à lui seul la clé de votre administration. Donnez le sien à chaque agent qui en a besoin, et gardez une clé papier dans le coffre-fort du service.',
		list: 'Moyens de déverrouiller la clé de l’administration',
		paper: 'Clé papier',
		passphrase: 'Phrase de passe',
		passkey: 'Clé d’accès',
		custodians: 'Gardiens',
		created: (when: string) => `Depuis le ${when}`,
		name: 'À qui il est, ou l’endroit où il est rangé',
		nameHint: 'Par exemple : Camille Martin, ou coffre-fort du service. Vos collègues le liront.',
		nameless: 'Dites à qui il est : vous le retrouverez ainsi quand il faudra le retirer.',
		addPaper: 'Ajouter une clé papier',
		addPhrase: 'Ajouter une phrase de passe',
		addPasskey: 'Ajouter une clé d’accès',
		added: 'Ce moyen ouvre maintenant la clé de l’administration.',
		remove: 'Retirer',
		removeNamed: (name: string) => `Retirer : ${name}`,
		removeMeans:
			'Ce moyen n’ouvrira rien de ce qui sera partagé désormais : la clé qui reçoit les documents change aussitôt, sans rien demander aux usagers. Ce qui a été partagé avant reste ouvrable par les autres moyens.',
		removeLeaves:
			'Si la personne a pu copier la clé elle-même, remplacez-la ensuite. Si elle quitte votre administration, retirez-la aussi de la page des agents.',
		removed: 'Ce moyen est retiré.',
		onlyTwo: 'Il en reste toujours deux : pour en retirer un, ajoutez d’abord le suivant.',
		notReferent: 'C’est au référent de votre administration d’en ajouter et d’en retirer.',
	},
	{
		title: 'The ways to unlock it',
		intro:
			'Each opens your administration’s key by itself. Give every agent who needs one a way of his own, and keep a paper key in the office safe.',
		list: 'Ways to unlock the administration’s key',
		paper: 'Paper key',
		passphrase: 'Passphrase',
		passkey: 'Passkey',
		custodians: 'Custodians',
		created: (when) => `Since ${when}`,
		name: 'Whose it is, or where it is kept',
		nameHint: 'For example: Camille Martin, or safe of the office. Your colleagues will read it.',
		nameless: 'Say whose it is: so you will find it when it has to be removed.',
		addPaper: 'Add a paper key',
		addPhrase: 'Add a passphrase',
		addPasskey: 'Add a passkey',
		added: 'This way now unlocks the administration’s key.',
		remove: 'Remove',
		removeNamed: (name) => `Remove: ${name}`,
		removeMeans:
			'This way will open nothing that is shared from now on: the key that receives documents changes at once, and citizens are asked for nothing. What was shared before can be opened by the other ways.',
		removeLeaves:
			'If the person may have copied the key itself, replace it afterwards. If he leaves your administration, remove him from the page of agents too.',
		removed: 'This way is removed.',
		onlyTwo: 'Two are always left: to remove one, add the next one first.',
		notReferent: 'It is for your administration’s referent to add and remove them.',
	},
);
