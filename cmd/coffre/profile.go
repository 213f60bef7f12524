package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/internal/journal"
)

// profile is what is kept of one server: the token, and in memory.json what
// was seen last. Files are for their owner alone.
type profile struct {
	dir    string
	server string
	memory *client.Memory
	Token  string `json:"token"`
	Name   string `json:"name"`
}

// configDir is $XDG_CONFIG_HOME/coffre.
func (a *app) configDir() (string, error) {
	if dir := a.getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "coffre"), nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", a.fail(err, "%s", a.tr("Où garder la connexion ? Indiquez un dossier dans XDG_CONFIG_HOME.", "Where to keep the log-in? Name a directory in XDG_CONFIG_HOME."))
	}
	return filepath.Join(dir, "coffre"), nil
}

// shownServer is for messages.
func (a *app) shownServer() string {
	server, err := a.serverAddress()
	if err != nil {
		return "?"
	}
	return clean(server)
}

// serverAddress is --server, COFFRE_SERVER, or that of the last log-in.
func (a *app) serverAddress() (string, error) {
	server := a.server
	if server == "" {
		server = a.getenv("COFFRE_SERVER")
	}
	if server == "" {
		dir, err := a.configDir()
		if err != nil {
			return "", err
		}
		b, err := os.ReadFile(filepath.Join(dir, "server"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		server = strings.TrimSpace(string(b))
	}
	if server == "" {
		return "", a.usage("%s", a.tr("De quel coffre s'agit-il ? Connectez-vous d'abord : coffre login --server https://…", "Which safe? Log in first: coffre login --server https://…"))
	}
	u, err := client.ParseServer(server)
	if err != nil {
		return "", a.usage(a.tr("Cette adresse ne convient pas : « %s ». Écrivez-la comme https://coffre.example.fr ; http n'est admis que sur cette machine.",
			"This address does not fit: %q. Write it as https://coffre.example.fr; http is only for this machine."), clean(server))
	}
	return u.String(), nil
}

func (a *app) openProfile(server string) (*profile, error) {
	root, err := a.configDir()
	if err != nil {
		return nil, err
	}
	p := &profile{dir: filepath.Join(root, profileName(server)), server: server}
	if p.memory, err = client.OpenMemory(filepath.Join(p.dir, "memory.json")); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(p.session())
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, p); err != nil {
		return nil, fmt.Errorf("read %s: %w", p.session(), err)
	}
	return p, nil
}

// profileName is a directory's name that no two servers share.
func profileName(server string) string {
	_, host, _ := strings.Cut(server, "://")
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '_'
	}, host)
	sum := sha256.Sum256([]byte(server))
	return plain + "-" + hex.EncodeToString(sum[:4])
}

func (p *profile) session() string { return filepath.Join(p.dir, "session.json") }

// keep remembers who logged in, and makes this server the one that is meant
// when none is named.
func (p *profile) keep() error {
	b, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return fmt.Errorf("encode session: %w", err)
	}
	return errors.Join(
		client.WriteSecret(p.session(), b),
		client.WriteSecret(filepath.Join(filepath.Dir(p.dir), "server"), []byte(p.server+"\n")),
	)
}

// forget removes the token. What was seen stays: it guards the next log-in.
func (p *profile) forget() error {
	err := os.Remove(p.session())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (a *app) newClient(p *profile, token string) (*client.Client, error) {
	return a.boundClient(p, token, nil)
}

func (a *app) boundClient(p *profile, token string, proof *client.ProofKey) (*client.Client, error) {
	policy, err := a.policy()
	if err != nil {
		return nil, err
	}
	return client.New(client.Config{Policy: policy, Server: p.server, Token: token, Proof: proof, Language: a.lang, Memory: p.memory, Now: a.now})
}

// policy is the citizen's own word on who has to watch the journal; "" leaves
// it to the server, and to what was seen of it first.
func (a *app) policy() (string, error) {
	if a.policyFile == "" {
		return "", nil
	}
	b, err := os.ReadFile(a.policyFile)
	if err != nil {
		return "", err
	}
	if _, err := journal.ParsePolicy(string(b)); err != nil {
		return "", a.usage(a.tr("%s ne se lit pas comme une liste de témoins : %s", "%s cannot be read as a policy of witnesses: %s"), clean(a.policyFile), clean(err.Error()))
	}
	return string(b), nil
}

// here is the server that is asked, and what is kept of it, logged in or not.
func (a *app) here() (server string, p *profile, err error) {
	if server, err = a.serverAddress(); err != nil {
		return "", nil, err
	}
	p, err = a.openProfile(server)
	return server, p, err
}

// client is the logged-in caller.
func (a *app) client() (*client.Client, error) {
	server, p, err := a.here()
	if err != nil {
		return nil, err
	}
	if p.Token == "" {
		return nil, a.fail(nil, a.tr("Vous n'êtes pas connecté à %s. Faites d'abord : coffre login --server %s", "You are not logged in at %s. First: coffre login --server %s"), clean(server), clean(server))
	}
	return a.newClient(p, p.Token)
}
