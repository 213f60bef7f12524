package safe_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/backup"
	"github.com/coffre-citoyen/coffre/internal/notice"
	"github.com/coffre-citoyen/coffre/internal/safe"
)

const (
	mailbox  = "angela.dubois@courriel.example"
	endpoint = "https://push.example/send/abc"
	hookURL  = "https://si.valmont.example/coffre"
)

func outlets(t *testing.T) safe.Outlets {
	t.Helper()
	keys, err := notice.NewKeys(bytes.Repeat([]byte{7}, notice.KeySize))
	must(t, err)
	public, err := keys.Push()
	must(t, err)
	return safe.Outlets{
		Contacts: keys, Email: true, PushKey: public,
		Push: notice.Hosts{"push.example"}.Allows, Webhook: notice.Hosts{"si.valmont.example", "other.example"}.Allows,
	}
}

// telling is a world in which people are told.
func telling(t *testing.T) *world {
	t.Helper()
	o := outlets(t)
	return newWorld(t).with(func(c *safe.Config) { c.Outlets = o })
}

func (w *world) due(t *testing.T, lane safe.Way) []safe.Delivery {
	t.Helper()
	all, err := w.TakeDeliveries(w.ctx, lane, 10)
	must(t, err)
	return all
}

// wantDue takes what is due, and says what it is about.
func (w *world) wantDue(t *testing.T, lane safe.Way, topics ...string) []safe.Delivery {
	t.Helper()
	all := w.due(t, lane)
	var got []string
	for _, d := range all {
		got = append(got, d.Topic)
	}
	if strings.Join(got, " ") != strings.Join(topics, " ") {
		t.Fatalf("due are %q, want %q", got, topics)
	}
	return all
}

func (w *world) arrive(t *testing.T, all ...safe.Delivery) {
	t.Helper()
	for _, d := range all {
		must(t, w.Delivered(w.ctx, d))
	}
}

// reads gives an address and types the code.
func (c *citizen) reads(t *testing.T, address string) safe.NoticeView {
	t.Helper()
	n, err := c.w.ChooseEmail(c.w.ctx, c.Actor, address, "fr")
	must(t, err)
	d := c.w.wantDue(t, safe.ByEmail, safe.TopicCode)[0]
	if d.Address != address || len(d.Code) != 6 || d.Language != "fr" {
		t.Fatalf("the code goes out as %+v", d)
	}
	c.w.arrive(t, d)
	must(t, c.w.ConfirmNotice(c.w.ctx, c.Actor, n.ID, d.Code))
	return n
}

func TestNobodyIsToldWhoHasNotChosenIt(t *testing.T) {
	w := telling(t)
	c, m := w.citizen(t, "angela"), w.keyedMairie(t, "Mairie", "21370999900015")
	g := c.share(t, c.put(t, 1000), m)
	_, err := w.ReleaseGrant(w.ctx, m.agent, g.ID)
	must(t, err)
	for _, lane := range []safe.Way{safe.ByEmail, safe.ByPush, safe.ByWebhook} {
		w.wantDue(t, lane)
	}
	without := newWorld(t)
	angela := without.citizen(t, "angela")
	_, err = without.ChooseEmail(without.ctx, angela.Actor, mailbox, "fr")
	wantKind(t, err, safe.NotFound)
}

func TestAnAddressIsUsedOnceItsReaderHasShownTheCode(t *testing.T) {
	w := telling(t)
	c, m := w.citizen(t, "angela"), w.keyedMairie(t, "Mairie", "21370999900015")
	n, err := w.ChooseEmail(w.ctx, c.Actor, mailbox, "fr")
	must(t, err)
	code := w.wantDue(t, safe.ByEmail, safe.TopicCode)[0]
	w.arrive(t, code)
	g := c.share(t, c.put(t, 1000), m)
	release := func() {
		t.Helper()
		_, err := w.ReleaseGrant(w.ctx, m.agent, g.ID)
		must(t, err)
	}
	release()
	w.wantDue(t, safe.ByEmail)
	if err := w.ConfirmNotice(w.ctx, c.Actor, n.ID, "x"+code.Code[1:]); asError(err).Reason != safe.ReasonWrongCode {
		t.Fatalf("a wrong code: %v", err)
	}
	wantKind(t, w.ConfirmNotice(w.ctx, w.citizen(t, "marcel").Actor, n.ID, code.Code), safe.NotFound)
	must(t, w.ConfirmNotice(w.ctx, c.Actor, n.ID, code.Code))
	release()
	d := w.wantDue(t, safe.ByEmail, safe.TopicNews)[0]
	if d.Address != mailbox {
		t.Errorf("news goes to %q", d.Address)
	}
	all, err := w.Notices(w.ctx, c.Actor)
	must(t, err)
	if len(all) != 1 || all[0].Address != mailbox || all[0].Confirmed.IsZero() {
		t.Errorf("she sees %+v", all)
	}
	for _, ev := range w.events(t, c.Safe) {
		if b, err := ev.Encode(); err != nil || bytes.Contains(b, []byte("angela.dubois")) {
			t.Errorf("the journal says %s, %v", b, err)
		}
	}
}

// TestACodeIsNotGuessed, and an address that nobody confirms is forgotten.
func TestACodeIsNotGuessed(t *testing.T) {
	w := telling(t)
	c := w.citizen(t, "angela")
	n, err := w.ChooseEmail(w.ctx, c.Actor, mailbox, "fr")
	must(t, err)
	code := w.wantDue(t, safe.ByEmail, safe.TopicCode)[0].Code
	for range 5 {
		if err := w.ConfirmNotice(w.ctx, c.Actor, n.ID, "none"); asError(err).Reason != safe.ReasonWrongCode {
			t.Fatal(err)
		}
	}
	wantKind(t, w.ConfirmNotice(w.ctx, c.Actor, n.ID, code), safe.NotFound)
	n, err = w.ChooseEmail(w.ctx, c.Actor, mailbox, "fr")
	must(t, err)
	code = w.wantDue(t, safe.ByEmail, safe.TopicCode)[0].Code
	w.clock.add(time.Hour)
	wantKind(t, w.ConfirmNotice(w.ctx, c.Actor, n.ID, code), safe.Expired)
	_, err = w.Sweep(w.ctx)
	must(t, err)
	if all, err := w.Notices(w.ctx, c.Actor); err != nil || len(all) != 0 {
		t.Errorf("an hour later she still has %v, %v", all, err)
	}
}

// TestANewAddressTakesThePlaceOfTheOldOneOnceItIsConfirmed: until then nobody
// who holds a session for a moment has cut her off.
func TestANewAddressTakesThePlaceOfTheOldOneOnceItIsConfirmed(t *testing.T) {
	w := telling(t)
	c := w.citizen(t, "angela")
	c.reads(t, mailbox)
	w.clock.add(time.Second)
	_, err := w.ChooseEmail(w.ctx, c.Actor, "other@courriel.example", "fr")
	must(t, err)
	if all, err := w.Notices(w.ctx, c.Actor); err != nil || len(all) != 2 || all[0].Address != mailbox {
		t.Fatalf("she has %+v, %v", all, err)
	}
	c.reads(t, "third@courriel.example")
	all, err := w.Notices(w.ctx, c.Actor)
	must(t, err)
	if len(all) != 1 || all[0].Address != "third@courriel.example" {
		t.Errorf("she has %+v", all)
	}
}

// TestOneMailAnHour: what comes meanwhile is in the next one, and nothing is
// lost that comes while one is on its way.
func TestOneMailAnHour(t *testing.T) {
	w := telling(t)
	c, m := w.citizen(t, "angela"), w.keyedMairie(t, "Mairie", "21370999900015")
	c.reads(t, mailbox)
	g := c.share(t, c.put(t, 1000), m)
	release := func() {
		t.Helper()
		_, err := w.ReleaseGrant(w.ctx, m.agent, g.ID)
		must(t, err)
	}
	release()
	release()
	first := w.wantDue(t, safe.ByEmail, safe.TopicNews)
	release() // while it is on its way
	w.arrive(t, first...)
	w.wantDue(t, safe.ByEmail)
	w.clock.add(59 * time.Minute)
	w.wantDue(t, safe.ByEmail)
	w.clock.add(time.Minute)
	w.arrive(t, w.wantDue(t, safe.ByEmail, safe.TopicNews)...)
	w.clock.add(2 * time.Hour)
	w.wantDue(t, safe.ByEmail)
}

// TestNothingIsSentToAnAddressThatWasTakenBack, and nothing of it is left.
func TestNothingIsSentToAnAddressThatWasTakenBack(t *testing.T) {
	w := telling(t)
	c, m := w.citizen(t, "angela"), w.keyedMairie(t, "Mairie", "21370999900015")
	n := c.reads(t, mailbox)
	g := c.share(t, c.put(t, 1000), m)
	_, err := w.ReleaseGrant(w.ctx, m.agent, g.ID)
	must(t, err)
	wantKind(t, w.EndNotice(w.ctx, w.citizen(t, "marcel").Actor, n.ID), safe.NotFound)
	must(t, w.EndNotice(w.ctx, c.Actor, n.ID))
	w.wantDue(t, safe.ByEmail)
	wantKind(t, w.EndNotice(w.ctx, c.Actor, n.ID), safe.NotFound)
}

// TestAddressesRestSealed: nobody who reads the database finds them.
func TestAddressesRestSealed(t *testing.T) {
	w := telling(t)
	c := w.citizen(t, "angela")
	c.reads(t, mailbox)
	_, err := w.ChoosePush(w.ctx, c.Actor, endpoint, "fr")
	must(t, err)
	found := 0
	must(t, w.db.Dump(w.ctx, func(r backup.Row) error {
		row := fmt.Sprintf("%s %q", r.Table, r.Values)
		for _, secret := range []string{"angela.dubois", "courriel.example", "send/abc", "push.example"} {
			if strings.Contains(row, secret) {
				t.Errorf("a row holds %q: %s", secret, row)
			}
		}
		if r.Table == "notices" {
			found++
		}
		return nil
	}))
	if found != 2 {
		t.Errorf("%d notices are in the database", found)
	}
}

func TestWhatIsNoEmailAddress(t *testing.T) {
	w := telling(t)
	c := w.citizen(t, "angela")
	for _, bad := range []string{
		"", "angela", "angela@", "@example.org", "Angela <angela@example.org>", "a@example.org, b@example.org", "a b@example.org",
		"a@example.org\r\nBcc: b@example.org", "\"a b\"@example.org", "é@example.org", strings.Repeat("a", 250) + "@example.org",
	} {
		if _, err := w.ChooseEmail(w.ctx, c.Actor, bad, "fr"); asError(err).Reason != safe.ReasonNoEmail {
			t.Errorf("%q: %v", bad, err)
		}
	}
	_, err := w.ChooseEmail(w.ctx, c.Actor, mailbox, "de")
	wantKind(t, err, safe.Invalid)
}

// TestBrowsersAreWokenAtListedServicesOnly, five of them, each once.
func TestBrowsersAreWokenAtListedServicesOnly(t *testing.T) {
	w := telling(t)
	c := w.citizen(t, "angela")
	for _, bad := range []string{"https://elsewhere.example/x", "http://push.example/x", "https://push.example:444/x", "https://push.example@elsewhere.example/"} {
		if _, err := w.ChoosePush(w.ctx, c.Actor, bad, "fr"); asError(err).Reason != safe.ReasonNotListed {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for _, id := range []string{"1", "2", "2", "3", "4", "5", "6"} {
		_, err := w.ChoosePush(w.ctx, c.Actor, endpoint+id, "fr")
		must(t, err)
		w.clock.add(time.Second)
	}
	all, err := w.Notices(w.ctx, c.Actor)
	must(t, err)
	if len(all) != 5 || all[0].Address != endpoint+"2" {
		t.Errorf("she is told at %+v", all)
	}
	m := w.keyedMairie(t, "Mairie", "21370999900015")
	g := c.share(t, c.put(t, 1000), m)
	_, err = w.ReleaseGrant(w.ctx, m.agent, g.ID)
	must(t, err)
	for _, d := range w.due(t, safe.ByPush) {
		must(t, w.NotDelivered(w.ctx, d, safe.Failure{Reason: "gone", Gone: true}))
	}
	if all, err := w.Notices(w.ctx, c.Actor); err != nil || len(all) != 0 {
		t.Errorf("of browsers that are gone she still has %v, %v", all, err)
	}
}
