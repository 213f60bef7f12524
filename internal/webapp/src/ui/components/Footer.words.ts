import { words } from '../words.svelte.ts';

export const texts = words(
	{
		navigation: 'À propos de ce service',
		security: 'Ce que nous voyons et ne voyons pas',
		verifier: 'Vérifier un reçu',
		territory: 'Où sont vos documents',
		terms: 'Conditions',
		privacy: 'Confidentialité',
		accessibility: 'Accessibilité : non conforme',
		ecodesign: 'Écoconception',
		host: 'Hébergé par',
		licence: 'Logiciel libre Coffre, licence EUPL 1.2',
	},
	{
		navigation: 'About this service',
		security: 'What we see and do not see',
		verifier: 'Check a receipt',
		territory: 'Where your documents are',
		terms: 'Terms',
		privacy: 'Privacy',
		accessibility: 'Accessibility: not compliant',
		ecodesign: 'Ecodesign',
		host: 'Hosted by',
		licence: 'Coffre is free software, licence EUPL 1.2',
	},
);
