# What a person working on telltale types. CI runs the first target.
GO    ?= go
T     ?= 30s
CORPUS ?=
ONLY  ?=
export GOFLAGS ?= -buildvcs=false

LINT = $(GO) tool -modfile=tools/go.mod golangci-lint

.DEFAULT_GOAL := all
.PHONY: all help build fmt vet lint test test-poison demo bench corpus fuzz generate

all: fmt vet lint test test-poison ## everything that CI runs

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## the program, as ./telltale
	$(GO) build -trimpath -o telltale ./cmd/telltale

fmt: ## fail where gofmt would change a file
	@out=$$(gofmt -l $$(find . -name '*.go' -not -path './.git/*')); \
	if [ -n "$$out" ]; then echo "gofmt would change:"; echo "$$out"; exit 1; fi

vet: ## go vet
	$(GO) vet ./...

lint: ## the pinned golangci-lint (the first run builds it: two minutes)
	$(LINT) run ./...

test: ## every test, with the laws of the house (imports, sizes, modules)
	$(GO) test ./...

test-poison: ## the engine's tests with reused buffers overwritten
	$(GO) test -tags poison ./internal/pipeline ./internal/audit ./cmd/telltale

demo: ## re-enact the incident of 2019 and audit it
	$(GO) run ./cmd/telltale demo

bench: ## measure against other programs (BENCH_SIZE=200MB BENCH_PAIRS=7), rewrite docs/50-benchmarks.md
	$(GO) test -count 1 -v -timeout 3h -run '^TestBench$$' ./cmd/telltale -bench-pairs $(or $(BENCH_PAIRS),7)

corpus: ## audit every capture of a folder: make corpus CORPUS=dir
	@test -n "$(CORPUS)" || { echo "usage: make corpus CORPUS=dir"; exit 2; }
	$(GO) test -count 1 -v -timeout 60m -run '^TestCorpus$$' ./cmd/telltale -corpus $(abspath $(CORPUS))

fuzz: ## give every fuzz target T=30s of CPU time (ONLY=regexp), and write docs/fuzz-ledger.tsv
	$(GO) test -count 1 -v -timeout 0 -run '^TestFuzz$$' . -fuzz-time $(T) -fuzz-only '$(ONLY)'

generate: ## rewrite every golden file, picture and schema; then read the diff
	$(GO) test $$(grep -rl --include='*_test.go' 'flag.Bool("update"' . | xargs -n 1 dirname | sort -u) -update
