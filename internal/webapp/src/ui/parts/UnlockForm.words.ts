import { words } from '../words.svelte.ts';

export const texts = words(
	{
		which: 'Par quel moyen ?',
		paper: 'Clé papier',
		passphrase: 'Phrase de passe',
		passkey: 'Clé d’accès',
		passkeyHow:
			'Votre appareil va vous demander votre doigt, votre visage ou son code. Rien de cela ne nous est envoyé.',
		usePasskey: 'Utiliser ma clé d’accès',
		passkeySilent: 'Votre clé d’accès n’a pas répondu',
		passkeySilentHow:
			'Réessayez si vous avez refusé ou tardé. Si l’appareil est perdu, ouvrez avec un autre moyen ; vous la retirerez ensuite.',
		unlock: 'Déverrouiller',
	},
	{
		which: 'By which way?',
		paper: 'Paper key',
		passphrase: 'Passphrase',
		passkey: 'Passkey',
		passkeyHow:
			'Your device will ask for your finger, your face or its code. None of it is sent to us.',
		usePasskey: 'Use my passkey',
		passkeySilent: 'Your passkey did not answer',
		passkeySilentHow:
			'Try again if you refused or waited. If the device is lost, unlock by another way; you can remove it afterwards.',
		unlock: 'Unlock',
	},
);
