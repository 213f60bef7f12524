package gateway

import (
	"context"
	"errors"
	"net/http"

	"github.com/coffre-citoyen/coffre/auth/session"
	"github.com/coffre-citoyen/coffre/internal/problem"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

// slugOf is the whole translation of domain errors. A test walks every Kind.
func slugOf(k safe.Kind) string {
	switch k {
	case safe.NotFound:
		return "not-found"
	case safe.Forbidden:
		return "forbidden"
	case safe.LevelTooLow:
		return "level-too-low"
	case safe.TermsNotAccepted:
		return "terms-not-accepted"
	case safe.AlreadyExists:
		return "already-exists"
	case safe.Stale:
		return "stale"
	case safe.Invalid:
		return "invalid"
	case safe.WrongForm:
		return "wrong-form"
	case safe.WrongLength:
		return "wrong-length"
	case safe.WrongHash:
		return "wrong-hash"
	case safe.Empty:
		return "empty"
	case safe.DocumentTooLarge:
		return "document-too-large"
	case safe.SafeFull:
		return "safe-full"
	case safe.KeyReused:
		return "key-reused"
	case safe.Ended:
		return "ended"
	case safe.Expired:
		return "expired"
	case safe.TooEarly:
		return "too-early"
	case safe.NoKey:
		return "no-key"
	case safe.StorageFull:
		return "storage-full"
	case safe.Unavailable:
		return "unavailable"
	case safe.Damaged:
		return "damaged"
	default:
		return "internal"
	}
}

// problemOf finds what to tell the caller about any error.
func problemOf(err error) *problem.Error {
	var p *problem.Error
	if errors.As(err, &p) {
		return p
	}
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return &problem.Error{Slug: "body-too-large", Limit: tooBig.Limit, Cause: err}
	}
	var d *safe.Error
	if errors.As(err, &d) {
		slug := d.Reason // each is a slug of its own
		if slug == "" {
			slug = slugOf(d.Kind)
		}
		return &problem.Error{Slug: slug, Limit: d.Limit, Ready: d.Ready, Level: d.Level, Cause: err}
	}
	if errors.Is(err, session.ErrUnavailable) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return problem.Wrap("unavailable", err)
	}
	return problem.Wrap("internal", err)
}
