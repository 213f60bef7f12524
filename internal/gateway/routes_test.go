package gateway_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/coffre-citoyen/coffre/internal/gateway"
)

// TestTheContractIsSound: openapi.yaml is valid OpenAPI 3.1.
func TestTheContractIsSound(t *testing.T) {
	t.Parallel()
	doc, err := contract()
	must(t, err)
	if doc.OpenAPI != "3.1.0" {
		t.Fatalf("the contract is written in OpenAPI %s", doc.OpenAPI)
	}
	must(t, doc.Validate(t.Context(), openapi3.IsOpenAPI31OrLater()))
}

func TestRoutesAndContractAreOneToOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := operations(t)
	seen := map[string]bool{}
	for _, rt := range w.gateway.Routes() {
		if rt.Operation == "" {
			continue
		}
		at := rt.Method + " " + rt.Path
		op := ops[at]
		if op == nil {
			t.Errorf("route %s %s is not in openapi.yaml", rt.Operation, at)
			continue
		}
		if seen[at] {
			t.Errorf("%s stands twice in the route table", at)
		}
		seen[at] = true
		sameOperation(t, rt, op)
	}
	for at, op := range ops {
		if !seen[at] {
			t.Errorf("operation %s (%s) has no route", op.OperationID, at)
		}
	}
}

func sameOperation(t *testing.T, rt gateway.Route, op *openapi3.Operation) {
	t.Helper()
	if op.OperationID != rt.Operation {
		t.Errorf("%s %s is %s in openapi.yaml, %s in the route table", rt.Method, rt.Path, op.OperationID, rt.Operation)
	}
	open := op.Security != nil && len(*op.Security) == 0
	if open != (rt.Class == gateway.Public) {
		t.Errorf("%s is %s, and openapi.yaml says without security: %v", rt.Operation, rt.Class, open)
	}
	classes := map[string]gateway.Class{
		"public": gateway.Public, "machines": gateway.Public, "account": gateway.Account, "safe": gateway.CitizenOnly,
		"administration": gateway.Office, "mediation": gateway.MediatorOnly,
	}
	class := rt.Class
	switch class {
	case gateway.AgentOnly:
		class = gateway.Office
	case gateway.Anyone:
		class = gateway.Account
	}
	if len(op.Tags) != 1 || classes[op.Tags[0]] != class {
		t.Errorf("%s has tags %q and class %s", rt.Operation, op.Tags, rt.Class)
	}
	if (op.RequestBody != nil) != (rt.Body != 0) {
		t.Errorf("%s takes a body: %v in openapi.yaml, limit %d in the route table", rt.Operation, op.RequestBody != nil, rt.Body)
	}
	if op.Responses.Default() == nil {
		t.Errorf("%s does not say how it refuses", rt.Operation)
	}
}

// silent are the writes that leave nothing in the journal, with the reason.
func silent() map[string]string {
	return map[string]string{
		"deviceAuthorization": "nobody is known yet; the answer of the holder is journalled",
	}
}

// TestEveryRouteDeclaresItself: who, how much, how often, and what the journal
// will say.
func TestEveryRouteDeclaresItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rates := []gateway.Rate{gateway.RateRead, gateway.RateWrite, gateway.RateLogin, gateway.RateCode, gateway.RatePoll, gateway.RateTile}
	classes := []gateway.Class{gateway.Public, gateway.Account, gateway.CitizenOnly, gateway.AgentOnly, gateway.Office, gateway.Anyone, gateway.MediatorOnly}
	for _, rt := range w.gateway.Routes() {
		name := rt.Method + " " + rt.Path
		if !slices.Contains(classes, rt.Class) {
			t.Errorf("%s has class %q", name, rt.Class)
		}
		if !slices.Contains(rates, rt.Rate) {
			t.Errorf("%s has no rate", name)
		}
		reads := rt.Method == http.MethodGet
		if reads && rt.Body != 0 {
			t.Errorf("%s is a read with a body", name)
		}
		if rt.Body > 16*mib || rt.Body < gateway.Streamed {
			t.Errorf("%s takes %d bytes", name, rt.Body)
		}
		if !reads && len(rt.Events) == 0 && silent()[rt.Operation] == "" {
			t.Errorf("%s writes, and declares nothing of it in the journal", name)
		}
		if rt.Class != gateway.Public && !strings.HasPrefix(rt.Path, "/api/v1/") {
			t.Errorf("%s asks who is calling outside of the interface", name)
		}
	}
}

// TestWhatIsNotThereIsSaidAsAProblem: unknown paths and methods, and the door
// to the pages.
func TestWhatIsNotThereIsSaidAsAProblem(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.citizen(t, "angela")
	for _, who := range []caller{nobody, c.caller} {
		for _, path := range []string{
			"/api/v1/nothing", "/api/v1/safe/", "/api/v2/safe", "/api/", "/log/nothing", "/oauth/", "/api/v1/safe%2Fkeyring",
			"/api/v1//safe", "/api/v1/safe/../me",
		} {
			r := request{who: who, method: "GET", path: path}
			if a := w.do(t, r); a.status != 404 {
				t.Errorf("GET %s answers %d", path, a.status)
			}
		}
		w.do(t, request{who: who, method: "POST", path: "/nothing"}).is(t, 404).refuses(t, "not-found")
		w.do(t, request{who: who, method: "PATCH", path: "/api/v1/safe"}).is(t, 405).refuses(t, "method-not-allowed")
		w.do(t, request{who: who, method: "DELETE", path: "/healthz"}).is(t, 405).refuses(t, "method-not-allowed")
	}
	resp, err := http.Get(w.url + "/coffre/documents")
	must(t, err)
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("a page answers %d", resp.StatusCode)
	}
}
