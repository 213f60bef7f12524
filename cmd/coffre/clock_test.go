package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/client"
)

// TestAClockThatIsWrongIsSaidToBe: a server that believes no assertion of
// another time does not know the reason; whoever compares the clocks does.
func TestAClockThatIsWrongIsSaidToBe(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error":"invalid_client"}`))
	}))
	defer server.Close()
	key, err := client.NewSystemKey("key-1")
	must(t, err)
	key.ClientID = "guichet"
	for lang, want := range map[string][2]string{
		"fr_FR.UTF-8": {"remettez celle-ci à l'heure", "inscrire la clé publique"},
		"en_GB.UTF-8": {"set this one right", "register the public key"},
	} {
		a := newApp(newBench(t, lang).stdio)
		for off, said := range map[time.Duration]string{10 * time.Minute: want[0], -10 * time.Minute: want[0], 0: want[1]} {
			c, err := client.New(client.Config{Server: server.URL, Now: func() time.Time { return time.Now().Add(off) }})
			must(t, err)
			_, err = c.SystemToken(t.Context(), key, "retrieve")
			if got := a.explain(err); got == nil || !strings.Contains(got.Error(), said) {
				t.Errorf("%v off, in %s: %v", off, lang, got)
			}
		}
	}
}
