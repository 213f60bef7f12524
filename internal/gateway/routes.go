package gateway

import (
	"net/http"
	"slices"
	"strings"

	"github.com/coffre-citoyen/coffre/auth"
	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/problem"
)

// Class says who may call a route at all; what they may do there is decided
// in internal/safe.
type Class string

const (
	// Public needs nobody.
	Public Class = "public"
	// Account needs a citizen or an agent.
	Account Class = "account"
	// Anyone needs somebody who logged in, a mediator too.
	Anyone Class = "anyone"
	// MediatorOnly needs a mediator of a structure.
	MediatorOnly Class = "mediator"
	// CitizenOnly needs the holder of a safe.
	CitizenOnly Class = "citizen"
	// AgentOnly needs an agent of an administration.
	AgentOnly Class = "agent"
	// Office needs an agent or a registered system of an administration.
	Office Class = "office"
)

func (c Class) admits(p auth.Principal) error {
	ok := false
	switch c {
	case Public:
		ok = true
	case Account:
		ok = p.Kind == auth.Citizen || p.Kind == auth.Agent
	case Anyone:
		ok = p.Kind == auth.Citizen || p.Kind == auth.Agent || p.Kind == auth.Mediator
	case MediatorOnly:
		ok = p.Kind == auth.Mediator
	case CitizenOnly:
		ok = p.Kind == auth.Citizen
	case AgentOnly:
		ok = p.Kind == auth.Agent
	case Office:
		ok = p.Kind == auth.Agent || p.Kind == auth.System
	}
	if !ok {
		return problem.New("forbidden")
	}
	return nil
}

// Rate is how many requests a caller may make in a minute.
type Rate struct {
	name string
	n    int
}

// most is what is allowed at a pace. Log-ins and codes keep theirs: they
// are what somebody would guess.
func (r Rate) most(pace int) int {
	if r == RateRead || r == RateWrite {
		return r.n * pace
	}
	return r.n
}

// The rate classes.
//
//nolint:gochecknoglobals // constants in all but name
var (
	RateRead  = Rate{"read", 1200}
	RateWrite = Rate{"write", 600}
	RateLogin = Rate{"login", 60}
	RateCode  = Rate{"code", 20}
	// RatePoll is for what pages and command lines ask by themselves: it keeps
	// no session from idling away.
	RatePoll = Rate{"poll", 120}
	// RateTile is for whoever reads the whole journal: a million entries are
	// eight thousand tiles.
	RateTile = Rate{"tile", 12_000}
	// RateUnknown counts tries without a good credential, by address.
	RateUnknown = Rate{"unknown", 300}
)

// Route declares one operation: who, how much, and what the journal says of it.
type Route struct {
	Operation string // of openapi.yaml; "" for what browsers navigate to
	Method    string
	Path      string
	Class     Class
	Body      int64    // most bytes of a body; Streamed when the handler limits it
	Events    []string // what it may write in the journal; empty for plain reads
	Rate      Rate
	handler   handler
}

// methods are those that the route answers. HEAD comes with GET, except where
// looking is an act: what browsers navigate to, and an export.
func (rt Route) methods() []string {
	if rt.Method == http.MethodGet && rt.Operation != "" && rt.Operation != "exportSafe" {
		return []string{http.MethodGet, http.MethodHead}
	}
	return []string{rt.Method}
}

const (
	noBody     = 0
	smallBody  = 64 << 10
	grantBody  = 256 << 10
	answerBody = 1 << 20  // forty grants of 16 KiB in base64, and a note
	bigBody    = 12 << 20 // a manifest of 8 MiB in base64, with grants
	// Streamed bodies are limited by what was reserved or by the domain.
	Streamed = -1
)

// Routes is the only route table.
func (g *Gateway) Routes() []Route {
	return slices.Concat(g.publicRoutes(), g.accountRoutes(), g.safeRoutes(), g.recoveryRoutes(), g.requestRoutes(), g.mandateRoutes(), g.mediationRoutes(), g.paperRoutes(), g.officeRoutes())
}

func (g *Gateway) publicRoutes() []Route {
	return []Route{
		{"health", "GET", "/healthz", Public, noBody, nil, RateRead, g.health},
		{"ready", "GET", "/readyz", Public, noBody, nil, RateRead, g.ready},
		{"getSite", "GET", "/api/v1/site", Public, noBody, nil, RateRead, g.getSite},
		{"getSiteFiles", "GET", "/api/v1/site/files", Public, noBody, nil, RateRead, g.getSiteFiles},
		{"getMaintenance", "GET", "/api/v1/site/maintenance", Public, noBody, nil, RateRead, g.getMaintenance},
		{"getTerritory", "GET", "/api/v1/territory", Public, noBody, nil, RateRead, g.getTerritory},
		{"getTerms", "GET", "/api/v1/terms", Public, noBody, nil, RateRead, g.getTerms},
		{"listAdministrations", "GET", "/api/v1/administrations", Public, noBody, nil, RateRead, g.listAdministrations},
		{"listAdministrationKeys", "GET", "/api/v1/administrations/{id}/keys", Public, noBody, nil, RateRead, g.listAdministrationKeys},
		{"getLogo", "GET", "/api/v1/administrations/{id}/logo/{hash}", Public, noBody, nil, RateRead, g.getLogo},
		{"getCheckpoint", "GET", "/log/checkpoint", Public, noBody, nil, RateRead, g.getCheckpoint},
		{"getCheckpointOf", "GET", "/log/checkpoints/{size}", Public, noBody, nil, RateTile, g.getCheckpointOf},
		{"getTile", "GET", "/log/tile/{tile:.+}", Public, noBody, nil, RateTile, g.getTile},
		{"getConsistency", "GET", "/log/consistency", Public, noBody, nil, RateRead, g.getConsistency},
		{"getEntries", "GET", "/log/entries", Public, noBody, nil, RateRead, g.getEntries},
		{"getLogKey", "GET", "/log/key", Public, noBody, nil, RateRead, g.getLogKey},
		{"", "GET", "/login/{provider}", Public, noBody, nil, RateLogin, g.login},
		{"", "GET", "/callback/{provider}", Public, noBody, []string{journal.WhatLogin, journal.WhatLoginRefused}, RateLogin, g.callback},
		{"", "POST", "/logout", Public, smallBody, []string{journal.WhatSessionEnded, journal.WhatMediationEnded}, RateLogin, g.logout},
		{"", "GET", "/logout/callback", Public, noBody, nil, RateLogin, g.loggedOut},
		{"loginKeys", "GET", "/oidc/jwks", Public, noBody, nil, RateRead, g.loginKeys},
		{"backchannelLogout", "POST", "/logout/{provider}", Public, smallBody, []string{journal.WhatSessionEnded, journal.WhatMediationEnded}, RateWrite, g.backchannelLogout},
		{"getWebhookKey", "GET", "/api/v1/webhooks/key", Public, noBody, nil, RateRead, g.getWebhookKey},
		{"oauthMetadata", "GET", "/.well-known/oauth-authorization-server", Public, noBody, nil, RateRead, g.oauthMetadata},
		{"oauthKeys", "GET", "/oauth/jwks", Public, noBody, nil, RateRead, g.oauthKeys},
		{"deviceAuthorization", "POST", "/oauth/device", Public, smallBody, nil, RateCode, g.deviceAuthorization},
		{"token", "POST", "/oauth/token", Public, smallBody, []string{journal.WhatLoginRefused}, RatePoll, g.token},
	}
}

func (g *Gateway) accountRoutes() []Route {
	return []Route{
		{"getMe", "GET", "/api/v1/me", Anyone, noBody, nil, RateRead, g.getMe},
		{"acceptTerms", "PUT", "/api/v1/me/terms", Account, smallBody, []string{journal.WhatTerms}, RateWrite, g.acceptTerms},
		{"listSessions", "GET", "/api/v1/sessions", Anyone, noBody, nil, RateRead, g.listSessions},
		{"endSession", "DELETE", "/api/v1/sessions/{id}", Anyone, noBody, []string{journal.WhatSessionEnded, journal.WhatMediationEnded}, RateWrite, g.endSession},
		{"getDevice", "GET", "/api/v1/devices/{code}", Account, noBody, nil, RateCode, g.getDevice},
		{"answerDevice", "POST", "/api/v1/devices/{code}", Account, smallBody, []string{journal.WhatDeviceAllowed}, RateCode, g.answerDevice},
	}
}

func (g *Gateway) safeRoutes() []Route {
	const root = "/api/v1/safe"
	keyrings := []string{journal.WhatKeyringChanged, journal.WhatCustodyEnded, journal.WhatRecoveryCompleted}
	changes := []string{journal.WhatOrganised, journal.WhatDocumentAdded, journal.WhatDocumentErased, journal.WhatMigrated}
	successions := []string{journal.WhatRootChanged, journal.WhatCustodyEnded, journal.WhatRecoveryCompleted}
	return []Route{
		{"getSafe", "GET", root, CitizenOnly, noBody, nil, RateRead, g.getSafe},
		{"createSafe", "POST", root, CitizenOnly, grantBody, []string{journal.WhatSafeOpened}, RateWrite, g.createSafe},
		{"getKeyring", "GET", root + "/keyring", CitizenOnly, noBody, nil, RateRead, g.getKeyring},
		{"putKeyring", "PUT", root + "/keyring", CitizenOnly, grantBody, keyrings, RateWrite, g.putKeyring},
		{"getManifest", "GET", root + "/manifest", CitizenOnly, noBody, nil, RateRead, g.getManifest},
		{"putManifest", "PUT", root + "/manifest", CitizenOnly, bigBody, changes, RateWrite, g.putManifest},
		{"succeedRoot", "POST", root + "/succession", CitizenOnly, bigBody, successions, RateWrite, g.succeedRoot},
		{"reserveUpload", "POST", root + "/uploads", CitizenOnly, smallBody, []string{journal.WhatDocumentAdded}, RateWrite, g.reserveUpload},
		{"putVersion", "PUT", root + "/documents/{doc}/versions/{version}", CitizenOnly, Streamed, []string{journal.WhatDocumentAdded}, RateWrite, g.putVersion},
		{"getDocument", "GET", root + "/documents/{doc}", CitizenOnly, noBody, nil, RateRead, g.getDocument},
		{"releaseOwn", "POST", root + "/documents/{doc}/release", CitizenOnly, noBody, []string{journal.WhatDocumentOpened}, RateWrite, g.releaseOwn},
		{"getContent", "GET", root + "/documents/{doc}/content", CitizenOnly, noBody, []string{journal.WhatDocumentOpened}, RateRead, g.getContent},
		{"listInbox", "GET", root + "/inbox", CitizenOnly, noBody, nil, RateRead, g.listInbox},
		{"listAddresses", "GET", root + "/addresses", CitizenOnly, noBody, nil, RateRead, g.listAddresses},
		{"createAddress", "POST", root + "/addresses", CitizenOnly, smallBody, []string{journal.WhatAddressCreated}, RateWrite, g.createAddress},
		{"endAddress", "DELETE", root + "/addresses/{id}", CitizenOnly, noBody, []string{journal.WhatAddressEnded}, RateWrite, g.endAddress},
		{"listGrants", "GET", root + "/grants", CitizenOnly, noBody, nil, RateRead, g.listGrants},
		{"createGrant", "POST", root + "/grants", CitizenOnly, grantBody, []string{journal.WhatGrantCreated}, RateWrite, g.createGrant},
		{"endGrant", "DELETE", root + "/grants/{id}", CitizenOnly, noBody, []string{journal.WhatGrantEnded}, RateWrite, g.endGrant},
		{"getJournal", "GET", root + "/journal", CitizenOnly, noBody, nil, RateRead, g.getJournal},
		{"listNotices", "GET", "/api/v1/me/notices", CitizenOnly, noBody, nil, RateRead, g.listNotices},
		{"chooseNotice", "POST", "/api/v1/me/notices", CitizenOnly, smallBody, []string{journal.WhatNoticeChosen}, RateWrite, g.chooseNotice},
		{"confirmNotice", "POST", "/api/v1/me/notices/{id}/code", CitizenOnly, smallBody, []string{journal.WhatNoticeChosen}, RateCode, g.confirmNotice},
		{"endNotice", "DELETE", "/api/v1/me/notices/{id}", CitizenOnly, noBody, []string{journal.WhatNoticeChosen}, RateWrite, g.endNotice},
		{"exportSafe", "GET", root + "/export", CitizenOnly, noBody, []string{journal.WhatExported}, RateWrite, g.exportSafe},
	}
}

// recoveryRoutes are those of a holder and of her custodians, who may be
// holders or agents themselves.
func (g *Gateway) recoveryRoutes() []Route {
	const root, held = "/api/v1/safe", "/api/v1/custodies"
	named := []string{journal.WhatCustodyNamed, journal.WhatCustodyAppointed, journal.WhatRecoveryCancelled}
	return []Route{
		{"getCustody", "GET", root + "/custody", CitizenOnly, noBody, nil, RateRead, g.getCustody},
		{"putCustody", "PUT", root + "/custody", CitizenOnly, smallBody, named, RateWrite, g.putCustody},
		{"putCard", "PUT", root + "/card", CitizenOnly, smallBody, []string{journal.WhatCard}, RateWrite, g.putCard},
		{"getRecovery", "GET", root + "/recovery", CitizenOnly, noBody, nil, RateRead, g.getRecovery},
		{"requestRecovery", "POST", root + "/recovery", CitizenOnly, smallBody, []string{journal.WhatRecoveryRequested}, RateWrite, g.requestRecovery},
		{"cancelRecovery", "DELETE", root + "/recovery", CitizenOnly, noBody, []string{journal.WhatRecoveryCancelled}, RateWrite, g.cancelRecovery},
		{"getCard", "GET", "/api/v1/cards/{safe}", Account, noBody, nil, RateCode, g.getCard},
		{"listCustodies", "GET", held, Account, noBody, nil, RateRead, g.listCustodies},
		{"agreeRecovery", "POST", held + "/{safe}/agreement", Account, smallBody, []string{journal.WhatRecoveryAgreed}, RateWrite, g.agreeRecovery},
		{"checkRecovery", "POST", held + "/{safe}/check", Account, smallBody, []string{journal.WhatRecoveryChecked}, RateWrite, g.checkRecovery},
		{"giveShare", "POST", held + "/{safe}/share", Account, smallBody, []string{journal.WhatRecoveryGiven}, RateWrite, g.giveShare},
	}
}

// requestRoutes are those of requests for documents, from both sides.
func (g *Gateway) requestRoutes() []Route {
	const own, office = "/api/v1/safe/requests", "/api/v1/administration/requests"
	const one, replies = office + "/{id}", office + "/{id}/replies"
	return []Route{
		{"listKinds", "GET", "/api/v1/kinds", Public, noBody, nil, RateRead, g.listKinds},
		{"getRequest", "GET", "/api/v1/requests/{id}", Public, noBody, nil, RateRead, g.getRequest},
		{"listAsked", "GET", own, CitizenOnly, noBody, nil, RateRead, g.listAsked},
		{"getAsked", "GET", own + "/{id}", CitizenOnly, noBody, nil, RateRead, g.getAsked},
		{"answerRequest", "POST", own + "/{id}/answers", CitizenOnly, answerBody, []string{journal.WhatRequestAnswered, journal.WhatGrantCreated}, RateWrite, g.answerRequest},
		{"refuseRequest", "POST", own + "/{id}/refusals", CitizenOnly, grantBody, []string{journal.WhatRequestRefused}, RateWrite, g.refuseRequest},
		{"askAboutRequest", "POST", own + "/{id}/questions", CitizenOnly, grantBody, []string{journal.WhatRequestAsked}, RateWrite, g.askAboutRequest},
		{"listRequests", "GET", office, Office, noBody, nil, RateRead, g.listRequests},
		{"createRequest", "POST", office, Office, smallBody, []string{journal.WhatRequestCreated}, RateWrite, g.createRequest},
		{"getOfficeRequest", "GET", one, Office, noBody, nil, RateRead, g.getOfficeRequest},
		{"closeRequest", "DELETE", one, Office, noBody, []string{journal.WhatRequestClosed}, RateWrite, g.closeRequest},
		{"listRequestGrants", "GET", one + "/grants", Office, noBody, nil, RateRead, g.listRequestGrants},
		{"listReplies", "GET", replies, Office, noBody, nil, RateRead, g.listReplies},
		{"getReply", "GET", replies + "/{reply}", Office, noBody, nil, RateRead, g.getReply},
		{"answerQuestion", "POST", replies + "/{reply}/answers", Office, grantBody, []string{journal.WhatRequestReplied}, RateWrite, g.answerQuestion},
	}
}

func (g *Gateway) officeRoutes() []Route {
	const root = "/api/v1/administration"
	return []Route{
		{"getAdministration", "GET", root, Office, noBody, nil, RateRead, g.getAdministration},
		{"listAgents", "GET", root + "/agents", AgentOnly, noBody, nil, RateRead, g.listAgents},
		{"appointAgent", "PUT", root + "/agents/{id}", AgentOnly, smallBody, []string{journal.WhatAppointed, journal.WhatAgentLeft}, RateWrite, g.appointAgent},
		{"setServices", "PUT", root + "/services", AgentOnly, smallBody, []string{journal.WhatRegistered}, RateWrite, g.setServices},
		{"setLogo", "PUT", root + "/logo", AgentOnly, smallBody, []string{journal.WhatLogo}, RateWrite, g.setLogo},
		{"removeLogo", "DELETE", root + "/logo", AgentOnly, noBody, []string{journal.WhatLogo}, RateWrite, g.removeLogo},
		{"getAdministrationJournal", "GET", root + "/journal", Office, noBody, nil, RateRead, g.getAdministrationJournal},
		{"getAdministrationKeyring", "GET", root + "/keyring", Office, noBody, nil, RateRead, g.getAdministrationKeyring},
		{"putAdministrationKeyring", "PUT", root + "/keyring", Office, grantBody, []string{journal.WhatAdministrationKey}, RateWrite, g.putAdministrationKeyring},
		{"listReceivedGrants", "GET", root + "/grants", Office, noBody, nil, RateRead, g.listReceivedGrants},
		{"releaseGrant", "POST", root + "/grants/{id}/release", Office, noBody, []string{journal.WhatGrantReleased}, RateWrite, g.releaseGrant},
		{"getGrantContent", "GET", root + "/grants/{id}/content", Office, noBody, []string{journal.WhatGrantReleased}, RateRead, g.getGrantContent},
		{"acknowledgeGrant", "POST", root + "/grants/{id}/acknowledgements", Office, smallBody, []string{journal.WhatGrantAcknowledged}, RateWrite, g.acknowledgeGrant},
		{"listDeletions", "GET", root + "/deletions", Office, noBody, nil, RateRead, g.listDeletions},
		{"declareDeletions", "POST", root + "/deletions", Office, answerBody, []string{journal.WhatGrantDeleted}, RateWrite, g.declareDeletions},
		{"listWebhooks", "GET", root + "/webhooks", Office, noBody, nil, RateRead, g.listWebhooks},
		{"registerWebhook", "POST", root + "/webhooks", Office, smallBody, []string{journal.WhatWebhookRegistered}, RateWrite, g.registerWebhook},
		{"endWebhook", "DELETE", root + "/webhooks/{id}", Office, noBody, []string{journal.WhatWebhookEnded}, RateWrite, g.endWebhook},
		{"deposit", "PUT", "/api/v1/deposits/{address}", Office, Streamed, []string{journal.WhatDeposit}, RateWrite, g.deposit},
	}
}

// isPage tells a navigation from a call of the interface.
func isPage(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	for _, p := range []string{"/api/", "/oauth/", "/oidc/", "/log/", "/login/", "/callback/", "/logout"} {
		if strings.HasPrefix(r.URL.Path, p) {
			return false
		}
	}
	return true
}
