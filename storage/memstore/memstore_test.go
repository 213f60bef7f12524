package memstore_test

import (
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/storage/memstore"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

func TestSessions(t *testing.T) {
	storagetest.Sessions(t, func(_ *testing.T, now func() time.Time) session.Store { return memstore.NewSessions(now) })
}

func TestOnce(t *testing.T) {
	storagetest.Once(t, func(_ *testing.T, now func() time.Time) session.Once { return memstore.NewOnce(now) })
}

func TestLimiter(t *testing.T) {
	storagetest.Limiter(t, func(_ *testing.T, now func() time.Time) session.Limiter { return memstore.NewLimiter(now) })
}
