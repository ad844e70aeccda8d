# Everything a newcomer needs: `make run`, `make test`. Both install what is missing and build.
PREFIX  ?= /usr/local
SECONDS ?= 60
KILLS   ?= 500
ARGS    ?=

# What a fresh Debian 12 with a Swift toolchain lacks: to build, to build with voice, then to test in a real terminal.
PACKAGES = libncurses-dev libexpat1-dev libtomlplusplus-dev libstdc++-12-dev pkg-config gcc libc6-dev \
           libopus-dev portaudio19-dev libspeexdsp-dev libsrtp2-dev tmux procps python3 openssl

# Programs that others wrote, for `make interop`.
STRANGERS = kamailio kamailio-presence-modules kamailio-xml-modules kamailio-tls-modules kamailio-websocket-modules \
            baresip-core linphone-cli sip-tester tshark

# Tests on real sockets and clocks, and in terminals, run by themselves, since the others take every core there is; those
# of sound in real time run behind them, since people at terminals take every thread there is.
REAL     = ^(SIPTransportTests|TerminalTests)\.
SOUND    = ^VoiceTests\.(VoiceEngine|EchoEngine|Device|Delay)Tests

# What measures time says nothing where sanitizers take it.
TIMED    = ^VoiceTests\.DelayTests

# Those in which we and strangers listen in real time, behind the others with strangers.
LISTEN   = ^InteropTests\.ImpairedTests

# A build tree of its own: switching the standard library to static in .build would build all packages anew.
RELEASE  = -c release --static-swift-stdlib --scratch-path .build/static
PROGRAM  = .build/static/release/partyline

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: deps ## build and start the chat; ARGS="--name ada" passes options
	@swift build $(RELEASE) --product partyline
	@$(PROGRAM) $(ARGS)

test: deps ## every test, those in a real terminal included
	swift build --build-tests
	swift test --skip-build --skip '$(REAL)' --skip '$(SOUND)'
	swift test --skip-build --filter '$(REAL)'
	swift test --skip-build --filter '$(SOUND)'

flood: deps build ## floods of connections, transactions, registrations and requests; how those who mean no harm fare meanwhile
	swift build --build-tests
	PARTYLINE_FLOOD=1 PARTYLINE_PROGRAM=$(CURDIR)/$(PROGRAM) swift test --skip-build --no-parallel --filter '^FloodTests'

interop: PACKAGES += $(STRANGERS) pulseaudio pulseaudio-utils libasound2-plugins
interop: deps ## talk with programs that others wrote: Kamailio, baresip, linphonec, sipp
	swift build --build-tests
	PARTYLINE_INTEROP=1 swift test --skip-build --filter '^InteropTests' --skip '$(LISTEN)'
	PARTYLINE_INTEROP=1 swift test --skip-build --filter '$(LISTEN)'

drift: PACKAGES += $(STRANGERS) pulseaudio pulseaudio-utils libasound2-plugins
drift: deps ## hear somebody whose clock is off, beside baresip
	swift build --build-tests
	PARTYLINE_INTEROP=1 PARTYLINE_DRIFT=1 swift test --skip-build --filter '$(LISTEN)'

devices: PACKAGES += pulseaudio libasound2-plugins
devices: deps ## sound through PortAudio, on a PulseAudio without hardware that is started for it; SECONDS (20) without a gap
	swift build --build-tests
	PARTYLINE_SECONDS=$(if $(filter file,$(origin SECONDS)),20,$(SECONDS)) Tests/VoiceTests/pulse swift test --skip-build --filter '^VoiceTests.DeviceTests'

build: deps ## the release executable
	swift build $(RELEASE) --product partyline

install: build ## the executable into PREFIX/bin (PREFIX=/usr/local)
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/bin/partyline

lint: ## formatting in strict mode, the arrows between modules, the tests that conformance names
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	@.ci/arrows
	@Tests/Conformance/report --check

format: ## lay out the code as lint wants it
	swift format --in-place --recursive --parallel Package.swift Sources Tests

conformance: ## what each RFC demands of us, and the tests that hold it
	@Tests/Conformance/report

fuzz: deps ## every fuzz target for SECONDS each (SECONDS=60), from the parser to the screen
	@Tests/Fuzz/run $(SECONDS)

sanitize: deps ## every test under the address sanitizer, then under the thread sanitizer
	ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16 swift test --sanitize=address --scratch-path .build/asan --skip '$(TIMED)'
	TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/thread-sanitizer.txt swift test --sanitize=thread --scratch-path .build/tsan --skip '$(TIMED)'

bench: deps build ## speed and memory beside a small C program of the same job
	@python3 Tests/Bench/bench.py $(PROGRAM)

soak: deps build ## 2,000 clients for SECONDS (1200), then SIGKILL for exchanges and clients, KILLS times (500)
	PARTYLINE_SOAK=1 swift build $(RELEASE) --product Soak
	.build/static/release/Soak $(PROGRAM) $(if $(filter file,$(origin SECONDS)),1200,$(SECONDS))
	swift build --build-tests
	PARTYLINE_PROGRAM=$(CURDIR)/$(PROGRAM) PARTYLINE_KILLS=$(KILLS) swift test --skip-build --filter KillTests

clean: ## remove what was built
	rm -rf .build

deps: ## the Debian packages that are missing (sudo when not root)
	@missing=; for p in $(PACKAGES); do \
	    dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; done; \
	if [ -n "$$missing" ]; then \
	    echo "Installing$$missing"; as=; [ "$$(id -u)" = 0 ] || as=sudo; \
	    $$as apt-get update -qq && $$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; fi
	@command -v swift >/dev/null || { echo "Partyline needs a Swift 6.3 toolchain (swift.org/install); 'swift' is not on the PATH." >&2; exit 1; }

.PHONY: help run test flood drift devices build install interop lint format conformance fuzz sanitize bench soak clean deps
.DEFAULT_GOAL := help
