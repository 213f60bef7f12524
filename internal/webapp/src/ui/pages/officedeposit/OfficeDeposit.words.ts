import { words } from '../../words.svelte.ts';

export const texts = words(
	{
		title: 'Déposer un document',
		lead: (who: string) =>
			`Le document arrive dans la boîte de dépôt de l’usager, qui le range s’il le veut. ${who} ne voit rien de son coffre.`,
		address: 'Adresse ou lien de dépôt donné par l’usager',
		addressHint:
			'26 lettres et chiffres, ou le lien du QR code que l’usager montre. Jamais un numéro de sécurité sociale ni une adresse électronique.',
		addressWrong:
			'Ce n’est pas une adresse de dépôt. Demandez à l’usager de la montrer de nouveau.',
		fromLink: 'L’adresse vient du lien ou du QR code.',
		file: 'Choisir le document',
		drop: 'ou le déposer ici',
		chosen: (name: string, size: string) => `${name}, ${size}`,
		another: 'Choisir un autre document',
		needFile: 'Choisissez un document.',
		name: 'Nom du document',
		nameHint: 'C’est ainsi que l’usager le verra.',
		nameWrong: 'Écrivez un nom, sans barre oblique.',
		issue: (who: string) => `Émettre ce document au nom de ${who}`,
		issueHint:
			'Il est signé ici par la clé de l’administration. L’usager, et quiconque il le partage ensuite, verra qui l’a émis et qu’il est inchangé.',
		kind: 'Sorte de document',
		noKind: 'Non précisée',
		reference: 'Référence',
		optional: '(facultatif)',
		referenceHint: 'Celle de vos registres : un numéro de diplôme, par exemple.',
		send: 'Déposer',
		sendIssued: 'Signer et déposer',
		sending: 'Le document est signé, envoyé, puis scellé pour l’usager…',
		done: 'Le document est déposé',
		doneIssued: 'Le document est signé et déposé',
		doneAbout: (name: string, size: string, when: string) => `« ${name} », ${size}, le ${when}.`,
		doneWhere:
			'Il attend dans la boîte de dépôt de l’usager. Le reçu prouve le dépôt : gardez-le ou imprimez-le.',
		next: 'Déposer un autre document',
	},
	{
		title: 'Deposit a document',
		lead: (who) =>
			`The document arrives in the citizen’s inbox, who takes it in at will. ${who} sees nothing of the safe.`,
		address: 'Deposit address or link given by the citizen',
		addressHint:
			'26 letters and digits, or the link of the QR code that the citizen shows. Never a social security number or an e-mail address.',
		addressWrong: 'This is not a deposit address. Ask the citizen to show it again.',
		fromLink: 'The address comes from the link or the QR code.',
		file: 'Choose the document',
		drop: 'or drop it here',
		chosen: (name, size) => `${name}, ${size}`,
		another: 'Choose another document',
		needFile: 'Choose a document.',
		name: 'Name of the document',
		nameHint: 'This is how the citizen will see it.',
		nameWrong: 'Write a name, without slashes.',
		issue: (who) => `Issue this document in the name of ${who}`,
		issueHint:
			'It is signed here by the administration’s key. The citizen, and whomever it is shared with later, will see who issued it and that it is unchanged.',
		kind: 'Kind of document',
		noKind: 'Not said',
		reference: 'Reference',
		optional: '(optional)',
		referenceHint: 'Of your registers: the number of a diploma, for example.',
		send: 'Deposit',
		sendIssued: 'Sign and deposit',
		sending: 'The document is signed, sent, then sealed for the citizen…',
		done: 'The document is deposited',
		doneIssued: 'The document is signed and deposited',
		doneAbout: (name, size, when) => `“${name}”, ${size}, on ${when}.`,
		doneWhere:
			'It waits in the citizen’s inbox. The receipt proves the deposit: keep it or print it.',
		next: 'Deposit another document',
	},
);
