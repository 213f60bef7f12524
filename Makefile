# Two commands on a fresh machine: `make run` and `make test`. The rest is for daily work.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

WEB   := internal/webapp
PEER  := auth/oidc/testdata/peer
TOOL  := go tool -modfile=ops/tools/go.mod
BUILD := go build -trimpath -tags demo
# The demonstration's address; `make run LISTEN=127.0.0.1:9000` for another.
LISTEN ?= 127.0.0.1:8080
FUZZTIME ?= 10s
SEEDS ?= 1 2 3

.PHONY: help run build release web deps test browser check unit check-static check-web generated fmt arch lint fuzz soak bench repro clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: build ## build everything and serve the whole product on http://localhost:8080
	exec ./bin/coffred serve --demo --listen $(LISTEN) --data ./data

build: web ## gateway and command line, with the demonstration
	mkdir -p bin
	$(BUILD) -o bin/ ./cmd/coffred ./cmd/coffre

release: web ## the same without anything of the demonstration
	mkdir -p bin/release
	go build -trimpath -ldflags=-s -o bin/release/ ./cmd/coffred ./cmd/coffre

# The web application is built again only when one of its sources is newer.
web: $(WEB)/dist/index.html ## the web application, into internal/webapp/dist

# npm packages from a lock file: the web application's, and an OpenID Connect
# provider that the log-in tests run against.
%/node_modules/.installed: %/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node 20 or later with npm (nodejs.org, or Debian's packages nodejs and npm), then run make again" >&2; exit 1; }
	cd $* && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

WEB_SOURCES := $(shell find $(WEB)/src $(WEB)/public $(WEB)/index.html $(WEB)/*.ts $(WEB)/package.json -type f 2>/dev/null)

$(WEB)/dist/index.html: $(WEB)/node_modules/.installed $(WEB_SOURCES)
	cd $(WEB) && npm run --silent build

deps: $(WEB)/node_modules/.installed $(PEER)/node_modules/.installed ## what the tests need beside Go, Node and npm
	ops/tools/install-test-deps
	ops/tools/build-peers

# With the race detector, but where cryptography and SQLite's C in Go make it
# five times as slow: there the tests in which several act at once have it, and
# all of them in `make unit`.
SLOW_RACE := ./internal/gateway ./internal/safe ./internal/sealed ./storage/sqlstore

# Two at a time, for half of the tests wait for somebody: Go's beside those of
# the web application and then of whole programs; at last two browsers, which
# would be too slow for their time limits beside anything else.
test: ## install what the tests need and run every test
	$(MAKE) deps build
	$(MAKE) -j2 --output-sync=target test-go check-web test-programs
	$(MAKE) browser

.PHONY: test-go test-programs
test-go: deps check-static
	go test -tags demo -race -timeout 25m $$(go list -tags demo ./... | grep -v -E '/internal/(e2e|archtest|gateway|safe|sealed)($$|/liar)|/storage/sqlstore')
	go test -tags demo -timeout 20m $(SLOW_RACE)
	go test -tags demo -race -timeout 20m -run 'AtOnce|OfMany|SameTime|Swapped|Together|OpenedOnce|MigrateOnce|EachReplica' $(SLOW_RACE)
	go test -tags suite2 -run SecondSuite ./internal/sealed

test-programs: deps build
	go test -tags demo -timeout 30m ./internal/e2e/...

browser: build ## the whole story in a real browser; screenshots in artifacts/screens
	cd $(WEB) && npm run --silent test:e2e

check: build check-static check-web unit fuzz ## the fast inner loop

unit: deps ## Go tests but the whole programs, with the race detector
	go test -tags demo -race $$(go list -tags demo ./... | grep -v /internal/e2e)

check-static: fmt arch ## what can be said of Go without running it
	go vet ./... && go vet -tags demo ./... && go vet -tags suite2 ./internal/sealed
	$(TOOL) staticcheck -tags demo ./...

check-web: $(WEB)/node_modules/.installed generated ## types, style and tests of the web application
	cd $(WEB) && npm run --silent check && npm run --silent test

# The API client's types come from openapi.yaml: `npm run gen` there makes them again.
generated: $(WEB)/node_modules/.installed
	@cd $(WEB) && npx --no-install openapi-typescript ../gateway/openapi.yaml --immutable 2>/dev/null | \
		diff -q - src/api/schema.ts >/dev/null || { echo "src/api/schema.ts is not what openapi.yaml says: npm run gen"; exit 1; }

fmt: ## formatting of Go
	@out=$$($(TOOL) gofumpt -l cmd internal storage auth); [ -z "$$out" ] || { echo "gofumpt -w these:"; echo "$$out"; exit 1; }

arch: ## the plan of the house
	go test ./internal/archtest

# Not a part of `make test`: to build it takes as long as half of the tests.
lint: ## every linter of .golangci.yml (the first build takes minutes)
	$(TOOL) golangci-lint run --build-tags demo ./...

fuzz: ## every fuzz target for FUZZTIME each
	ops/tools/fuzz-all $(FUZZTIME)

soak: deps web ## faults, kills and races for longer, once for each of SEEDS
	for seed in $(SEEDS); do COFFRE_SOAK=$$seed nice go test -tags demo -count 1 -timeout 60m -v -run 'Killed|Faults|Linearizable|Gateways' ./internal/e2e; done

bench: deps build ## figures of measured paths, side by side in one run
	go test -tags demo -run '^$$' -bench . -benchtime 1x -timeout 30m ./internal/bench
	cd $(WEB) && npm run --silent bench

repro: web ## two builds, one hash
	go build -trimpath -o bin/repro-1 ./cmd/coffred && go build -trimpath -a -o bin/repro-2 ./cmd/coffred
	sha256sum bin/repro-1 bin/repro-2 | awk '{print $$1}' | uniq | wc -l | grep -qx 1 || { echo "two builds differ"; exit 1; }

clean: ## what was built (never ./data)
	rm -rf bin artifacts $(WEB)/node_modules $(PEER)/node_modules && find $(WEB)/dist -mindepth 1 ! -name .keep -delete
