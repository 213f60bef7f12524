package archtest

// room is what a package may import beside the standard library: packages of
// this module (paths below the module's) and third-party modules (by prefix).
type room struct {
	ours  []string
	third []string
	// notStd lists packages of the standard library that are refused here.
	notStd []string
}

var domainRefuses = []string{"net/http", "database/sql", "os", "os/exec"}

const (
	age     = "filippo.io/age"
	edwards = "filippo.io/edwards25519"
	jcs     = "github.com/gowebpki/jcs"
	tlog    = "golang.org/x/mod/sumdb/tlog"
	note    = "golang.org/x/mod/sumdb/note"
	minio   = "github.com/minio/minio-go/v7"
	versity = "github.com/versity/versitygw"
	sqlite  = "modernc.org/sqlite"
	pgx     = "github.com/jackc/pgx/v5"
	redis   = "github.com/redis/go-redis/v9"
	mux     = "github.com/gorilla/mux"
	jose    = "github.com/go-jose/go-jose/v4"
	goOIDC  = "github.com/coreos/go-oidc/v3"
	oauth2  = "golang.org/x/oauth2"
	prom    = "github.com/prometheus/client_golang"
	yaml    = "gopkg.in/yaml.v3"
	goMail  = "github.com/wneessen/go-mail"
	xcrypto = "golang.org/x/crypto"
	xtext   = "golang.org/x/text"
	xterm   = "golang.org/x/term"
	xsys    = "golang.org/x/sys"
	xrate   = "golang.org/x/time"
)

// plan is the whole map. Tests of a package may import more (see tests).
var plan = map[string]room{
	"cmd/coffred": {
		ours: []string{
			"auth/...", "storage/...", "internal/safe", "internal/journal", "internal/gateway",
			"internal/webapp", "internal/config", "internal/telemetry", "internal/sealed", "internal/demo", "internal/backup",
			"internal/territory", "internal/notice", "internal/witness",
		},
		third: []string{xsys, note},
	},
	"cmd/coffre":            {ours: []string{"internal/client", "internal/folder", "internal/sealed", "internal/journal", "internal/canon"}, third: []string{xterm, jose}},
	"internal/backup":       {ours: []string{"internal/safe", "internal/sealed"}},
	"internal/canon":        {third: []string{jcs}},
	"internal/sealed":       {ours: []string{"internal/canon"}, third: []string{age, edwards, xcrypto, xtext}, notStd: []string{"net/http", "database/sql"}},
	"internal/journal":      {ours: []string{"internal/canon"}, third: []string{tlog, note}, notStd: domainRefuses},
	"internal/safe":         {ours: []string{"internal/sealed", "internal/journal", "internal/canon"}, notStd: domainRefuses},
	"internal/client":       {ours: []string{"internal/sealed", "internal/journal", "internal/canon"}, third: []string{jose, tlog}},
	"internal/folder":       {ours: []string{"internal/client", "internal/sealed"}, third: []string{xtext, xsys}},
	"internal/gateway":      {ours: []string{"internal/safe", "internal/journal", "internal/sealed", "internal/problem", "auth/..."}, third: []string{mux, yaml, xrate}},
	"internal/webapp":       {},
	"internal/problem":      {third: []string{"golang.org/x/text/language"}},
	"internal/config":       {third: []string{yaml}},
	"internal/telemetry":    {third: []string{prom}},
	"internal/notice":       {ours: []string{"internal/safe"}, third: []string{goMail}},
	"internal/territory":    {ours: []string{"internal/journal"}, third: []string{yaml}},
	"internal/witness":      {ours: []string{"internal/journal"}, third: []string{note, xsys}},
	"internal/demo":         {ours: []string{"internal/client", "internal/sealed", "internal/journal"}},
	"internal/archtest":     {},
	"internal/bench":        {},
	"internal/e2e":          {},
	"internal/e2e/liar":     {ours: []string{"internal/sealed", "internal/journal"}, third: []string{note}},
	"internal/e2e/liar/cmd": {ours: []string{"internal/e2e/liar"}},

	"auth":           {ours: []string{"internal/problem"}},
	"auth/oidc":      {ours: []string{"auth"}, third: []string{goOIDC, oauth2, jose}},
	"auth/session":   {ours: []string{"auth"}, third: []string{xcrypto}},
	"auth/machine":   {ours: []string{"auth", "auth/session"}, third: []string{jose}},
	"auth/simulator": {ours: []string{"auth"}, third: []string{jose}},

	"storage":                     {},
	"storage/storagetest":         {ours: []string{"internal/safe", "internal/journal", "auth", "auth/session"}, third: []string{tlog, "pgregory.net/rapid"}},
	"storage/storagetest/servers": {third: []string{"github.com/Shopify/toxiproxy/v2/client"}},
	"storage/s3store":             {ours: []string{"internal/journal", "internal/safe"}, third: []string{minio, versity, xsys}},
	"storage/sqlstore":            {ours: []string{"internal/safe", "internal/journal", "internal/backup"}, third: []string{sqlite, pgx, tlog, xtext}},
	"storage/memstore":            {ours: []string{"auth", "auth/session"}},
	"storage/redisstore":          {ours: []string{"auth/session"}, third: []string{redis}},
}

// onlyImporter names the one package that may import a heavy dependency.
var onlyImporter = map[string]string{
	age:     "internal/sealed",
	minio:   "storage/s3store",
	versity: "storage/s3store",
	sqlite:  "storage/sqlstore",
	pgx:     "storage/sqlstore",
	redis:   "storage/redisstore",
	mux:     "internal/gateway",
	goOIDC:  "auth/oidc",
	prom:    "internal/telemetry",
	goMail:  "internal/notice",
}
