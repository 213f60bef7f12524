package telemetry_test

import (
	"bytes"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/sealed"
	"github.com/coffre-citoyen/coffre/internal/telemetry"
)

func TestLogsPrintNoSecret(t *testing.T) {
	var out bytes.Buffer
	log := telemetry.Logger(&out, false, slog.LevelInfo)
	id, err := sealed.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	secret := sealed.Secret([]byte("canary-canary-canary-canary-cana"))
	log.Info("x", "identity", id, "secret", secret, "group", struct{ P sealed.Secret }{secret})
	if s := out.String(); strings.Contains(s, "canary") || strings.Contains(s, "AGE-SECRET") || !strings.Contains(s, "[redacted]") {
		t.Errorf("log line is %s", s)
	}
}

func TestMetricsHaveBoundedLabels(t *testing.T) {
	m := telemetry.New()
	m.Observe("getMe", 200, time.Millisecond)
	m.Observe("", 404, time.Millisecond)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{`coffre_requests_total{class="2xx",operation="getMe"} 1`, `{class="4xx",operation="page"} 1`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("metrics lack %s", want)
		}
	}
}
