# Everything that is done to wsstorm. `make` builds it; `make test` is the one to
# run before a commit.
GO         ?= go
FUZZTIME   ?= 60s
CHAOSSEEDS ?= 100
CONTROLS   ?= 20

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.9.0

.PHONY: build test race lint vuln fuzz bench cross conformance conformance-full integration truth chaos clean

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o bin/wsstorm ./cmd/wsstorm

test:
	$(GO) test -parallel 4 -timeout 30m ./...

race:
	CGO_ENABLED=1 $(GO) test -race -parallel 1 -timeout 30m ./...

lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "not gofmt-ed:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) vet -tags 'integration chaos truth wsstorm_portable' ./...
	$(GO) run $(STATICCHECK) ./...

# Exit code 3 means that something is affected. Where the vulnerability database
# is out of reach, that is said, and is no failure.
vuln:
	@out=$$($(GO) run $(GOVULNCHECK) ./... 2>&1); code=$$?; echo "$$out"; \
	if [ $$code -ne 0 ] && [ $$code -ne 3 ] && echo "$$out" | grep -qE 'fetching vulnerabilities|dial tcp|no such host|Forbidden|connection refused|timeout'; then \
		echo "govulncheck: the vulnerability database cannot be reached from here; not checked"; \
	else exit $$code; fi

# Each fuzz target of each package for FUZZTIME. go test may fail to end in time by
# itself, with "context deadline exceeded" and no failing input: that is said, and
# is no failure of the code.
fuzz:
	@pkgs=$$($(GO) list ./...) || exit 1; \
	for pkg in $$pkgs; do \
		list=$$($(GO) test -list '^Fuzz' $$pkg) || { echo "$$list"; exit 1; }; \
		for target in $$(echo "$$list" | grep '^Fuzz'); do \
			echo "== $$pkg $$target"; \
			out=$$($(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x $$pkg 2>&1); code=$$?; echo "$$out"; \
			[ $$code -eq 0 ] && continue; \
			echo "$$out" | grep -q 'context deadline exceeded' && ! echo "$$out" | grep -qE 'Failing input|/seed#|panic:' || exit 1; \
			echo "go test ran over its own time; no input failed"; \
		done; \
	done

# Go benchmarks, then the drivers against the floor (BENCH='-rounds 3 -parts echo'
# makes it shorter; some ten minutes otherwise).
bench:
	$(GO) test -run '^$$' -bench . -benchmem ./wsclient ./stats ./loadgen
	$(GO) build -o bin/drivebench ./internal/drivebench && bin/drivebench $(BENCH)

cross: export CGO_ENABLED = 0
cross:
	GOOS=darwin GOARCH=arm64 $(GO) build -o /dev/null ./cmd/wsstorm
	GOOS=windows GOARCH=amd64 $(GO) build -o /dev/null ./cmd/wsstorm
	GOOS=linux GOARCH=arm64 $(GO) build -o /dev/null ./cmd/wsstorm
	GOOS=linux GOARCH=arm $(GO) build -o /dev/null ./cmd/wsstorm
	GOOS=freebsd GOARCH=amd64 $(GO) build -o /dev/null ./cmd/wsstorm
	GOOS=darwin $(GO) vet ./...
	GOOS=windows $(GO) vet ./...

# Other people's servers, installed into the user's cache directory.
integration:
	$(GO) test -tags integration -count 1 -v -timeout 15m ./internal/peers

# The Autobahn test suite, likewise. It needs Python 2.7 (pyenv or Debian's) or Docker.
# conformance takes a selection of the cases on compression and some two minutes,
# conformance-full all of them.
conformance:
	$(GO) run ./internal/conformance

conformance-full:
	$(GO) run ./internal/conformance --full

# Servers of which the latencies are known, and clients that must be caught out;
# some ten minutes with all of its CONTROLS.
truth:
	$(GO) test -tags truth -count 1 -v -timeout 30m ./internal/truth -controls $(CONTROLS)

chaos:
	$(GO) test -tags chaos -run Chaos -count 1 -timeout 60m ./loadgen -seeds $(CHAOSSEEDS)

clean:
	rm -rf bin
