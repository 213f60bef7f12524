package gateway_test

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/coffre-citoyen/coffre/internal/safe"
	"github.com/coffre-citoyen/coffre/storage/s3store"
)

// There can be one embedded server in a process, and it changes the working
// directory; tests take a bucket each.
var embedded = sync.OnceValues(func() (*s3store.Server, error) {
	if _, err := contract(); err != nil { // read before the directory changes
		return nil, err
	}
	dir, err := os.MkdirTemp("", "coffre-gateway-*")
	if err != nil {
		return nil, err
	}
	return s3store.Embedded(context.Background(), s3store.EmbeddedConfig{Dir: dir, Bucket: "first"})
})

// contract is openapi.yaml, closed: an answer with a member that it does not
// name is wrong.
var contract = sync.OnceValues(func() (*openapi3.T, error) {
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		return nil, err
	}
	for _, s := range doc.Components.Schemas {
		closeSchema(s.Value)
	}
	return doc, nil
})

func closeSchema(s *openapi3.Schema) {
	if s == nil {
		return
	}
	if len(s.Properties) > 0 && s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil {
		s.AdditionalProperties.Has = new(bool)
	}
	for _, p := range s.Properties {
		closeSchema(p.Value)
	}
	if s.Items != nil {
		closeSchema(s.Items.Value)
	}
}

func TestMain(m *testing.M) {
	code := m.Run()
	if s, err := embedded(); err == nil {
		dir, _ := os.Getwd() // the library has moved there
		_ = s.Close()
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

func openBucket(t *testing.T) safe.Blobs {
	t.Helper()
	server, err := embedded()
	must(t, err)
	c := server.Client()
	c.Bucket = strings.ToLower("b" + newKey())
	s, err := s3store.New(t.Context(), c)
	must(t, err)
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newKey() string { return safe.NewID[string]() }
