package liar

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	onCustodies = "GET /api/v1/custodies"
	onCheck     = "POST /api/v1/custodies/*/check"
	onEntries   = "GET /log/entries"
)

// aboutCustodies: what a custodian is shown (T13). She holds shares of two
// safes, and has agreed to a request of each; one of before was ended.
func aboutCustodies() []Lie {
	shown := func(name string, tell func(*World, *Answer) error) Lie {
		return Lie{Name: "custody: " + name, Threat: "T13", Act: Guard, On: onCustodies, Tell: tell}
	}
	all := []Lie{
		shown("a shorter delay", each(func(_ *World, o object) error {
			return signedText(o, "custody", `"delay":`, `"delay":1`)
		})),
		shown("signed by the liar", each(func(w *World, o object) error { return signedAgain(w, o, "custody", "coffre/v1/custody") })),
		shown("signed by the liar, its key in a forged fact", each(func(w *World, o object) error {
			if err := signedAgain(w, o, "custody", "coffre/v1/custody"); err != nil {
				return err
			}
			key, err := inner(o, "key")
			if err != nil {
				return err
			}
			entry, err := w.Keys.fact(object{"id": o["safe"]}, "safe")
			o["vk"], key["entry"] = w.Keys.vk(), entry
			return err
		})),
		shown("the safe's key without its leaf", each(func(_ *World, o object) error { delete(o, "key"); return nil })),
		shown("of another safe", swapItems("custody")),
		shown("another custodian's part", each(otherPart)),
		shown("a changed share", each(func(_ *World, o object) error { return flip(o, "sealed") })),
		shown("the share of another safe", swapItems("sealed")),
		shown("a request to other custodians", swapItems("recovery")),
		shown("a changed agreement", eachAsked(func(_ *World, _, r object) error { return flip(r, "agreement") })),
		shown("an agreement of the liar's, a year old", eachAsked(forgedAgreement)),
		shown("the agreement to another request", swapAsked("agreement")),
		shown("an agreement to a request of before", func(w *World, a *Answer) error { return earlierAsked(w, a, "agreement") }),
	}
	return append(append(all, aboutAgreeing()...), aboutGiving()...)
}

func aboutAgreeing() []Lie {
	asked := func(name string, tell func(w *World, r object) error) Lie {
		return Lie{Name: "agree: " + name, Threat: "T13", Act: Agree, On: onCustodies, Tell: eachAsked(func(w *World, _, r object) error {
			return tell(w, r)
		})}
	}
	return []Lie{
		asked("a request for the liar's key", askedByLiar),
		asked("a request that is not in the log", func(_ *World, r object) error { delete(r, "leaf"); return nil }),
		asked("a request under another entry", func(_ *World, r object) error {
			leaf, err := inner(r, "leaf")
			if err != nil {
				return err
			}
			leaf["entry"] = base64.StdEncoding.EncodeToString([]byte("coffre/v1/fact\n{}"))
			return nil
		}),
		asked("a request under another place", func(_ *World, r object) error {
			leaf, err := inner(r, "leaf")
			if err != nil {
				return err
			}
			leaf["index"] = 0
			return nil
		}),
		{Name: "agree: a request of before", Threat: "T13", Act: Agree, On: onCustodies, Tell: func(w *World, a *Answer) error {
			return earlierAsked(w, a, "request", "leaf")
		}},
	}
}

func aboutGiving() []Lie {
	give := func(name, on string, tell func(*World, *Answer) error) Lie {
		return Lie{Name: "give: " + name, Threat: "T13", Act: Give, On: on, Tell: tell}
	}
	entries := func(name string, change func(list []any) []any) Lie {
		return give("the log's entries, "+name, onEntries, func(_ *World, a *Answer) error {
			return a.edit(func(o object) error {
				list, _ := o["entries"].([]any)
				if len(list) < 2 { // what is left of a list that was cut before
					o["entries"] = []any{}
					return nil
				}
				o["entries"] = change(slices.Clone(list))
				return nil
			})
		})
	}
	return []Lie{
		give("a request that has ended", onCustodies, func(w *World, a *Answer) error {
			return earlierAsked(w, a, "request", "leaf", "agreement", "agreedAt", "created")
		}),
		give("no proof that the log is of now", onCheck, without("leaf")),
		give("the proof of another check", onCheck, another(onCheck)),
		give("a check of another nonce", onCheck, func(_ *World, a *Answer) error {
			return a.edit(func(o object) error {
				text, _ := o["event"].(string)
				o["event"] = strings.Replace(text, `"nonce":"`, `"nonce":"0`, 1)
				return nil
			})
		}),
		give("a check of another salt", onCheck, func(_ *World, a *Answer) error { return a.edit(func(o object) error { return flip(o, "salt") }) }),
		entries("the last left out", func(l []any) []any { return l[:len(l)-1] }),
		entries("the first left out", func(l []any) []any { return l[1:] }),
		entries("two exchanged", func(l []any) []any { l[0], l[1] = l[1], l[0]; return l }),
		entries("one more", func(l []any) []any { return append(l, l[0]) }),
		entries("one of them another", func(l []any) []any {
			l[len(l)-1] = base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
			return l
		}),
		entries("none", func([]any) []any { return []any{} }),
		give("another beginning of the log", onEntries, func(_ *World, a *Answer) error {
			return a.edit(func(o object) error {
				list, _ := o["left"].([]any)
				if len(list) == 0 {
					return errNothing
				}
				o["left"] = list[1:]
				return nil
			})
		}),
		give("entries of a shorter log", onEntries, set("size", func(*World, object) (any, error) { return 1, nil })),
		give("entries from elsewhere", onEntries, set("from", func(*World, object) (any, error) { return 0, nil })),
	}
}

// aboutCustodians are all of them.
func aboutCustodians() []Lie { return append(aboutCustodies(), aboutRecovering()...) }

func fromBase64(o object, member string) ([]byte, error) {
	text, _ := o[member].(string)
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) == 0 {
		return nil, fmt.Errorf("no %s: %w", member, errNothing)
	}
	return b, nil
}

// signedText changes the text under a signature.
func signedText(o object, member, from, to string) error {
	b, err := fromBase64(o, member)
	if err != nil {
		return err
	}
	o[member] = base64.StdEncoding.EncodeToString(bytes.Replace(b, []byte(from), []byte(to), 1))
	return nil
}

// signedAgain puts the liar's signature in the place of the right one.
func signedAgain(w *World, o object, member, context string) error {
	b, err := fromBase64(o, member)
	if err != nil || len(b) < 64 {
		return fmt.Errorf("sign %s: %w", member, errNothing)
	}
	o[member] = base64.StdEncoding.EncodeToString(w.Keys.Root.Sign(context, b[64:]))
	return nil
}

// eachAsked makes a lie about every custody of which something is asked.
func eachAsked(change func(w *World, o, r object) error) func(*World, *Answer) error {
	return func(w *World, a *Answer) error {
		return a.edit(func(o object) error {
			all, err := asked(o)
			for _, it := range all {
				r, _ := inner(it, "recovery")
				err = errors.Join(err, change(w, it, r))
			}
			return err
		})
	}
}

func asked(o object) ([]object, error) {
	all, err := items(o)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(it object) bool { return it["recovery"] == nil })
	if len(all) == 0 {
		return nil, errNothing
	}
	return all, nil
}

// swapItems exchanges one member of two items.
func swapItems(member string) func(*World, *Answer) error {
	return func(_ *World, a *Answer) error {
		return a.edit(func(o object) error {
			all, err := items(o)
			if err != nil || len(all) < 2 {
				return errNothing
			}
			all[0][member], all[1][member] = all[1][member], all[0][member]
			return nil
		})
	}
}

func swapAsked(member string) func(*World, *Answer) error {
	return func(_ *World, a *Answer) error {
		return a.edit(func(o object) error {
			all, err := asked(o)
			if err != nil || len(all) < 2 {
				return errNothing
			}
			first, _ := inner(all[0], "recovery")
			second, _ := inner(all[1], "recovery")
			first[member], second[member] = second[member], first[member]
			return nil
		})
	}
}

// otherPart names the next custodian of the custody as the reader's own.
func otherPart(_ *World, o object) error {
	b, err := fromBase64(o, "custody")
	if err != nil || len(b) < 64 {
		return errNothing
	}
	var c sealed.Custody
	if err := json.Unmarshal(b[64:], &c); err != nil {
		return err
	}
	for i, own := range c.Custodians {
		if own.ID == o["custodian"] {
			o["custodian"] = c.Custodians[(i+1)%len(c.Custodians)].ID
			return nil
		}
	}
	return errNothing
}

// forgedAgreement is signed by the liar, who wants no delay to be left.
func forgedAgreement(w *World, o, r object) error {
	request, err := fromBase64(r, "request")
	if err != nil {
		return err
	}
	own, _ := o["custodian"].(string)
	b, err := sealed.NewAgreement(request, own, 0, w.Keys.Root, time.Now().AddDate(-1, 0, 0))
	r["agreement"] = base64.StdEncoding.EncodeToString(b)
	return err
}

// earlierAsked shows members of the recovery as they were once, for an item
// whose request has changed since. It is said to be open.
func earlierAsked(w *World, a *Answer, members ...string) error {
	return a.edit(func(o object) error {
		all, err := items(o)
		if err != nil {
			return err
		}
		told := false
		for _, it := range all {
			now, err := inner(it, "recovery")
			if err != nil {
				continue
			}
			if then := askedBefore(w, it["safe"], now["request"], members); then != nil {
				for _, m := range append(members, "state") {
					now[m] = then[m]
				}
				delete(now, "givenAt")
				told = true
			}
		}
		if !told {
			return errNothing
		}
		return nil
	})
}

// askedBefore is the last recovery of that safe with another request and all
// of these members, as it was shown while it was open.
func askedBefore(w *World, safe, request any, members []string) object {
	var found object
	for _, seen := range w.Seen[w.At] {
		o, err := seen.read()
		if err != nil {
			continue
		}
		all, err := items(o)
		if err != nil {
			continue
		}
		for _, it := range all {
			r, err := inner(it, "recovery")
			if err != nil || it["safe"] != safe || r["request"] == request || r["state"] != "open" {
				continue
			}
			if !slices.ContainsFunc(members, func(m string) bool { return r[m] == nil }) {
				found = r
			}
		}
	}
	return found
}
