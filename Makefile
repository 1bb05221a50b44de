# Symbolon's front door. Every target installs what it needs, may be repeated, and ends with one line that states the
# result. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

export CARGO_TARGET_DIR ?= $(HOME)/.cache/symbolon/target
# RocksDB is C++ and is most of a clean build: keep its objects where ccache is installed.
ifneq ($(shell command -v ccache),)
export CC ?= ccache cc
export CXX ?= ccache c++
ifeq ($(origin CC),default)
CC := ccache cc
endif
ifeq ($(origin CXX),default)
CXX := ccache c++
endif
export CC CXX
endif

BIN := $(CARGO_TARGET_DIR)/release
PROFILE := --release
DENY_VERSION := 0.20.2

.PHONY: help
help: ## these lines
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## two connectors, the whole way on real data; stays up. ONCE=1 walks the same way and exits
	@$(BIN)/symbolon demo $(if $(ONCE),--once)

.PHONY: build
build: tools ## the binary
	@cargo build $(PROFILE) --quiet -p symbolon --bin symbolon

.PHONY: test
test: ## all that CI runs
	@ci/test

.PHONY: check
check: tools deny ## format, lints, licences
	@cargo fmt --all --check
	@cargo clippy $(PROFILE) --quiet --workspace --all-targets -- -D warnings
	@"$$(ci/deny-path)" --log-level error check bans licenses sources
	@echo "check: ok"

.PHONY: kit-dsp
kit-dsp: tools jdk ## the official DSP TCK against a fresh connector; ONLY=CN_C:01-02 runs what matches
	@cargo build $(PROFILE) --quiet -p symbolon -p symbolon-e2e --bin symbolon --bin kit-dsp
	@$(BIN)/kit-dsp $(if $(ONLY),"$(ONLY)")

.PHONY: bench
bench: tools ## every benchmark; ONLY=name runs one, PEER=edc adds EDC in the same run
	@cargo build $(PROFILE) --quiet -p symbolon -p symbolon-e2e --bin symbolon --bin bench
	@$(BIN)/bench $(if $(ONLY),"$(ONLY)")
