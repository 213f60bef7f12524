package sealed

import "slices"

// Kind is a kind of document, as requests name it.
type Kind struct {
	Code    string
	Group   string
	French  string
	English string
	// Or are the kinds that usually do as well: what a request for this one
	// begins with.
	Or []string
}

// The groups of kinds, in the order in which they are shown.
const (
	GroupIdentity  = "identity"
	GroupResidence = "residence"
	GroupFamily    = "family"
	GroupIncome    = "income"
	GroupTax       = "tax"
	GroupWork      = "work"
	GroupStudies   = "studies"
	GroupHealth    = "health"
	GroupBank      = "bank"
	GroupVehicle   = "vehicle"
	GroupHousing   = "housing"
	GroupOther     = "other"
)

// Kinds is the one list of what can be asked for. Codes are part of the format:
// one is added, never taken away or given another meaning.
func Kinds() []Kind {
	return slices.Concat(kindsOfPerson(), kindsOfMeans(), kindsOfLife())
}

// FindKind is the kind with this code.
func FindKind(code string) (Kind, bool) {
	all := Kinds()
	i := slices.IndexFunc(all, func(k Kind) bool { return k.Code == code })
	if i < 0 {
		return Kind{}, false
	}
	return all[i], true
}

func kindsOfPerson() []Kind {
	return []Kind{
		{"identity", GroupIdentity, "Pièce d’identité", "Proof of identity", []string{"identity-card", "passport", "residence-permit"}},
		{"identity-card", GroupIdentity, "Carte nationale d’identité", "Identity card", []string{"passport"}},
		{"passport", GroupIdentity, "Passeport", "Passport", nil},
		{"residence-permit", GroupIdentity, "Titre de séjour", "Residence permit", nil},
		{"photo", GroupIdentity, "Photo d’identité", "Identity photograph", nil},
		{"residence", GroupResidence, "Justificatif de domicile", "Proof of address", []string{"energy-bill", "water-bill", "telephone-bill", "rent-receipt", "home-insurance", "housing-tax"}},
		{"energy-bill", GroupResidence, "Facture d’électricité ou de gaz", "Electricity or gas bill", nil},
		{"water-bill", GroupResidence, "Facture d’eau", "Water bill", nil},
		{"telephone-bill", GroupResidence, "Facture de téléphone ou d’internet", "Telephone or internet bill", nil},
		{"rent-receipt", GroupResidence, "Quittance de loyer", "Rent receipt", nil},
		{"home-insurance", GroupResidence, "Attestation d’assurance habitation", "Home insurance certificate", nil},
		{"lodging-certificate", GroupResidence, "Attestation d’hébergement", "Certificate of lodging", nil},
		{"birth-certificate", GroupFamily, "Acte de naissance", "Birth certificate", nil},
		{"family-book", GroupFamily, "Livret de famille", "Family record book", []string{"birth-certificate"}},
		{"marriage-certificate", GroupFamily, "Acte de mariage", "Marriage certificate", []string{"family-book"}},
		{"pacs-certificate", GroupFamily, "Attestation de PACS", "Civil partnership certificate", nil},
		{"death-certificate", GroupFamily, "Acte de décès", "Death certificate", nil},
		{"custody-judgment", GroupFamily, "Jugement sur l’autorité parentale ou la garde", "Judgment on parental authority or custody", nil},
		{"family-benefits", GroupFamily, "Attestation de la CAF ou de la MSA", "Family benefits certificate (CAF, MSA)", nil},
	}
}

func kindsOfMeans() []Kind {
	return []Kind{
		{"income", GroupIncome, "Justificatif de revenus", "Proof of income", []string{"payslip", "pension-statement", "unemployment-statement", "social-benefits", "tax-notice"}},
		{"payslip", GroupIncome, "Bulletin de salaire", "Payslip", nil},
		{"pension-statement", GroupIncome, "Attestation de retraite ou de pension", "Pension statement", nil},
		{"unemployment-statement", GroupIncome, "Attestation de France Travail", "Unemployment statement (France Travail)", nil},
		{"social-benefits", GroupIncome, "Attestation de minima sociaux (RSA, AAH…)", "Social benefits certificate (RSA, AAH…)", nil},
		{"tax-notice", GroupTax, "Avis d’imposition ou de non-imposition", "Income tax notice", []string{"tax-declaration-notice"}},
		{"tax-declaration-notice", GroupTax, "Avis de situation déclarative à l’impôt sur le revenu", "Income tax declaration notice", nil},
		{"property-tax", GroupTax, "Avis de taxe foncière", "Property tax notice", nil},
		{"housing-tax", GroupTax, "Avis de taxe d’habitation", "Housing tax notice", nil},
		{"employment-contract", GroupWork, "Contrat de travail", "Employment contract", nil},
		{"employer-certificate", GroupWork, "Attestation de l’employeur", "Employer’s certificate", nil},
		{"business-registration", GroupWork, "Extrait Kbis ou inscription au registre national des entreprises", "Business registration extract", nil},
		{"criminal-record", GroupWork, "Extrait de casier judiciaire (bulletin n° 3)", "Criminal record extract (bulletin no. 3)", nil},
		{"bank-details", GroupBank, "Relevé d’identité bancaire (RIB)", "Bank details (RIB)", nil},
		{"bank-statement", GroupBank, "Relevé de compte", "Bank statement", nil},
	}
}

func kindsOfLife() []Kind {
	return []Kind{
		{"diploma", GroupStudies, "Diplôme", "Diploma", []string{"diploma-certificate"}},
		{"diploma-certificate", GroupStudies, "Attestation de réussite", "Certificate of achievement", nil},
		{"transcript", GroupStudies, "Relevé de notes ou bulletin scolaire", "Transcript or school report", nil},
		{"school-certificate", GroupStudies, "Certificat de scolarité", "School attendance certificate", nil},
		{"student-card", GroupStudies, "Carte d’étudiant", "Student card", []string{"school-certificate"}},
		{"school-withdrawal", GroupStudies, "Certificat de radiation", "School leaving certificate", nil},
		{"health-insurance", GroupHealth, "Attestation de droits à l’assurance maladie", "Health insurance certificate", []string{"health-card"}},
		{"health-card", GroupHealth, "Carte Vitale", "Health insurance card (Carte Vitale)", nil},
		{"complementary-health", GroupHealth, "Attestation de mutuelle", "Complementary health insurance certificate", nil},
		{"vaccination", GroupHealth, "Carnet de vaccination ou de santé", "Vaccination or health record", nil},
		{"medical-certificate", GroupHealth, "Certificat médical", "Medical certificate", nil},
		{"disability-card", GroupHealth, "Carte mobilité inclusion ou notification de la MDPH", "Disability card or decision (MDPH)", nil},
		{"driving-licence", GroupVehicle, "Permis de conduire", "Driving licence", nil},
		{"vehicle-registration", GroupVehicle, "Certificat d’immatriculation", "Vehicle registration certificate", nil},
		{"vehicle-insurance", GroupVehicle, "Attestation d’assurance du véhicule", "Vehicle insurance certificate", nil},
		{"vehicle-inspection", GroupVehicle, "Procès-verbal de contrôle technique", "Vehicle inspection report", nil},
		{"lease", GroupHousing, "Bail ou contrat de location", "Lease", nil},
		{"property-deed", GroupHousing, "Titre de propriété", "Property deed", nil},
		{"civil-liability", GroupOther, "Attestation de responsabilité civile", "Civil liability certificate", []string{"school-insurance"}},
		{"school-insurance", GroupOther, "Attestation d’assurance scolaire", "School insurance certificate", []string{"civil-liability"}},
		{"form", GroupOther, "Formulaire rempli", "Completed form", nil},
		{"other", GroupOther, "Autre document", "Other document", nil},
	}
}
