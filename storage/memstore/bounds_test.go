package memstore

import (
	"fmt"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/storage/storagetest"
)

// TestMemoryIsBoundedByWhatLives: somebody who begins log-ins all day fills
// nothing.
func TestMemoryIsBoundedByWhatLives(t *testing.T) {
	clock := storagetest.NewClock()
	sessions, once, limiter := NewSessions(clock.Now), NewOnce(clock.Now), NewLimiter(clock.Now)
	for i := range 20 * sweepEach {
		key := fmt.Sprint(i)
		now := clock.Now()
		s := session.Session{ID: key, IdleUntil: now.Add(time.Minute), Until: now.Add(time.Minute)}
		if err := sessions.Put(t.Context(), [32]byte{byte(i), byte(i >> 8)}, s); err != nil {
			t.Fatal(err)
		}
		if err := once.Put(t.Context(), key, nil, time.Minute); err != nil {
			t.Fatal(err)
		}
		if _, _, err := limiter.Allow(t.Context(), key, 1, time.Minute); err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Second) // about sixty of each live at once
	}
	const most = sweepEach + 61
	if a, b, c := len(sessions.all), len(once.all), len(limiter.all); a > most || b > most || c > most {
		t.Errorf("%d sessions, %d values, %d counters are kept; at most %d should be", a, b, c, most)
	}
}
