package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/coffre-citoyen/coffre/internal/problem"
)

func writeJSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, err = w.Write(b)
	return err
}

// decodeJSON reads a body strictly: one value, no unknown, doubled or
// otherwise spelled member, nothing after it.
func decodeJSON(r *http.Request, v any) error {
	b, err := io.ReadAll(r.Body)
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return err
	}
	if err != nil { // the caller broke off, or stands still
		return problem.Wrap("wrong-length", err)
	}
	if !utf8.Valid(b) { // encoding/json would mend it, and store something else than was sent
		return problem.Wrap("malformed-json", errors.New("not UTF-8"))
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	if err := checkMembers(dec, reflect.TypeOf(v)); err != nil {
		return problem.Wrap("malformed-json", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return problem.Wrap("malformed-json", errors.New("data after the value"))
	}
	if err := json.Unmarshal(b, v); err != nil {
		return problem.Wrap("malformed-json", err)
	}
	return nil
}

// checkMembers walks one value beside the type it is meant for.
func checkMembers(dec *json.Decoder, t reflect.Type) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	token, err := dec.Token()
	if err != nil {
		return err
	}
	if token == nil {
		return errors.New("null is no value here")
	}
	switch token {
	case json.Delim('{'):
		return checkObject(dec, t)
	case json.Delim('['):
		if t.Kind() != reflect.Slice {
			return errors.New("unexpected array")
		}
		for dec.More() {
			if err := checkMembers(dec, t.Elem()); err != nil {
				return err
			}
		}
		_, err := dec.Token()
		return err
	}
	return nil
}

func checkObject(dec *json.Decoder, t reflect.Type) error {
	if t.Kind() != reflect.Struct {
		return errors.New("unexpected object")
	}
	known := map[string]reflect.Type{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		known[name] = t.Field(i).Type
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		key, _ := name.(string)
		member, ok := known[key]
		if !ok {
			return fmt.Errorf("member %.40q is unknown or doubled", key)
		}
		delete(known, key) // a second one is no longer known
		if err := checkMembers(dec, member); err != nil {
			return err
		}
	}
	_, err := dec.Token()
	return err
}
