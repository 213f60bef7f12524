package client_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// TestANamesakeIsNotTaken (T1): a registry that lists a second administration
// of the same name first is asked which one; its SIRET tells.
func TestANamesakeIsNotTaken(t *testing.T) {
	list := []client.Administration{
		{ID: "fake", Name: "mairie de Valmont", SIRET: "00000000000000"},
		{ID: "true", Name: "Mairie de Valmont", SIRET: "21370999900015"},
		{ID: "annex", Name: "Mairie de Valmont, annexe", SIRET: "21370999900023"},
		{ID: "other", Name: "Université de Valmont", SIRET: "19370999900012"},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		must(t, json.NewEncoder(w).Encode(map[string]any{"items": list}))
	}))
	defer server.Close()
	c, err := client.New(client.Config{Server: server.URL})
	must(t, err)
	for _, name := range []string{"Mairie de Valmont", "Valmont", "annex of nobody"} {
		a, err := c.FindAdministration(t.Context(), name)
		if !errors.Is(err, client.ErrAmbiguous) && !errors.Is(err, client.ErrNotFound) {
			t.Errorf("%s is taken for %s, %v", name, a.ID, err)
		}
	}
	for name, want := range map[string]string{"21370999900015": "true", "true": "true", "université": "other", "MAIRIE DE VALMONT, ANNEXE": "annex"} {
		if a, err := c.FindAdministration(t.Context(), name); err != nil || a.ID != want {
			t.Errorf("%s is taken for %s, %v", name, a.ID, err)
		}
	}
	list = list[1:]
	if a, err := c.FindAdministration(t.Context(), "mairie de valmont"); err != nil || a.ID != "true" {
		t.Errorf("without a namesake: %s, %v", a.ID, err)
	}
}
