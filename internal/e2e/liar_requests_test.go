package e2e_test

import (
	"encoding/json"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/e2e/liar"
)

// asked are two requests of the town hall, one of them answered and asked about.
type asked struct {
	link, id string
}

// ask makes both, in truth, and looks at everything once.
func (l *lied) ask() {
	l.t.Helper()
	request := func(reference string) (link, id string) {
		made := l.agent.coffre("admin", "request", "new", "--procedure", "Inscription", "--basis", "Code de l’éducation, L131-5",
			"--purpose", "Inscrire un enfant", "--reference", reference, "--until", nextYear(), "--want", "identity,identity-card:2", "--want", "family-book")
		found := linkOf.FindStringSubmatch(made)
		return found[0], found[1]
	}
	answer := func(link, id, doc string) {
		l.citizen.coffre("requests", "answer", link, "--give", "family-book="+doc+"-"+secretWord+".txt")
		l.citizen.coffre("requests", "ask", link, "--text", "Faut-il l’original ?")
		var sides []struct{ Reply struct{ ID string } }
		must(l.t, json.Unmarshal([]byte(l.agent.coffre("admin", "request", "show", id, "--json")), &sides))
		l.agent.coffre("admin", "request", "answer", id, sides[0].Reply.ID, "--text", "Non.")
		l.citizen.coffre("requests", "show", link)
		l.agent.coffre("admin", "request", "show", id)
	}
	other, otherID := request("autre")
	answer(other, otherID, "deux")
	l.asked.link, l.asked.id = request("2026-00417")
	answer(l.asked.link, l.asked.id, "un")
	l.citizen.coffre("administrations")
	l.agent.coffre("received")
}

// requestCommand is how somebody does an act of a request.
func (l *lied) requestCommand(t *testing.T, act liar.Act) (*shell, []string, bool) {
	t.Helper()
	switch act {
	case liar.Asked:
		// By its id: behind # of a link there is more, which catches other lies.
		return l.copyOf(t, l.citizen), []string{"requests", "show", l.asked.id}, true
	case liar.Answering:
		return l.copyOf(t, l.citizen), []string{"requests", "answer", l.asked.id, "--give", "identity=un-" + secretWord + ".txt"}, true
	case liar.Side:
		return l.copyOf(t, l.agent), []string{"admin", "request", "show", l.asked.id}, true
	case liar.Answers:
		return l.copyOf(t, l.agent), []string{"admin", "request", "fetch", l.asked.id, "--out", "out.txt"}, true
	}
	return nil, nil, false
}
