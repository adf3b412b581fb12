# The front door. Each target is one line; the tools are built on first use and kept outside the clone (tools/toolchain).
PYTHON := python3 tools/toolchain python
CARGO := python3 tools/toolchain cargo
# Without the project's Python packages, which not every system that releases are built on has.
PLAIN := PYTHONPATH=tests python3

.PHONY: help demo docs test test-all test-rust test-python test-engine lint smoke install release release-functions release-plugin release-packages release-sums release-reproduce release-publish check-plugin sandbox bench fuzz tools bundle generate facts reference protocol aws-types resources api schema sdk deployer-policy changes guide clean

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' Makefile

demo: ## Deploy the examples into a simulated account (EXAMPLE=yaml, typescript or python for one)
	@$(PYTHON) -m harness.demo $(EXAMPLE)

test: ## Run every test, the real engine's included; at the end the slowest ones, what failed, and one line of numbers
	@$(PYTHON) -m harness.testing

test-rust: ## Run the tests of the crates
	@$(PYTHON) -m harness.testing rust

test-python: ## Run the tests of tools, simulated account and engine
	@$(PYTHON) -m harness.testing python

test-engine: ## Run the tests on the real engine alone
	@$(PYTHON) -m harness.testing python tests/engine tests/components

test-all: ## Run every test, and in full what `make test` samples: interruptions at every tenth operation, 20 sequences of changes
	@INTERRUPT_EVERY=10 SEQUENCES=20 $(PYTHON) -m harness.testing

lint: ## Check format and style of what is written by hand, and compile what is generated
	@$(PYTHON) -m harness.lint

smoke: ## Deploy to a real AWS account, watch it work, destroy it (REGION=..., PROFILE=..., YES=1 does not ask)
	@$(PYTHON) -m harness.smoke --region "$(REGION)" --profile "$(PROFILE)" $(if $(YES),--yes)

install: ## Install the plugin into your Pulumi home; write the npm tarball and the wheel to dist/
	@$(PYTHON) -m harness.install

release: ## Write what a release publishes to dist/release: archives for this machine's platforms, packages, sums
	@$(PYTHON) -m harness.release

release-functions: ## Pack the Lambda functions of a release, for each architecture
	@$(PYTHON) -m harness.release functions

release-plugin: ## Build and pack the plugin (PLATFORM=darwin-arm64 for one, FUNCTIONS=FILE and FUNCTIONS_ARM64=FILE for functions that are packed)
	@PLATFORM="$(PLATFORM)" FUNCTIONS="$(FUNCTIONS)" FUNCTIONS_ARM64="$(FUNCTIONS_ARM64)" $(PLAIN) -m harness.release plugin

release-packages: ## Pack the npm tarball, the wheel, the source distribution and the Go module
	@$(PYTHON) -m harness.release packages

release-sums: ## Write the bills of materials and SHA256SUMS over dist/release, and check the sizes
	@$(PYTHON) -m harness.release bom sums

release-reproduce: ## Build the plugin in another folder, and compare its bytes with dist/release (PLATFORM=linux-amd64)
	@PLATFORM="$(PLATFORM)" FUNCTIONS="$(FUNCTIONS)" FUNCTIONS_ARM64="$(FUNCTIONS_ARM64)" $(PLAIN) -m harness.release reproduce

release-publish: ## Publish dist/release, as the release workflow does (STEP=github, go, npm, pypi or sdk)
	@TAG="$(TAG)" LANGUAGE="$(LANGUAGE)" $(PLAIN) -m harness.publish $(STEP)

check-plugin: ## Compile the plugin on this machine, without the functions
	@$(PLAIN) -m harness.release check

sandbox: ## Start the simulated account and print what to paste for the AWS CLI and for Pulumi, until Ctrl-C (ARGS="--landing-zone 111122223333")
	@$(PYTHON) -m harness.sandbox $(ARGS)

bench: ## Measure speed and memory beside their limits and other languages; writes docs/benchmarks.md
	@$(PYTHON) -m bench

fuzz: ## Search for inputs that break pulumi-component (RUNS=1000000 for each target)
	@$(PYTHON) -m harness.fuzz $(RUNS)

tools: ## Build the tools that are missing and say where they are
	@python3 tools/toolchain

bundle: ## Pack the Lambda functions that the plugin embeds
	@python3 tools/toolchain path bundle

generate: facts reference protocol aws-types resources api schema sdk deployer-policy changes guide ## Write every generated file anew

facts: ## Write the catalogue of rules from its source files (ARGS="--from DIR" takes new ones)
	@$(PYTHON) tools/catalog.py $(ARGS)

reference: ## Write the reference pages of docs: rules and frameworks from the catalogue's facts; inputs, outputs and parts from schema.json
	@$(PYTHON) tools/reference.py && $(PYTHON) tools/self_assessment.py && $(PYTHON) tools/component_reference.py && $(PYTHON) tools/picture.py

docs: ## Build the site of the documents, which can be searched: build/book/html/index.html
	@$(PYTHON) tools/book.py build/book && "$$(python3 tools/toolchain path mdbook)" build build/book && echo build/book/html/index.html

protocol: ## Write the gRPC messages from the PyPI package pulumi
	@$(PYTHON) -m harness.generate protocol

aws-types: ## Write aws-types.json from the npm package @pulumi/aws
	@$(PYTHON) -m harness.generate aws-types

resources: ## Write the typed AWS resources from aws-types.json
	@$(PYTHON) -m harness.generate resources

api: ## Write the list of what pulumi-component exports
	@$(PYTHON) -m harness.generate api

schema: ## Write schema.json from the Rust structs
	@$(PYTHON) -m harness.generate schema

sdk: ## Write the SDKs from schema.json
	@$(PYTHON) -m harness.generate sdk

deployer-policy: ## Write the policies that a deployer needs, from the children that the component registers
	@$(PYTHON) tools/deployer_policy.py

changes: ## Write docs/changes.md: what a changed input does to each resource
	@$(PYTHON) tools/changes.py

guide: ## Put the example component into the guide of the crate, and make the template of it
	@$(PYTHON) tools/guide.py && $(PYTHON) tools/template.py

clean: ## Remove what this clone built; the tools outside it stay
	@rm -rf build dist
