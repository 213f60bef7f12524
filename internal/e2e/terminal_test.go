package e2e_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// seat is a person at a terminal: what appears on the screen, and a keyboard.
type seat struct {
	t    *testing.T
	keys *os.File
	more chan struct{} // something new is on the screen
	gone chan struct{} // nothing more will be
	mu   sync.Mutex
	seen []byte
}

// sit starts a program on a terminal of its own.
func (s *shell) sit(name string, args ...string) (*seat, func() int) {
	s.t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	must(s.t, err)
	must(s.t, unix.IoctlSetPointerInt(int(keys.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(keys.Fd()), unix.TIOCGPTN)
	must(s.t, err)
	screen, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	must(s.t, err)
	cmd := s.command(name, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = screen, screen, screen
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	must(s.t, cmd.Start())
	must(s.t, screen.Close())
	p := &seat{t: s.t, keys: keys, more: make(chan struct{}, 1), gone: make(chan struct{})}
	go p.watch()
	s.t.Cleanup(func() { _ = keys.Close() })
	return p, func() int {
		_ = cmd.Wait()
		<-p.gone
		return cmd.ProcessState.ExitCode()
	}
}

func (p *seat) watch() {
	defer close(p.gone)
	for b := make([]byte, 4096); ; {
		n, err := p.keys.Read(b)
		p.mu.Lock()
		p.seen = append(p.seen, b[:n]...)
		p.mu.Unlock()
		select {
		case p.more <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// until waits for a text, takes everything up to its end off the screen and
// gives it.
func (p *seat) until(text string) string {
	p.t.Helper()
	late := time.After(patience)
	for over := false; ; {
		p.mu.Lock()
		if at := bytes.Index(p.seen, []byte(text)); at >= 0 {
			shown := string(p.seen[:at+len(text)])
			p.seen = p.seen[at+len(text):]
			p.mu.Unlock()
			return shown
		}
		shown := string(p.seen)
		p.mu.Unlock()
		if over {
			p.t.Fatalf("the program ended without %q:\n%s", text, shown)
		}
		select {
		case <-p.more:
		case <-p.gone:
			over = true
		case <-late:
			p.t.Fatalf("%q does not appear:\n%s", text, shown)
		}
	}
}

// quiet waits until the terminal shows nothing of what is typed.
func (p *seat) quiet() {
	p.t.Helper()
	for late := time.Now().Add(patience); time.Now().Before(late); {
		state, err := unix.IoctlGetTermios(int(p.keys.Fd()), unix.TCGETS)
		must(p.t, err)
		if state.Lflag&unix.ECHO == 0 {
			return
		}
	}
	p.t.Fatal("the terminal shows what is typed")
}

func (p *seat) press(line string) {
	p.t.Helper()
	_, err := p.keys.WriteString(line + "\n")
	must(p.t, err)
}

var numberedWord = regexp.MustCompile(`(\d+)\. (\p{L}+)`)

// wordsOf reads the numbered words on the screen.
func wordsOf(t *testing.T, shown string, want int) string {
	t.Helper()
	var words []string
	for i, m := range numberedWord.FindAllStringSubmatch(shown, -1) {
		if m[1] != fmt.Sprint(i+1) {
			t.Errorf("word %d is numbered %s", i+1, m[1])
		}
		words = append(words, m[2])
	}
	if len(words) != want {
		t.Fatalf("%d words are shown, want %d:\n%s", len(words), want, shown)
	}
	return strings.Join(words, " ")
}

// TestSafeIsOpenedByTypingBack: a citizen at a terminal opens her safe; both
// keys are shown once, typed back from paper, and open it afterwards. What is
// typed to unlock is not shown.
func TestSafeIsOpenedByTypingBack(t *testing.T) {
	g := serve(t)
	s := newShell(t)
	if r := s.login(g.login("minh"), true); r.code != 0 {
		t.Fatalf("login: %+v", r)
	}
	s.coffre("terms", "--accept")

	p, wait := s.sit("coffre", "init")
	shown := p.until("Entrée : l'écran sera effacé. ")
	paper := wordsOf(t, shown, 24)
	p.press("")
	p.until("> ")
	p.press(strings.Replace(paper, " ", " zzzz ", 1)) // a slip of the pen
	p.until("n'est pas dans la liste")
	p.press("")
	if again := wordsOf(t, p.until("Entrée : l'écran sera effacé. "), 24); again != paper {
		t.Errorf("shown again, the words are %q", again)
	}
	p.press("")
	p.until("> ")
	p.press(strings.ToUpper(paper))
	phrase := wordsOf(t, p.until("Entrée : l'écran sera effacé. "), 7)
	p.press("")
	p.until("> ")
	p.press(phrase)
	p.until("Votre coffre est ouvert")
	if code := wait(); code != 0 {
		t.Fatalf("init: exit %d", code)
	}

	s.write("facture.pdf", []byte("%PDF-1.4"))
	for _, secret := range []string{paper, phrase} {
		p, wait := s.sit("coffre", "put", "facture.pdf")
		p.until("rien ne s'affiche : ")
		p.quiet()
		p.press(secret)
		if shown := p.until("facture.pdf"); strings.Contains(shown, strings.Fields(secret)[1]) {
			t.Errorf("the secret is on the screen: %q", shown)
		}
		if code := wait(); code != 0 {
			t.Errorf("put: exit %d", code)
		}
	}

	p, wait = s.sit("coffre", "ls")
	p.until("rien ne s'affiche : ")
	p.quiet()
	_, err := p.keys.Write([]byte{3}) // Ctrl-C
	must(t, err)
	p.until("Interrompu")
	if code := wait(); code != 1 {
		t.Errorf("interrupted: exit %d", code)
	}
}
