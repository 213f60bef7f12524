package gateway_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coffre-citoyen/coffre/internal/safe"
)

// walk reads a list page by page and calls between after each page.
func (w *world) walk(t *testing.T, who caller, path, cursor, member string, between func()) []string {
	t.Helper()
	var all []string
	next := ""
	for range 100 {
		at := path
		if next != "" {
			at += "&" + cursor + "=" + next
		}
		a := w.do(t, request{who: who, method: "GET", path: at}).is(t, 200)
		items := a.items(t, member)
		if len(items) > 2 {
			t.Errorf("%s gives %d items", at, len(items))
		}
		all = append(all, items...)
		var page struct{ Next string }
		a.read(t, &page)
		if page.Next == "" {
			return all
		}
		next = page.Next
		between()
	}
	t.Fatalf("%s never ends", path)
	return nil
}

// TestPagesStayInPlaceWhileTheListGrows: what was there when the reading
// began is seen once, in order, whatever is added meanwhile.
func TestPagesStayInPlaceWhileTheListGrows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, unlimited)
	c, o := w.citizen(t, "angela"), w.office(t, "Mairie de Valmont", valmont)
	d := c.put(t, 500)
	address := c.address(t, o)
	share := func() { c.share(t, d, o) }
	deposit := func() { w.do(t, o.deposit(address, []byte("plain"))).is(t, 201) }
	wanted := o.ask(t, w, "")
	asked := func() { o.ask(t, w, address) }
	others := func() {
		c := w.citizen(t, "marcel"+newKey())
		w.do(t, c.answers(wanted, c.answering(t, o, "residence"))).is(t, 201)
	}
	register := func(n int) {
		_, err := w.domain.RegisterAdministration(w.ctx, operator(), safe.NewAdministration{SIRET: siret(n), Name: fmt.Sprintf("Commune %03d", n)})
		must(t, err)
	}
	for i := range 5 {
		share()
		deposit()
		asked()
		others()
		register(i)
		w.clock.add(time.Second)
	}
	n := 5
	for _, tc := range []struct {
		who                  caller
		path, cursor, member string
		grow                 func()
	}{
		{c.caller, "/api/v1/safe/grants", "after", "id", share},
		{o.agent, "/api/v1/administration/grants", "after", "id", share},
		{c.caller, "/api/v1/safe/inbox", "after", "doc", deposit},
		{o.agent, "/api/v1/administration/requests", "after", "id", asked},
		{o.agent, "/api/v1/administration/requests/" + wanted + "/replies", "after", "id", others},
		{nobody, "/api/v1/administrations", "after", "id", func() { register(n); n++ }},
		{c.caller, "/api/v1/safe/journal", "before", "cursor", share},
	} {
		before := w.do(t, request{who: tc.who, method: "GET", path: tc.path + "?limit=200"}).items(t, tc.member)
		if len(before) < 5 {
			t.Fatalf("%s begins with %d items", tc.path, len(before))
		}
		seen := w.walk(t, tc.who, tc.path+"?limit=2", tc.cursor, tc.member, func() {
			if w.clock.add(time.Second); len(before) < 50 {
				tc.grow()
			}
		})
		old := slices.DeleteFunc(slices.Clone(seen), func(id string) bool { return !slices.Contains(before, id) })
		if !slices.Equal(old, before) {
			t.Errorf("%s page by page:\n%s\nwas at first:\n%s", tc.path, strings.Join(old, " "), strings.Join(before, " "))
		}
		slices.Sort(seen)
		if len(slices.Compact(slices.Clone(seen))) != len(seen) {
			t.Errorf("%s gives an item twice", tc.path)
		}
	}
}

// siret makes a number with a right check digit.
func siret(n int) string {
	base := fmt.Sprintf("2199999%06d", n)
	for d := range 10 {
		if s := fmt.Sprintf("%s%d", base, d); luhn(s) {
			return s
		}
	}
	return ""
}

func luhn(s string) bool {
	sum := 0
	for i := range s {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// TestTheSameKeyIsTheSameAct: a repetition has the same answer and no second
// effect; other content under the same key is refused.
func TestTheSameKeyIsTheSameAct(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	kept := s.c.put(t, 500)
	other := s.keyless(t, "Département de la Brenne", brenne)
	grant := s.c.newGrant(t, kept, s.o)
	elsewhere := s.c.newGrant(t, kept, s.o)
	for _, tc := range []struct {
		name        string
		same, other request
		list        string
	}{
		{
			"reservation",
			request{who: s.c.caller, method: "POST", path: "/api/v1/safe/uploads", json: object{"sealed": 5000}},
			request{who: s.c.caller, method: "POST", path: "/api/v1/safe/uploads", json: object{"sealed": 5001}},
			"",
		},
		{
			"address",
			request{who: s.c.caller, method: "POST", path: "/api/v1/safe/addresses", json: object{"administration": s.o.ID}},
			request{who: s.c.caller, method: "POST", path: "/api/v1/safe/addresses", json: object{"administration": other.ID}},
			"/api/v1/safe/addresses",
		},
		{
			"grant",
			request{who: s.c.caller, method: "POST", path: "/api/v1/safe/grants", json: grant},
			request{who: s.c.caller, method: "POST", path: "/api/v1/safe/grants", json: elsewhere},
			"/api/v1/safe/grants",
		},
		{"deposit", s.o.deposit(s.address, []byte("plain")), s.o.deposit(s.address, []byte("other")), "/api/v1/safe/inbox"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := s.count(t, tc.list)
			key := newKey()
			first := s.do(t, tc.same.with("Idempotency-Key", key)).is(t, 201)
			s.clock.add(time.Minute)
			second := s.do(t, tc.same.with("Idempotency-Key", key)).is(t, 201)
			for _, member := range []string{"id", "doc", "version", "created", "deposited", "sha256"} {
				var a, b object
				first.read(t, &a)
				second.read(t, &b)
				if a[member] != b[member] {
					t.Errorf("%s is %v, then %v", member, a[member], b[member])
				}
			}
			s.refused(t, tc.other.with("Idempotency-Key", key), 422, "key-reused")
			if after := s.count(t, tc.list); tc.list != "" && after != before+1 {
				t.Errorf("%d items became %d", before, after)
			}
		})
	}
}

func (s *scene) count(t *testing.T, path string) int {
	t.Helper()
	if path == "" {
		return 0
	}
	return len(s.do(t, request{who: s.c.caller, method: "GET", path: path}).is(t, 200).items(t, "doc"))
}

// TestTheSameKeyAtTheSameTime: eight at once are one.
func TestTheSameKeyAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	reserve := request{
		who: s.c.caller, method: "POST", path: "/api/v1/safe/uploads", json: object{"sealed": 5000}, header: object{"Idempotency-Key": newKey()},
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	got := map[string]int{}
	for range 8 {
		wg.Go(func() {
			v := s.do(t, reserve).string(t, "version")
			mu.Lock()
			defer mu.Unlock()
			got[v]++
		})
	}
	wg.Wait()
	if len(got) != 1 {
		t.Errorf("eight tries with one key reserved %v", got)
	}
}
