package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/journal"
	"github.com/coffre-citoyen/coffre/internal/sealed"
)

var (
	// ErrOffline: no answer came; whether the act was done is not known.
	ErrOffline = errors.New("the gateway does not answer")
	// ErrRollback: older than, or contradicting, what was seen before.
	ErrRollback = errors.New("older than what was seen before")
	// ErrNotFound: nothing here has that name or id.
	ErrNotFound = errors.New("not found")
	// ErrAmbiguous: several things have that name.
	ErrAmbiguous = errors.New("several have this name")
	// ErrEmpty: a document has at least one byte.
	ErrEmpty = errors.New("file is empty")
	// ErrExists: the file is there already, and is not overwritten.
	ErrExists = errors.New("file exists already")
	// ErrNoKey: the administration has not made its key yet.
	ErrNoKey = errors.New("the administration has no key yet")
	// ErrNoSafe: the account has no open safe.
	ErrNoSafe = errors.New("no safe is open for this account")
	// ErrArchive: not an export, or not a whole one.
	ErrArchive = errors.New("not a whole export")
	// ErrFewWays: a safe keeps two ways to be opened at least.
	ErrFewWays = errors.New("a safe keeps at least two ways to be opened")
	// ErrManyWays: a safe has sixteen ways to be opened at most.
	ErrManyWays = errors.New("a safe has at most sixteen ways to be opened")
	// ErrSameWay: these words open the safe already.
	ErrSameWay = errors.New("these words open the safe already")
	// ErrLabel: a way to open is called by 1 to 100 characters of text.
	ErrLabel = errors.New("not a label")
	// ErrEndless: a list goes on for longer than there can be anything in it.
	ErrEndless = errors.New("the list does not end")
	// ErrExpired: the end that the citizen signed has passed.
	ErrExpired = errors.New("the grant has ended")
)

// Problem is what the gateway refused (RFC 9457), in the caller's language.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Limit  int64  `json:"limit,omitempty"` // bytes, for the types about limits
	// After is how long to wait, where the gateway says so (Retry-After).
	After time.Duration `json:"-"`
}

// Slug is the stable name of the type.
func (p *Problem) Slug() string { return p.Type[strings.LastIndex(p.Type, "/")+1:] }

func (p *Problem) Error() string { return fmt.Sprintf("%s (%s): %s", p.Title, p.Slug(), p.Detail) }

// IsProblem says whether err is the gateway's refusal of that type.
func IsProblem(err error, slug string) bool {
	var p *Problem
	return errors.As(err, &p) && p.Slug() == slug
}

// OAuthError is a refusal of the token endpoint (RFC 6749 §5.2).
type OAuthError struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
	// Ahead is how far this machine's clock is before the server's; a minute is
	// enough for no assertion to be believed.
	Ahead time.Duration `json:"-"`
}

// Skewed says whether the clocks are too far apart for the refusal to have
// another cause.
func (e *OAuthError) Skewed() bool { return e.Ahead.Abs() > 20*time.Second }

func (e *OAuthError) Error() string { return strings.TrimSuffix(e.Code+": "+e.Description, ": ") }

// Alarm says that the gateway served what cryptography shows to be wrong.
// Evidence is plain data that can be shown to somebody else; it holds no key.
type Alarm struct {
	Err      error
	Evidence map[string]any
}

func (a *Alarm) Error() string { return a.Err.Error() }

func (a *Alarm) Unwrap() error { return a.Err }

// JSON is the evidence as a file.
func (a *Alarm) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(map[string]any{"error": a.Err.Error(), "evidence": a.Evidence}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode evidence: %w", err)
	}
	return append(b, '\n'), nil
}

// alarming are the failures that an honest gateway does not cause.
func alarming(err error) bool {
	for _, target := range []error{
		ErrRollback, journal.ErrProof, journal.ErrPolicy, journal.ErrEvent, journal.ErrFact,
		sealed.ErrForm, sealed.ErrLength, sealed.ErrHash, sealed.ErrSignature, sealed.ErrPin, sealed.ErrMismatch,
	} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// IsAlarm says whether err is what an honest gateway, or whoever keeps an
// export, does not cause.
func IsAlarm(err error) bool {
	var known *Alarm
	return errors.As(err, &known) || alarming(err)
}

// withEvidence makes an Alarm of err when it is one.
func withEvidence(err error, evidence map[string]any) error {
	var known *Alarm
	if err == nil || errors.As(err, &known) || !alarming(err) {
		return err
	}
	return &Alarm{Err: err, Evidence: evidence}
}

// mismatch says that something genuine is of another place.
func mismatch(what string) error {
	return fmt.Errorf("%s: %w", what, sealed.ErrMismatch)
}
