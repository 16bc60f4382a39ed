# Short names for the commands of CONTRIBUTING.md. Nothing that a Dokku host runs: there the plugin is
# built by plugin/build.
.PHONY: help build test unit story each list format check demo

help:    ## this list
	@sed -nE 's/^([a-z]+): *## /  make \1\t/p' Makefile | expand -t 16

build:   ## what users run, in build/release
	scripts/install-packages build
	cmake --preset release
	cmake --build build/release

test:    ## everything: both builds, unit tests, stories
	scripts/test

unit:    ## the unit tests, with sanitizers
	scripts/test --unit

# $$NAME and $$K come from the command line as they are, whatever quotes are in them.
export NAME K
story:   ## stories whose file is named so: make story NAME=10 K='right streams'
	scripts/test --stories $${K:+-k "$$K"} $$NAME

each:    ## the same, every scenario alone: make each NAME=10
	tests/integration/run --each $${K:+-k "$$K"} $$NAME

list:    ## their scenarios: make list NAME=10
	@scripts/test --list $${K:+-k "$$K"} $$NAME

format:  ## C++ sources get the project's layout
	scripts/format

check:   ## format, shell scripts, layers, light executables, clang-tidy of the latest work
	scripts/check.sh

demo:    ## the plugin at work
	scripts/demo
