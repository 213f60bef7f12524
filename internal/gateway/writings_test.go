package gateway_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"sync"

	"pgregory.net/rapid"
)

// writings is the line of all devices: it keeps the manifests that the gateway
// took, and counts those that came too late.
type writings struct {
	mu        sync.Mutex
	manifests map[int64][]byte // by epoch
	twice     int64            // an epoch that was taken twice
	lost      int
	roots     int // that were replaced
}

func (w *writings) RoundTrip(r *http.Request) (*http.Response, error) {
	succession := r.Method == http.MethodPost && r.URL.Path == "/api/v1/safe/succession"
	if !succession && (r.Method != http.MethodPut || r.URL.Path != "/api/v1/safe/manifest") {
		return http.DefaultTransport.RoundTrip(r)
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(b))
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	var in struct {
		Epoch    int64  `json:"epoch"`
		Sealed   []byte `json:"sealed"`
		Manifest []byte `json:"manifest"` // of a succession
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch resp.StatusCode {
	case http.StatusPreconditionFailed:
		w.lost++
	case http.StatusNoContent:
		if w.manifests == nil {
			w.manifests = map[int64][]byte{}
		}
		if w.manifests[in.Epoch] != nil {
			w.twice = in.Epoch
		}
		if w.manifests[in.Epoch] = in.Sealed; succession {
			w.manifests[in.Epoch] = in.Manifest
			w.roots++
		}
	}
	return resp, nil
}

// taken is every manifest that the gateway took, from epoch 2 on.
func (w *writings) taken(t *rapid.T) [][]byte {
	if w.twice != 0 {
		t.Fatalf("epoch %d was taken twice", w.twice)
	}
	var all [][]byte
	for epoch := int64(2); ; epoch++ {
		b, ok := w.manifests[epoch]
		if !ok {
			break
		}
		all = append(all, b)
	}
	if len(all) != len(w.manifests) {
		t.Fatalf("%d manifests were taken, and only %d follow one another", len(w.manifests), len(all))
	}
	return all
}
