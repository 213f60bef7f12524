//go:build demo

package simulator

// Persona is a made-up person of the demonstration.
type Persona struct {
	ID    string
	Name  string // as listed
	Role  string // in a few French words
	Agent bool
	As    string // the persona that this is, logged in by somebody else; "" is nobody but himself

	given, family string
	birthdate     string
	siret         string
	idp           string // behind the provider; "" is the simulator's own
}

// AidantsConnect is the idp_id of sessions that a helper opens for a citizen.
const AidantsConnect = "aidants-connect"

// Personas lists everybody, citizens first.
func Personas() []Persona {
	const (
		mairie      = "21370999900015"
		departement = "22360999900018"
		universite  = "19370999900012"
		services    = "13002526500013"
	)
	return []Persona{
		{ID: "angela", Name: "Angela DUBOIS", Role: "usagère", given: "Angela Claire Louise", family: "DUBOIS", birthdate: "1962-08-24"},
		{ID: "marcel", Name: "Marcel LEROY", Role: "usager", given: "Marcel", family: "LEROY", birthdate: "1948-02-11"},
		{ID: "fatou", Name: "Fatou DIALLO", Role: "usagère", given: "Fatou", family: "DIALLO", birthdate: "1997-05-30"},
		{ID: "minh", Name: "Minh TRAN", Role: "usager", given: "Nguyen Minh", family: "TRAN", birthdate: "2003-12-02"},
		{ID: "marcel-aide", Name: "Marcel LEROY, par un aidant", Role: "un aidant se connecte pour lui par Aidants Connect", given: "Marcel", family: "LEROY", birthdate: "1948-02-11", As: "marcel", idp: AidantsConnect},
		{ID: "camille", Name: "Camille MARTIN", Role: "agente, Mairie de Valmont", Agent: true, given: "Camille", family: "MARTIN", siret: mairie},
		{ID: "hugo", Name: "Hugo PETIT", Role: "agent, Mairie de Valmont", Agent: true, given: "Hugo", family: "PETIT", siret: mairie},
		{ID: "hugo-parti", Name: "Hugo PETIT, nouveau compte", Role: "le même agent, par un autre fournisseur d’identité", Agent: true, given: "Hugo", family: "PETIT", siret: mairie, idp: "autre-fournisseur"},
		{ID: "karim", Name: "Karim BENALI", Role: "agent, Département de la Brenne", Agent: true, given: "Karim", family: "BENALI", siret: departement},
		{ID: "ines", Name: "Inès ROUSSEL", Role: "agente, Université de Valmont", Agent: true, given: "Inès", family: "ROUSSEL", siret: universite},
		{ID: "nadia", Name: "Nadia HADDAD", Role: "médiatrice, France Services de Valmont", Agent: true, given: "Nadia", family: "HADDAD", siret: services},
		{ID: "bruno", Name: "Bruno LEFEVRE", Role: "médiateur, France Services de Valmont", Agent: true, given: "Bruno", family: "LEFEVRE", siret: services},
		{ID: "etranger", Name: "Paul MERCIER", Role: "agent d'un organisme non inscrit", Agent: true, given: "Paul", family: "MERCIER", siret: "21999999900017"},
	}
}
