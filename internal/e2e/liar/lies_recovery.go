package liar

import (
	"encoding/base64"
	"encoding/json"

	"github.com/coffre-citoyen/coffre/internal/sealed"
)

const (
	onCard     = "GET /api/v1/cards/*"
	onCustody  = "GET /api/v1/safe/custody"
	onNamed    = "PUT /api/v1/safe/custody"
	onRecovery = "GET /api/v1/safe/recovery"
	onAsked    = "POST /api/v1/safe/recovery"
)

// aboutRecovering: what the holder is shown while she names, loses and
// recovers.
func aboutRecovering() []Lie {
	lie := func(act Act, on, name string, tell func(*World, *Answer) error) Lie {
		return Lie{Name: string(act) + ": " + name, Threat: "T13", Act: act, On: on, Tell: tell}
	}
	wrong := func(act Act) []Lie {
		return []Lie{
			lie(act, onCustody, "a custody signed by the liar", func(w *World, a *Answer) error {
				return a.edit(func(o object) error { return signedAgain(w, o, "custody", "coffre/v1/custody") })
			}),
			lie(act, onCustody, "a shorter delay", func(_ *World, a *Answer) error {
				return a.edit(func(o object) error { return signedText(o, "custody", `"delay":`, `"delay":1`) })
			}),
			lie(act, onCustody, "the custody of another safe", old),
		}
	}
	all := append(wrong(Guards), wrong(Ask)...)
	all = append(all,
		lie(Ask, onKeyring, "another root key", set("vk", func(w *World, _ object) (any, error) { return w.Keys.vk(), nil })),
		lie(Name, onCard, "the liar's card and key", ownCard),
		lie(Name, onCard, "somebody else's card and key", another(onCard)),
		lie(Name, onCard, "the liar's card under her key", func(w *World, a *Answer) error {
			return a.edit(func(o object) error { return signedAgain(w, o, "card", "coffre/v1/card") })
		}),
		lie(Name, onCard, "a changed card", flipped("card")),
		lie(Name, onAdministrations, "another recipient of the town hall", each(func(w *World, o object) error {
			o["recipient"] = w.Keys.Identity.Recipient().String()
			return nil
		})),
		lie(Name, onNamed, "another custody kept than was sent", flipped("custody")),
	)
	return append(all, aboutFinishing(lie)...)
}

func aboutFinishing(lie func(act Act, on, name string, tell func(*World, *Answer) error) Lie) []Lie {
	parts := func(name string, change func(w *World, all []object) error) Lie {
		return lie(Finish, onRecovery, name, func(w *World, a *Answer) error {
			return a.edit(func(o object) error {
				all, err := items(object{"items": o["parts"]})
				if err != nil {
					return err
				}
				var given []object
				for _, p := range all {
					if p["sealed"] != nil {
						given = append(given, p)
					}
				}
				if len(given) < 2 {
					return errNothing
				}
				return change(w, given)
			})
		})
	}
	return []Lie{
		parts("a changed share", func(_ *World, all []object) error { return flip(all[0], "sealed") }),
		parts("one share twice", func(_ *World, all []object) error { all[1]["sealed"] = all[0]["sealed"]; return nil }),
		parts("shares for somebody else", func(w *World, all []object) error {
			for _, p := range all {
				b, err := w.Keys.someSealed()
				if err != nil {
					return err
				}
				p["sealed"] = base64.StdEncoding.EncodeToString(b)
			}
			return nil
		}),
		lie(Finish, onRecovery, "a custody signed by the liar", func(w *World, a *Answer) error {
			return a.edit(func(o object) error { return signedAgain(w, o, "custody", "coffre/v1/custody") })
		}),
		lie(Finish, onKeyring, "another root key", set("vk", func(w *World, _ object) (any, error) { return w.Keys.vk(), nil })),
		{Name: "finish: a request for the liar's key", Threat: "T13", Act: Finish, On: onRecovery, Quiet: true, Tell: func(w *World, a *Answer) error {
			return a.edit(func(o object) error { return askedByLiar(w, o) })
		}},
		// The last two change the gateway's state: the lie is in the answer.
		lie(Ask, onAsked, "another request kept than was sent", flipped("request")),
		lie(Cancel, onEntries, "the end is not in the log", func(_ *World, a *Answer) error {
			return a.edit(func(o object) error { o["entries"] = []any{}; return nil })
		}),
	}
}

// askedByLiar makes a request one whose shares come sealed to the liar.
func askedByLiar(w *World, o object) error {
	b, err := fromBase64(o, "request")
	if err != nil {
		return err
	}
	var q sealed.Request
	if err := sealed.DecodeCanonical(b, &q); err != nil {
		return err
	}
	q.Recipient = w.Keys.Identity.Recipient().String()
	b, err = sealed.Canonical(q)
	o["request"] = base64.StdEncoding.EncodeToString(b)
	return err
}

// ownCard is signed with the liar's key, which is shown beside it.
func ownCard(w *World, a *Answer) error {
	return a.edit(func(o object) error {
		b, err := fromBase64(o, "card")
		if err != nil || len(b) < 64 {
			return errNothing
		}
		var c sealed.Card
		if err := json.Unmarshal(b[64:], &c); err != nil {
			return err
		}
		c.Recipient = w.Keys.Identity.Recipient().String()
		payload, err := sealed.Canonical(c)
		o["card"] = base64.StdEncoding.EncodeToString(w.Keys.Root.Sign("coffre/v1/card", payload))
		o["vk"] = w.Keys.vk()
		return err
	})
}

// someSealed is some age file of the right form, for a key of the liar's.
func (k Keys) someSealed() ([]byte, error) {
	_, box, err := k.keyring("aaaaaaaaaaaaaaaaaaaaaaaaaa")
	if err != nil {
		return nil, err
	}
	return box.Copies[0].Sealed, nil
}
