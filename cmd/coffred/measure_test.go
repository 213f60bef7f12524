package main

import (
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/telemetry"
)

// alerts is found before an embedded object store changes directory.
var alerts = func() string {
	path, err := filepath.Abs("../../ops/deploy/prometheus/alerts")
	if err != nil {
		panic(err)
	}
	return path
}()

// TestAlertRules: Prometheus's own tool reads the rules, and finds that each
// of them fires on its bad day, and none on a good one.
func TestAlertRules(t *testing.T) {
	for _, args := range [][]string{{"check", "rules", alerts + ".yaml"}, {"test", "rules", alerts + "_test.yaml"}} {
		out, err := exec.CommandContext(t.Context(), "promtool", args...).CombinedOutput()
		if errors.Is(err, exec.ErrNotFound) {
			t.Fatal("promtool is missing: run ops/tools/install-test-deps (Debian's package prometheus)")
		}
		if err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	rules, tests := text(t, alerts+".yaml"), text(t, alerts+"_test.yaml")
	for _, m := range regexp.MustCompile(`- alert: (\w+)`).FindAllStringSubmatch(rules, -1) {
		if !regexp.MustCompile(`\b` + m[1] + `\b`).MatchString(tests) {
			t.Errorf("%s is under no test", m[1])
		}
	}
}

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestAlertsNameWhatIsExported: a rule on a metric that is not there never
// fires, and nobody notices.
func TestAlertsNameWhatIsExported(t *testing.T) {
	rules := regexp.MustCompile(`(?m)^ *#.*$`).ReplaceAllString(text(t, alerts+".yaml"), "")
	c := config.DemoDefaults()
	c.Data = t.TempDir()
	t.Chdir(filepath.Dir(alerts)) // the embedded object store goes elsewhere: not for good
	s, err := openStores(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := s.seq.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	m := telemetry.New()
	s.measure(m)
	m.Observe("getMe", 503, time.Second)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	exported := w.Body.String()
	named := regexp.MustCompile(`\b(?:coffre|process)_[a-z_]+`).FindAllString(rules, -1)
	slices.Sort(named)
	if named = slices.Compact(named); len(named) < 8 {
		t.Fatalf("the rules name only %q", named)
	}
	for _, name := range named {
		if !regexp.MustCompile(`(?m)^` + name + `[{ ]`).MatchString(exported) {
			t.Errorf("%s is not exported", name)
		}
	}
	for _, want := range []string{"coffre_territory_outside 0", "coffre_journal_waiting 0", "coffre_journal_forked 0", `coffre_mediation_sessions{by="",state="active"} 0`} {
		if !strings.Contains(exported, want+"\n") {
			t.Errorf("a new gateway does not export %q", want)
		}
	}
	for _, name := range []string{"coffre_journal_checkpoint_timestamp_seconds", "coffre_territory_inside_timestamp_seconds"} {
		if !regexp.MustCompile(`(?m)^` + name + ` 1\.[0-9]+e\+09$`).MatchString(exported) {
			t.Errorf("%s is not a time of now", name)
		}
	}
}
