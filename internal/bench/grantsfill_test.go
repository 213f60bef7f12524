package bench

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coffre-citoyen/coffre/internal/client"
	"github.com/coffre-citoyen/coffre/storage/storagetest/servers"
)

const stateful = `database: { dsn_file: %s }
state: { redis: standalone, addresses: [%q], password_file: %s }
`

// granting is a gateway with PostgreSQL and Redis, to which a million shares
// were given.
type granting struct {
	db  *servers.PostgresServer
	pid int
	// credentials, as header lines: agents of the town hall, the second of one
	// of its services, and its system.
	agent, narrow, system string
	lines                 chan *line
}

func newGranting(b *testing.B) *granting {
	b.Helper()
	g := &granting{lines: make(chan *line, atOnce), db: servers.NewPostgres(b,
		"shared_buffers=512MB", "max_wal_size=8GB", "wal_level=minimal", "max_wal_senders=0", "fsync=off",
		"shared_preload_libraries=auto_explain", "auto_explain.log_analyze=on", "auto_explain.log_buffers=on", "auto_explain.log_timing=on",
	)}
	dir, redis := newDir(b), servers.Redis(b)
	dsn, password := filepath.Join(dir, "dsn"), filepath.Join(dir, "password")
	must(b, errors.Join(os.WriteFile(dsn, []byte(g.db.DSN("postgres")), 0o600), os.WriteFile(password, []byte(redis.Password), 0o600)))
	at, pid := startGateway(b, dir, startStore(b, dir), fmt.Sprintf(stateful, dsn, redis.Address, password))
	g.pid = pid
	g.agent, g.narrow = logIn(b, at, "camille"), logIn(b, at, "hugo")
	g.db.Query(b, `UPDATE accounts SET role = 'agent', services = 'ccas' WHERE kind = 'agent' AND name LIKE 'Hugo %'`)
	g.fill(b)
	g.system = systemToken(b, at, filepath.Join(dir, "data", "demo", "systems", "mairie-de-valmont.jwk")) // it lasts for minutes
	where, err := url.Parse(at)
	must(b, err)
	for range atOnce {
		conn, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", where.Host)
		must(b, err)
		b.Cleanup(func() { _ = conn.Close() })
		g.lines <- &line{conn, bufio.NewReader(conn)}
	}
	return g
}

func (g *granting) ask(l listing) error {
	on := <-g.lines
	defer func() { g.lines <- on }()
	return on.ask(l.path, l.header)
}

// logIn gives the cookie of an agent's session.
func logIn(b *testing.B, at, persona string) string {
	b.Helper()
	jar, err := cookiejar.New(nil)
	must(b, err)
	web := &http.Client{Jar: jar}
	resp, err := web.Get(at + "/login/proconnect")
	must(b, err)
	must(b, resp.Body.Close())
	resp, err = web.PostForm(resp.Request.URL.String(), url.Values{"persona": {persona}})
	must(b, err)
	must(b, resp.Body.Close())
	where, err := url.Parse(at)
	must(b, err)
	var all []string
	for _, c := range jar.Cookies(where) {
		all = append(all, c.Name+"="+c.Value)
	}
	if len(all) == 0 {
		b.Fatalf("%s is not logged in: %s", persona, resp.Status)
	}
	return "Cookie: " + strings.Join(all, "; ")
}

func systemToken(b *testing.B, at, file string) string {
	b.Helper()
	text, err := os.ReadFile(file)
	must(b, err)
	key, err := client.ParseSystemKey(text)
	must(b, err)
	c, err := client.New(client.Config{Server: at})
	must(b, err)
	token, err := c.SystemToken(b.Context(), key, "retrieve")
	must(b, err)
	return "Authorization: Bearer " + token.AccessToken
}

// million are 50,000 citizens with five documents each, given away four times:
// six in ten to the town hall, of which one in five thousand to its ccas and one
// in ten to no service of its.
const million = `
CREATE FUNCTION pg_temp.id(what TEXT, n BIGINT) RETURNS TEXT IMMUTABLE LANGUAGE SQL AS
$$ SELECT substr(translate(md5(what || n), '0189', 'ghij'), 1, 25) || 'a' $$;
CREATE TEMP TABLE offices AS SELECT id, part FROM administrations CROSS JOIN LATERAL (SELECT unnest(CASE siret
WHEN '21370999900015' THEN ARRAY[0,1,2,3,4,5] WHEN '22360999900018' THEN ARRAY[6,7,8] ELSE ARRAY[9] END) AS part) AS share;
ALTER TABLE grants ALTER COLUMN sealed SET STORAGE EXTERNAL;
ALTER TABLE grants SET UNLOGGED;
ALTER TABLE versions SET UNLOGGED;
CREATE TEMP TABLE kept AS SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'grants' AND indexname <> 'grants_pkey';
DO $$ DECLARE i record; BEGIN FOR i IN SELECT * FROM kept LOOP EXECUTE 'DROP INDEX ' || i.indexname; END LOOP; END $$;
INSERT INTO accounts (id, kind, issuer, sub, name, safe, administration, terms_version, terms_at, created)
SELECT pg_temp.id('account', n), 'citizen', 'urn:bench', 'citizen-' || n, 'Citoyenne Numéro ' || n, pg_temp.id('safe', n), '', '', 0, n
FROM generate_series(0, 49999) AS n;
INSERT INTO safes (id, account, vk, recipient, key_leaf, created)
SELECT pg_temp.id('safe', n), pg_temp.id('account', n), '\x00', '', -1, n FROM generate_series(0, 49999) AS n;
INSERT INTO versions (doc, id, safe, state, sealed, sha256, door, depositor, origin, origin_name, own_grant, idempotency_key, created, expires, at)
SELECT pg_temp.id('doc', n), pg_temp.id('version', n), pg_temp.id('safe', n % 50000), 'kept', 100000 + n, sha256(n::text::bytea), 'client', '', '', '', NULL, '', n, 0, n
FROM generate_series(0, 249999) AS n;
INSERT INTO grants (id, safe, doc, version, administration, service, purpose, procedure_name, sealed, idempotency_key, created, not_after, ended, opened, openings, kind)
SELECT pg_temp.id('grant', n), pg_temp.id('safe', n % 50000), pg_temp.id('doc', n % 250000), pg_temp.id('version', n % 250000), o.id,
CASE WHEN n % 5000 = 0 THEN 'ccas' WHEN n % 11 = 0 THEN '' WHEN n % 2 = 0 THEN 'etat-civil' ELSE 'ecoles' END,
'Inscription au restaurant scolaire', 'Restauration', decode(repeat(md5(n::text), 169), 'hex'), pg_temp.id('key', n),
1750000000000000 + n * 30000000, 1950000000000000, CASE WHEN n % 9 = 0 THEN 1790000000000000 ELSE 0 END, CASE WHEN n % 4 = 0 THEN 0 ELSE 1785000000000000 END, (n % 4 > 0)::int, CASE WHEN n % 20000 = 0 THEN 'diploma' ELSE 'residence' END
FROM generate_series(0, 999999::bigint) AS n JOIN offices o ON o.part = n * 7919 % 10;
DO $$ DECLARE i record; BEGIN FOR i IN SELECT * FROM kept LOOP EXECUTE i.indexdef; END LOOP; END $$;
`

func (g *granting) fill(b *testing.B) {
	b.Helper()
	g.db.Query(b, million)
	g.db.Query(b, `VACUUM ANALYZE`)
}

// middle is the cursor of a page with as many shares before it as behind.
func (g *granting) middle(b *testing.B) string {
	b.Helper()
	at := g.db.Query(b, `SELECT created || ' ' || id FROM grants ORDER BY created OFFSET 500000 LIMIT 1`)
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(at, " ", "\x00", 1)))
}
