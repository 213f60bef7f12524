package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/config"
	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/sqlstore"
)

// TestADemonstrationTakesNoRealData: neither does it log anybody in as anybody
// there, nor mark it so that production refuses it.
func TestADemonstrationTakesNoRealData(t *testing.T) {
	db, err := sqlstore.Open(t.Context(), sqlstore.Config{DSN: "sqlite://" + filepath.Join(t.TempDir(), "coffre.db"), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	s := &stores{db: db}
	err = db.Update(t.Context(), func(tx safe.Tx) error {
		return tx.Administrations.Put(t.Context(), safe.Administration{ID: "a", SIRET: "21370999900015", Name: "Mairie", KeyLeaf: -1})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.checkMark(t.Context(), config.Demo); err == nil || !strings.Contains(err.Error(), "empty data directory") {
		t.Errorf("the demonstration says %v", err)
	}
	if err := s.checkMark(t.Context(), config.Production); err != nil {
		t.Errorf("production says %v", err)
	}
}
