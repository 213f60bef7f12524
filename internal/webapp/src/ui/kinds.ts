import { lang, unbroken } from './words.svelte.ts';

// The kinds of documents that can be asked for, as internal/sealed/kinds.go has
// them: what a server says that a kind is called is not what is shown.

export interface DocumentKind {
	readonly code: string;
	readonly group: string;
	readonly fr: string;
	readonly en: string;
	/** Kinds that usually do as well. */
	readonly or: readonly string[];
}

type Row = readonly [code: string, group: string, fr: string, en: string, ...or: string[]];
const rows: readonly Row[] = [
	[
		'identity',
		'identity',
		'Pièce d’identité',
		'Proof of identity',
		'identity-card',
		'passport',
		'residence-permit',
	],
	['identity-card', 'identity', 'Carte nationale d’identité', 'Identity card', 'passport'],
	['passport', 'identity', 'Passeport', 'Passport'],
	['residence-permit', 'identity', 'Titre de séjour', 'Residence permit'],
	['photo', 'identity', 'Photo d’identité', 'Identity photograph'],
	[
		'residence',
		'residence',
		'Justificatif de domicile',
		'Proof of address',
		'energy-bill',
		'water-bill',
		'telephone-bill',
		'rent-receipt',
		'home-insurance',
		'housing-tax',
	],
	['energy-bill', 'residence', 'Facture d’électricité ou de gaz', 'Electricity or gas bill'],
	['water-bill', 'residence', 'Facture d’eau', 'Water bill'],
	[
		'telephone-bill',
		'residence',
		'Facture de téléphone ou d’internet',
		'Telephone or internet bill',
	],
	['rent-receipt', 'residence', 'Quittance de loyer', 'Rent receipt'],
	[
		'home-insurance',
		'residence',
		'Attestation d’assurance habitation',
		'Home insurance certificate',
	],
	['lodging-certificate', 'residence', 'Attestation d’hébergement', 'Certificate of lodging'],
	['birth-certificate', 'family', 'Acte de naissance', 'Birth certificate'],
	['family-book', 'family', 'Livret de famille', 'Family record book', 'birth-certificate'],
	['marriage-certificate', 'family', 'Acte de mariage', 'Marriage certificate', 'family-book'],
	['pacs-certificate', 'family', 'Attestation de PACS', 'Civil partnership certificate'],
	['death-certificate', 'family', 'Acte de décès', 'Death certificate'],
	[
		'custody-judgment',
		'family',
		'Jugement sur l’autorité parentale ou la garde',
		'Judgment on parental authority or custody',
	],
	[
		'family-benefits',
		'family',
		'Attestation de la CAF ou de la MSA',
		'Family benefits certificate (CAF, MSA)',
	],
	[
		'income',
		'income',
		'Justificatif de revenus',
		'Proof of income',
		'payslip',
		'pension-statement',
		'unemployment-statement',
		'social-benefits',
		'tax-notice',
	],
	['payslip', 'income', 'Bulletin de salaire', 'Payslip'],
	['pension-statement', 'income', 'Attestation de retraite ou de pension', 'Pension statement'],
	[
		'unemployment-statement',
		'income',
		'Attestation de France Travail',
		'Unemployment statement (France Travail)',
	],
	[
		'social-benefits',
		'income',
		'Attestation de minima sociaux (RSA, AAH…)',
		'Social benefits certificate (RSA, AAH…)',
	],
	[
		'tax-notice',
		'tax',
		'Avis d’imposition ou de non-imposition',
		'Income tax notice',
		'tax-declaration-notice',
	],
	[
		'tax-declaration-notice',
		'tax',
		'Avis de situation déclarative à l’impôt sur le revenu',
		'Income tax declaration notice',
	],
	['property-tax', 'tax', 'Avis de taxe foncière', 'Property tax notice'],
	['housing-tax', 'tax', 'Avis de taxe d’habitation', 'Housing tax notice'],
	['employment-contract', 'work', 'Contrat de travail', 'Employment contract'],
	['employer-certificate', 'work', 'Attestation de l’employeur', 'Employer’s certificate'],
	[
		'business-registration',
		'work',
		'Extrait Kbis ou inscription au registre national des entreprises',
		'Business registration extract',
	],
	[
		'criminal-record',
		'work',
		'Extrait de casier judiciaire (bulletin n° 3)',
		'Criminal record extract (bulletin no. 3)',
	],
	['bank-details', 'bank', 'Relevé d’identité bancaire (RIB)', 'Bank details (RIB)'],
	['bank-statement', 'bank', 'Relevé de compte', 'Bank statement'],
	['diploma', 'studies', 'Diplôme', 'Diploma', 'diploma-certificate'],
	['diploma-certificate', 'studies', 'Attestation de réussite', 'Certificate of achievement'],
	['transcript', 'studies', 'Relevé de notes ou bulletin scolaire', 'Transcript or school report'],
	['school-certificate', 'studies', 'Certificat de scolarité', 'School attendance certificate'],
	['student-card', 'studies', 'Carte d’étudiant', 'Student card', 'school-certificate'],
	['school-withdrawal', 'studies', 'Certificat de radiation', 'School leaving certificate'],
	[
		'health-insurance',
		'health',
		'Attestation de droits à l’assurance maladie',
		'Health insurance certificate',
		'health-card',
	],
	['health-card', 'health', 'Carte Vitale', 'Health insurance card (Carte Vitale)'],
	[
		'complementary-health',
		'health',
		'Attestation de mutuelle',
		'Complementary health insurance certificate',
	],
	['vaccination', 'health', 'Carnet de vaccination ou de santé', 'Vaccination or health record'],
	['medical-certificate', 'health', 'Certificat médical', 'Medical certificate'],
	[
		'disability-card',
		'health',
		'Carte mobilité inclusion ou notification de la MDPH',
		'Disability card or decision (MDPH)',
	],
	['driving-licence', 'vehicle', 'Permis de conduire', 'Driving licence'],
	[
		'vehicle-registration',
		'vehicle',
		'Certificat d’immatriculation',
		'Vehicle registration certificate',
	],
	[
		'vehicle-insurance',
		'vehicle',
		'Attestation d’assurance du véhicule',
		'Vehicle insurance certificate',
	],
	[
		'vehicle-inspection',
		'vehicle',
		'Procès-verbal de contrôle technique',
		'Vehicle inspection report',
	],
	['lease', 'housing', 'Bail ou contrat de location', 'Lease'],
	['property-deed', 'housing', 'Titre de propriété', 'Property deed'],
	[
		'civil-liability',
		'other',
		'Attestation de responsabilité civile',
		'Civil liability certificate',
		'school-insurance',
	],
	[
		'school-insurance',
		'other',
		'Attestation d’assurance scolaire',
		'School insurance certificate',
		'civil-liability',
	],
	['form', 'other', 'Formulaire rempli', 'Completed form'],
	['other', 'other', 'Autre document', 'Other document'],
];

export const kinds: readonly DocumentKind[] = rows.map(([code, group, fr, en, ...or]) => ({
	code,
	group,
	fr,
	en,
	or,
}));

const byCode = new Map(kinds.map((k) => [k.code, k]));

export function findKind(code: string): DocumentKind | undefined {
	return byCode.get(code);
}

/** In the language of the moment; one that this version does not know stays as it is. */
export function kindName(code: string): string {
	const kind = byCode.get(code);
	if (kind === undefined) return code;
	return lang.value === 'fr' ? unbroken(kind.fr) : kind.en;
}

/** The same within a sentence: "un passeport" is written small, "RIB" is not. */
export function kindWithin(code: string): string {
	const name = kindName(code);
	const [first = '', second = ''] = name;
	return second === second.toLowerCase() ? first.toLowerCase() + name.slice(1) : name;
}
