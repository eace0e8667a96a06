# What there is to do here; `make help` lists it. CI runs the same targets (.ci/run).
# On a fresh Debian machine with Swift on the PATH, `make run` and `make test` install what they
# need by apt-get, and say what.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build
MAKEFLAGS += --no-print-directory

PREFIX ?= /usr
SYSCONFDIR ?= /etc
DESTDIR ?=
sbin = $(DESTDIR)$(PREFIX)/sbin
man = $(DESTDIR)$(PREFIX)/share/man
generators = $(DESTDIR)$(PREFIX)/lib/systemd/system-generators
doc = $(DESTDIR)$(PREFIX)/share/doc/portreserve
share = $(DESTDIR)$(PREFIX)/share
units = $(DESTDIR)$(PREFIX)/lib/systemd/system
catalog = $(DESTDIR)$(PREFIX)/lib/systemd/catalog/portreserve.catalog
tmpfiles = $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/portreserve.conf
bash_completion = $(share)/bash-completion/completions/portreservectl
zsh_completion = $(share)/zsh/vendor-completions/_portreservectl
fish_completion = $(share)/fish/vendor_completions.d/portreservectl.fish

# The lean programs live in a folder of their own, so that both flavours stay built.
lean_folder = .build-lean
varlinkctl_folder = .build-varlinkctl
# The Debians that tests boot, each in a folder of its own, and which one.
DEBIAN ?= bookworm
debian_folder = .build-debian
fuzz_folder = .build-fuzz
LEAN_SWIFT = LEAN=1 swift build -c release --scratch-path $(lean_folder) --disable-local-rpath \
    --experimental-lto-mode=full --omit-frame-pointers $(packed)
# The dynamic linker reads packed relocations from glibc 2.36 on; the daemon is 10 kB larger without.
packed = $(shell printf '%s\n' 'glibc 2.36' "$$(getconf GNU_LIBC_VERSION)" | sort -VC && \
    echo -Xlinker -z -Xlinker pack-relative-relocs)
SWIFT_TEST = swift test --disable-xctest
LEAN_PROGRAMS = portreserve portrelease portreserve-generator
PROGRAMS = $(LEAN_PROGRAMS) portreservectl
# systemd alone calls the generator, where it looks for it.
in_sbin = $(filter-out portreserve-generator,$(PROGRAMS))
swift_code = $(wildcard Sources Tests) Package.swift
export SWIFT_BACKTRACE ?= enable=no
# Where EndToEnd finds the programs that it tests: the ones that are shipped.
export PORTRESERVE_PROGRAMS = $(CURDIR)/build

# What Swift links with and is linked to; what the tests drive; what measures.
swift_packages = g++ libc6-dev binutils git ca-certificates tzdata libcurl4 libxml2 libsqlite3-0 \
    libncurses6 zlib1g libstdc++6
test_packages = rpcbind nfs-common ypbind-mt cups-daemon libtirpc3 iproute2 nftables strace \
    util-linux socat procps python3 \
    mmdebstrap debian-archive-keyring

.NOTPARALLEL:
.PHONY: help build lean test quick e2e walk fuzz lint format bench measure man install uninstall \
    run demo clean check soak need-swift need-tests need-mandoc

help: ## these lines
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

build: lean ## the four programs, stripped, in build/
	@swift build -c release --static-swift-stdlib --product portreservectl --disable-local-rpath
	@strip -o build/portreservectl .build/release/portreservectl
	@ls -l $(PROGRAMS:%=build/%)

# The lean programs alone: what `make run` needs, and no package is fetched for it.
lean: need-swift
	@$(LEAN_SWIFT)
	@mkdir -p build
	@for program in $(LEAN_PROGRAMS); do \
	    strip -R .comment -o build/$$program $(lean_folder)/release/$$program; done

test: need-tests build walk ## every test, on the built lean programs; needs root for namespaces
	@swift build --build-tests
	@$(tested_as_root) $(SWIFT_TEST) --skip-build

quick: need-swift ## unit tests and tidy, no root
	@$(SWIFT_TEST) --skip EndToEnd

e2e: need-tests build ## the built programs against real thieves; needs root
	@swift build --build-tests
	@$(tested_as_root) $(SWIFT_TEST) --skip-build --filter EndToEnd

# The kernel is asked before and after whether a program is left in it.
tested_as_root = tools/root.sh tools/leftovers.py env $(test_environment)
test_environment = PORTRESERVE_PROGRAMS=$(PORTRESERVE_PROGRAMS) SWIFT_BACKTRACE=$(SWIFT_BACKTRACE) \
    PORTRESERVE_VARLINKCTL=$(CURDIR)/$(varlinkctl_folder)/varlinkctl \
    PORTRESERVE_DEBIAN=$(CURDIR)/$(debian_folder)/$(DEBIAN)/system

walk: need-swift ## ten million steps of endpoints' lives, simulated, and planted mistakes
	@swift build -c release --static-swift-stdlib --product walk --disable-local-rpath
	@.build/release/walk 10000000
	@.build/release/walk --planted

soak: need-tests build ## a minute and two simulated hours of services, a minute of rules; needs root
	@swift build --build-tests
	@$(tested_as_root) PORTRESERVE_SOAK_SECONDS=60 PORTRESERVE_STORM_SECONDS=60 \
	    $(SWIFT_TEST) --skip-build --filter 'SoakTests|WritingStormTests'

fuzz: need-swift ## random bytes for all that reads foreign ones, FUZZ_SECONDS (20) each
	@FUZZ=1 swift build -c release --scratch-path $(fuzz_folder)
	@tools/fuzz.sh $(fuzz_folder)

lint: need-swift need-mandoc ## format, tidy and man pages, strictly
	@swift format lint --strict --parallel --recursive $(swift_code)
	@man/check
	@$(SWIFT_TEST) --filter Tidy

format: ## lays out the Swift code
	@swift format --in-place --parallel --recursive $(swift_code)

bench: build ## times against C programs that make the same calls, and the guard's; needs root
	@tools/need.sh strace procps
	@tools/root.sh Benchmarks/run.sh build

measure: build ## size, memory, hardening and style figures against their goals
	@tools/root.sh tools/measure.sh build
	@$(SWIFT_TEST) --filter Tidy.Figures

man: need-mandoc ## checks the man pages and renders them into build/man
	@man/check
	@mkdir -p build/man
	@for page in $(notdir $(wildcard man/*.[578])); do \
	    mandoc -T utf8 man/$$page | sed 's/.\x08//g' >build/man/$$page.txt; done
	@ls build/man/*.txt

install: $(PROGRAMS:%=build/%) ## into PREFIX (/usr) below DESTDIR
	@install -d $(sbin) $(generators) $(doc)/examples $(DESTDIR)$(SYSCONFDIR)/portreserve
	@install -m 755 $(in_sbin:%=build/%) $(sbin)
	@install -m 755 build/portreserve-generator $(generators)
	@install -d $(units)
	@for unit in $(notdir $(wildcard systemd/*.service)); do \
	    sed 's|/usr/sbin/|$(PREFIX)/sbin/|' systemd/$$unit >$(units)/$$unit; \
	    chmod 644 $(units)/$$unit; done
	@install -D -m 644 systemd/portreserve.tmpfiles $(tmpfiles)
	@install -D -m 644 systemd/portreserve.catalog $(catalog)
	@tools/install-man.sh $(man)
	@install -m 644 $(wildcard examples/portreserve/*) $(doc)/examples
	@install -m 644 $(wildcard README.md CHANGELOG.md LICENSE) $(doc)
	@install -D -m 644 completions/portreservectl.bash $(bash_completion)
	@install -D -m 644 completions/_portreservectl $(zsh_completion)
	@install -D -m 644 completions/portreservectl.fish $(fish_completion)

# Only what is missing: `sudo make install` after `make build` needs no Swift.
build/%:
	@$(MAKE) build

uninstall: ## takes back what install brought; configuration stays
	@rm -f $(in_sbin:%=$(sbin)/%) $(generators)/portreserve-generator
	@rm -f $(patsubst systemd/%,$(units)/%,$(wildcard systemd/*.service)) $(tmpfiles)
	@rm -f $(catalog)
	@tools/install-man.sh --remove $(man)
	@rm -f $(bash_completion) $(zsh_completion) $(fish_completion)
	@rm -rf $(doc)
	@rmdir --ignore-fail-on-non-empty $(DESTDIR)$(SYSCONFDIR)/portreserve 2>/dev/null || true

run: lean ## the daemon in the foreground, on /etc/portreserve or the examples
	@tools/run.sh build/portreserve

demo: lean ## a session to follow, in namespaces of its own: hold, thief, release
	@tools/need.sh iproute2 util-linux
	@tools/demo.sh build

clean: ## forgets all that was built
	@rm -rf .build $(lean_folder) $(fuzz_folder) $(varlinkctl_folder) build
	@[ ! -e $(debian_folder) ] || tools/root.sh rm -rf $(debian_folder)

check: lint test fuzz measure ## all that CI runs

need-swift:
	@tools/need.sh $(swift_packages)
	@command -v swift >/dev/null || { echo "swift 6.2 or newer is not on the PATH" >&2; exit 1; }

need-tests:
	@tools/need.sh $(swift_packages) $(test_packages)
	@tools/root.sh tools/varlinkctl.sh $(varlinkctl_folder)
	@tools/root.sh tools/debian.sh $(debian_folder)/$(DEBIAN) $(DEBIAN)

need-mandoc:
	@tools/need.sh mandoc groff-base
