# Freshwire. `make run` shows it running; `make test` proves it. Both set up what they need.

SHELL := /bin/bash
.DELETE_ON_ERROR:

PACKAGES := $(shell sed 's/\#.*//' Deploy/debian/build-packages)
# The servers that `make bench` races against.
BENCH_PACKAGES := nginx libnginx-mod-nchan node-ws
VENV := .build/venv
MINUTES := 30
SWIFT_BUILD := swift build

.PHONY: help run test conformance vectors vectors-fabric bench bench-long soak setup bench-setup lint format venv build fuzz describe

help: ## Lists the commands.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: setup ## Builds Freshwire and runs the demo: a broker, 20 bags, 10 vehicles, live in the terminal.
	$(SWIFT_BUILD) -c release --product freshwire
	@exec .build/release/freshwire demo

test: setup venv lint ## Builds everything and runs every test against real brokers, stores and clients.
	$(SWIFT_BUILD) --build-tests
	swift test --skip-build
	Tests/Benchmarks/run --smoke

conformance: setup ## Serves what other people's conformance suites are run against: make conformance PORT=…
	@$(SWIFT_BUILD) --product freshwire-conformance
	@FRESHWIRE_CONFORMANCE=1 exec .build/debug/freshwire-conformance $(PORT)

vectors: setup ## Runs the test vectors of FILE through the product's own code: make vectors FILE=….json
	@$(SWIFT_BUILD) --product freshwire-codecs
	@$(SWIFT_BUILD) --product VectorRun
	@.build/debug/VectorRun "$(FILE)" Tests/Vectors/exceptions.txt

vectors-fabric: setup ## Runs the fabric's test vectors and prints their pass/fail matrix by requirement.
	@$(SWIFT_BUILD) --product freshwire
	@$$(Tests/Interop/prepare) Tests/Interop/fabric_vectors.py $(ARGUMENTS)

build: setup ## Builds the release binaries: .build/release/freshwire, and freshwire-codecs beside it.
	$(SWIFT_BUILD) -c release --product freshwire
	$(SWIFT_BUILD) -c release --product freshwire-codecs

bench: setup bench-setup venv ## Measures speed and memory, as ratios in one run, and prints the table.
	Tests/Benchmarks/run

bench-long: setup ## Measures answers in logs of up to 100 million rows (30 GB of disk).
	Tests/Benchmarks/run --long

soak: setup venv ## Readers of every dialect, cut off, held up, the daemon restarted: make soak MINUTES=30
	$(SWIFT_BUILD) -c release --product freshwire
	$(VENV)/bin/python Tests/Soak/soak.py --program .build/release/freshwire --minutes $(MINUTES)

bench-setup:
	@Deploy/debian/install-build-packages $(BENCH_PACKAGES)

setup: ## Installs the Debian packages that are missing.
	@Deploy/debian/install-build-packages $(PACKAGES)

venv: $(VENV)/.done

$(VENV)/.done: Tests/Interop/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

describe: ## Makes Documentation/asyncapi.yaml anew, after the catalogue of messages was changed.
	@"$$(Tests/Interop/prepare)" Tests/Interop/make_asyncapi.py

lint: ## Checks the format of every Swift file.
	swift format lint --strict -r Sources Tests Package.swift

format: ## Formats every Swift file.
	swift format -i -r Sources Tests Package.swift
