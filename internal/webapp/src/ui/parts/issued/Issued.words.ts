import { words } from '../../words.svelte.ts';

export const text = words(
	{
		intact: (who: string) => `Émis par ${who}, inchangé`,
		intactHow:
			'Vérifié à l’instant sur cet appareil : la clé qui a signé est celle que le journal public montre pour cet émetteur, et le contenu est le même, octet pour octet.',
		changed: (who: string) => `Ce document a été changé depuis que ${who} l’a émis`,
		changedHow: 'Son contenu n’est plus celui qui a été signé. Ne vous y fiez pas.',
		unknown: 'La marque d’émetteur est signée par une clé qui n’est pas au journal',
		unknownHow:
			'Rien ne prouve que ce document vient de l’administration qu’il nomme. Ne vous y fiez pas.',
		unreadable: 'Ce document porte une marque d’émetteur que cette page ne sait pas lire',
		unreadableHow: 'Actualisez la page ; si cela demeure, ne vous fiez pas à cette marque.',
		on: (when: string) => `le ${when}`,
		reference: (r: string) => `référence ${r}`,
		siret: (s: string) => `SIRET ${s}`,
		checking: 'Contrôle de la signature et du contenu…',
		check: 'Contrôler qui l’a émis',
		checkNamed: (name: string) => `Contrôler qui a émis ${name}`,
		unsigned: 'L’administration qui l’a déposé ne l’a pas signé.',
		said: 'Ce dépôt porte la marque d’un émetteur.',
	},
	{
		intact: (who) => `Issued by ${who}, unchanged`,
		intactHow:
			'Checked just now on this device: the key that has signed is the one that the public journal shows for this issuer, and the content is the same, byte for byte.',
		changed: (who) => `This document was changed since ${who} issued it`,
		changedHow: 'Its content is no longer what was signed. Do not rely on it.',
		unknown: 'The issuer’s mark is signed by a key that is not in the journal',
		unknownHow:
			'Nothing proves that this document comes from the administration that it names. Do not rely on it.',
		unreadable: 'This document has an issuer’s mark that this page cannot read',
		unreadableHow: 'Reload the page; if that remains, do not rely on the mark.',
		on: (when) => `on ${when}`,
		reference: (r) => `reference ${r}`,
		siret: (s) => `SIRET ${s}`,
		checking: 'Checking the signature and the content…',
		check: 'Check who issued it',
		checkNamed: (name) => `Check who issued ${name}`,
		unsigned: 'The administration that deposited it has not signed it.',
		said: 'This deposit has the mark of an issuer.',
	},
);
