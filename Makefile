# What a person working on telltale types. CI runs the first target.
GO    ?= go
T     ?= 30s
CORPUS ?=
ONLY  ?=
export GOFLAGS ?= -buildvcs=false

# The packages whose work could differ between processors.
ENGINE = . ./internal/wire ./internal/packet ./internal/flow ./internal/decode ./internal/detect ./internal/dissect ./internal/ndjson

LINT = $(GO) tool -modfile=tools/go.mod golangci-lint

.DEFAULT_GOAL := all
.PHONY: all help build fmt vet arm64 lint test test-poison test-plain assembly tables demo bench corpus fuzz mutate generate

all: fmt vet lint test test-poison test-plain ## everything that CI runs

help: ## list the targets
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## the program, as ./telltale
	$(GO) build -trimpath -o telltale ./cmd/telltale

fmt: ## fail where gofmt would change a file
	@out=$$(gofmt -l $$(find . -name '*.go' -not -path './.git/*')); \
	if [ -n "$$out" ]; then echo "gofmt would change:"; echo "$$out"; exit 1; fi

vet: ## go vet, for this machine and for arm64
	$(GO) vet ./...
	CGO_ENABLED=0 GOARCH=arm64 $(GO) vet ./...

arm64: ## the engine's tests as arm64, under emulation (package qemu-user-static) or on such a machine
	@command -v qemu-aarch64-static >/dev/null || [ "$$($(GO) env GOHOSTARCH)" = arm64 ] || \
		{ echo "make arm64: SKIPPED, there is no qemu-aarch64-static; 'make vet' compiles for arm64"; exit 0; }; \
	run=$$(command -v qemu-aarch64-static || true); \
	CGO_ENABLED=0 GOARCH=arm64 $(GO) test $${run:+-exec "$$run"} $(ENGINE)

lint: ## the pinned golangci-lint (the first run builds it: two minutes)
	$(LINT) run ./...

test: ## every test, with the laws of the house (imports, sizes, modules)
	$(GO) test ./...

test-poison: ## the engine's tests with reused buffers overwritten
	$(GO) test -tags poison ./internal/pipeline ./internal/audit ./cmd/telltale

test-plain: ## the search's tests without assembly, as on other processors
	$(GO) test -tags purego ./internal/decode ./internal/detect

assembly: ## write the assembly again
	cd tools && $(GO) run ./classes -out ../internal/decode/classes_amd64.s

tables: ## pack the tables again (FROM=folder with the unpacked packages of DATA-LICENCES.md)
	$(GO) test -count 1 -v -run '^TestPackTables$$' ./internal/destination ./internal/numbering -tables-from '$(FROM)'

demo: ## re-enact the incident of 2019 and audit it
	$(GO) run ./cmd/telltale demo

bench: ## measure against other programs (BENCH_SIZE=200MB BENCH_PAIRS=7), rewrite docs/50-benchmarks.md
	$(GO) test -count 1 -v -timeout 3h -run '^TestBench$$' ./cmd/telltale -bench-pairs $(or $(BENCH_PAIRS),7)

.PHONY: floods
floods: ## audit hostile captures of full size (FLOODS=200 seeds of the first two), rewrite docs/62-floods.md; ONLY=syn audits one sort
	$(GO) test -count 1 -v -timeout 5h -run '^TestFloods$$' ./cmd/telltale -floods $(or $(FLOODS),200) -floods-only '$(ONLY)'

corpus: ## audit every capture of a folder, as it is and carried in other ways: make corpus CORPUS=dir
	@test -n "$(CORPUS)" || { echo "usage: make corpus CORPUS=dir"; exit 2; }
	$(GO) test -count 1 -v -timeout 60m -run '^TestCorpus$$' ./cmd/telltale -corpus $(abspath $(CORPUS))
	$(GO) test -count 1 -v -timeout 60m -run '^TestMetamorphosesOfCorpus$$' ./internal/audit -corpus $(abspath $(CORPUS))

.PHONY: page
page: ## look at the page in Chromium with axe-core: make page AXE=node_modules/axe-core/axe.min.js
	$(GO) test -count 1 -v -timeout 10m -run '^TestPageAccess$$' ./cmd/telltale -axe '$(if $(AXE),$(abspath $(AXE)))'

fuzz: ## give every fuzz target T=30s of CPU time (ONLY=regexp), and write docs/fuzz-ledger.tsv
	$(GO) test -count 1 -v -timeout 0 -run '^TestFuzz$$' . -fuzz-time $(T) -fuzz-only '$(ONLY)'

mutate: ## break the engine in a copy, a line at a time: a test must turn red each time (10 minutes)
	$(GO) test -count 1 -v -timeout 1h -run '^TestMutate$$' . -mutate -mutate-only '$(ONLY)'

generate: ## rewrite every golden file, picture and schema; then read the diff
	$(GO) test $$(grep -rl --include='*_test.go' 'flag.Bool("update"' . | xargs -n 1 dirname | sort -u) -update
