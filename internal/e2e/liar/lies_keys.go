package liar

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// aboutReaders: keys that are not those of whom they are said to be.
func aboutReaders() []Lie {
	recipient := func(w *World, _ object) (any, error) { return w.Keys.Identity.Recipient().String(), nil }
	vk := func(w *World, _ object) (any, error) { return w.Keys.vk(), nil }
	return []Lie{
		{Name: "administration: another recipient", Threat: "T1", Act: Share, On: onAdministrations, Tell: each(func(w *World, o object) error {
			o["recipient"] = w.Keys.Identity.Recipient().String()
			return nil
		})},
		{Name: "administration: another key all through, its fact forged", Threat: "T1", Act: Share, On: onAdministrations, Tell: each(forgeFact("administration"))},
		{Name: "administration: keys of two swapped", Threat: "T1", Act: Share, On: onAdministrations, Tell: swapKeys},
		{Name: "administration: key without its leaf", Threat: "T1", Act: Share, On: onAdministrations, Tell: each(func(_ *World, o object) error {
			delete(o, "key")
			return nil
		})},
		{Name: "administration: another name for a key", Threat: "T1", Act: Share, On: onAdministrations, Tell: each(func(_ *World, o object) error {
			o["name"] = fmt.Sprint(o["name"], " ")
			return nil
		})},
		{Name: "citizen: another recipient in her keyring", Threat: "T1", Act: List, On: onKeyring, Tell: set("recipient", recipient)},
		{Name: "citizen: another key in the log", Threat: "T1", Act: List, On: onSafe, Tell: func(w *World, a *Answer) error {
			return a.edit(func(o object) error { return forgeFact("safe")(w, o) })
		}},
		{Name: "citizen: no key in the log", Threat: "T1", Act: List, On: onSafe, Tell: without("key")},
		{Name: "citizen: another root key in her keyring", Threat: "T2", Act: List, On: onKeyring, Tell: set("vk", vk)},
		{Name: "citizen: another root key when sharing", Threat: "T2", Act: Fetch, On: onGrantRelease, Tell: set("vk", vk)},
		{Name: "citizen: another key all through, its fact forged", Threat: "T2", Act: Fetch, On: onGrantRelease, Tell: func(w *World, a *Answer) error {
			return a.edit(func(o object) error {
				key, err := inner(o, "key")
				if err != nil {
					return err
				}
				entry, err := w.Keys.fact(o, "safe")
				o["vk"], key["entry"] = w.Keys.vk(), entry
				if err != nil {
					key["entry"] = base64.StdEncoding.EncodeToString([]byte("coffre/v1/fact\n{}"))
				}
				return nil
			})
		}},
	}
}

// forgeFact replaces a key and what the log is said to hold of it.
func forgeFact(holder string) func(w *World, o object) error {
	return func(w *World, o object) error {
		key, err := inner(o, "key")
		if err != nil {
			return nil //nolint:nilerr // an administration without a key
		}
		entry, err := w.Keys.fact(o, holder)
		o["recipient"], o["vk"], key["entry"] = w.Keys.Identity.Recipient().String(), w.Keys.vk(), entry
		return err
	}
}

func swapKeys(_ *World, a *Answer) error {
	return a.edit(func(o object) error {
		all, err := items(o)
		if err != nil {
			return err
		}
		if len(all) < 2 {
			return errNothing
		}
		for i := 1; i < len(all); i++ {
			for _, m := range []string{"recipient", "vk", "key"} {
				all[i-1][m], all[i][m] = all[i][m], all[i-1][m]
			}
		}
		return nil
	})
}

// aboutKeyrings: other keyrings, or none.
func aboutKeyrings() []Lie {
	return []Lie{
		{Name: "keyring: the liar's own", Threat: "T2", Act: List, On: onKeyring, Tell: ownKeyring},
		{Name: "keyring: the liar's root under her unlockers", Threat: "T2", Act: List, On: onKeyring, Tell: func(w *World, a *Answer) error {
			return a.edit(func(o object) error {
				o["vk"], o["recipient"] = w.Keys.vk(), w.Keys.Identity.Recipient().String()
				return nil
			})
		}},
		{Name: "keyring: pins of another root", Threat: "T2", Act: List, On: onKeyring, Tell: eachCopy(func(o object) error { return flip(o, "pin") })},
		{Name: "keyring: a changed copy", Threat: "T2", Act: List, On: onKeyring, Tell: eachCopy(func(o object) error { return flip(o, "sealed") })},
		{Name: "keyring: copies swapped", Threat: "T2", Act: List, On: onKeyring, Tell: swapCopies},
		{Name: "keyring: one way to unlock left out", Threat: "T2", Act: List, On: onKeyring, Tell: oneCopy},
		{Name: "keyring: another epoch", Threat: "T2", Act: List, On: onKeyring, Tell: set("epoch", func(*World, object) (any, error) { return 7, nil })},
		{Name: "keyring: of another safe", Threat: "T5", Act: List, On: onKeyring, Tell: set("safe", func(*World, object) (any, error) { return "aaaaaaaaaaaaaaaaaaaaaaaaaa", nil })},
		{Name: "keyring: of another administration", Threat: "T5", Act: Fetch, On: onOfficeKeyring, Tell: set("safe", func(*World, object) (any, error) { return "aaaaaaaaaaaaaaaaaaaaaaaaaa", nil })},
		{Name: "administration's keyring: the liar's root", Threat: "T2", Act: Fetch, On: onOfficeKeyring, Tell: set("vk", func(w *World, _ object) (any, error) { return w.Keys.vk(), nil })},
		{Name: "safe: never opened, make a new one", Threat: "T2", Act: Create, On: onMe, Tell: func(_ *World, a *Answer) error {
			return a.edit(func(o object) error {
				safe, err := inner(o, "safe")
				if err != nil {
					return err
				}
				safe["state"] = "absent"
				return nil
			})
		}},
	}
}

func ownKeyring(w *World, a *Answer) error {
	o, err := a.read()
	if err != nil {
		return err
	}
	id, _ := o["safe"].(string)
	_, box, err := w.Keys.keyring(id)
	if err != nil {
		return err
	}
	a.Body, err = json.Marshal(box)
	return err
}

func copiesOf(o object) ([]object, error) { return items(object{"items": o["copies"]}) }

func eachCopy(change func(o object) error) func(*World, *Answer) error {
	return func(_ *World, a *Answer) error {
		return a.edit(func(o object) error {
			all, err := copiesOf(o)
			for _, c := range all {
				if err == nil {
					err = change(c)
				}
			}
			return err
		})
	}
}

func swapCopies(_ *World, a *Answer) error {
	return a.edit(func(o object) error {
		all, err := copiesOf(o)
		if err != nil || len(all) < 2 {
			return errNothing
		}
		all[0]["sealed"], all[1]["sealed"] = all[1]["sealed"], all[0]["sealed"]
		return nil
	})
}

func oneCopy(_ *World, a *Answer) error {
	return a.edit(func(o object) error {
		all, err := copiesOf(o)
		if err != nil {
			return err
		}
		o["copies"] = all[:1]
		return nil
	})
}
