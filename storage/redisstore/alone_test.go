package redisstore_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

// TestWithoutReplicasReadsGoOn: with a master that nobody follows, ends wait
// and are refused, however many; whoever only reads does not notice.
func TestWithoutReplicasReadsGoOn(t *testing.T) {
	s := servers.Sentinels(t)
	r := empty(t, sentinel(s), time.Now)
	put(t, r.Sessions(), "reads")
	resume := s.PauseReplicas(t)
	defer resume()
	for i := range 100 { // there is something to end that no replica has heard of
		put(t, r.Sessions(), fmt.Sprint(i))
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			if call(t, "end", func() error { return r.Sessions().Delete(t.Context(), hashOf(fmt.Sprint(i))) }) {
				t.Error("an end is acknowledged by one server alone")
			}
		})
	}
	go func() {
		wg.Wait()
		close(done)
	}()
	for n := 0; ; n++ {
		select {
		case <-done:
			if n < 10 {
				t.Errorf("%d reads meanwhile: this test shows nothing", n)
			}
			return
		default:
		}
		if _, err := r.Sessions().Get(t.Context(), hashOf("reads")); err != nil {
			t.Fatalf("read %d: %v", n, err)
		}
	}
}
