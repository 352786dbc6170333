# Two commands: `make run` opens Longhand, `make test` runs every test. Both
# install what is missing, say so, and are safe to repeat.

GOFLAGS  := -buildvcs=false
VERSION  := 0.1.0
LDFLAGS  := -s -w -X longhand/app.Version=$(VERSION)
WEBKIT   := $(shell pkg-config --exists webkit2gtk-4.1 2>/dev/null && echo webkit2_41)
export GOFLAGS

# A pipe fails when what is before it does.
SHELL := bash
.SHELLFLAGS := -o pipefail -c

.PHONY: run window cli relay setup test torture mutate fuzz bench clean help

run: window cli ## open the window (or serve it to a browser where there is no display)
	@build/run.sh $(ARGS)

window: ## build build/bin/longhand-window
	@build/setup.sh run
	@$(MAKE) --no-print-directory link-window

link-window:
	go build -tags "desktop,production,$(WEBKIT)" -ldflags "$(LDFLAGS)" -o build/bin/longhand-window .

cli: ## build build/bin/longhand, the command line
	@build/setup.sh cli
	go build -ldflags "$(LDFLAGS)" -o build/bin/longhand ./app/cmd/longhand

relay: ## build build/bin/longhand-relay, the relay server: one static binary
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X longhand/sync/gateway/command.Version=$(VERSION)" -o build/bin/longhand-relay ./sync/cmd/longhand-relay

test: ## install what the tests need, and run every test
	@build/setup.sh test
	@$(MAKE) --no-print-directory link-window
	go build -ldflags "$(LDFLAGS)" -o build/bin/longhand ./app/cmd/longhand
	@build/test.sh

torture: ## the long versions of the random suites; hours
	@build/setup.sh test
	LONGHAND_TORTURE=1 go test -count=1 -timeout 12h -v ./storage ./app/hydrate | grep -E '^(=== RUN|---|ok|FAIL|PASS)|seed|kills|damaged'
	LONGHAND_TORTURE=1 go test -count=1 -timeout 12h -run 'EveryKill' -v ./app/workspace | grep -E '^(=== RUN|---|ok|FAIL|PASS)|seed|kills'
	LONGHAND_TORTURE=1 go test -count=1 -timeout 3h -run 'Killed|Leader|DamagedDisk' -v ./sync/cmd/... ./sync/gateway | grep -E '^(=== RUN|---|ok|FAIL|PASS)|kills|lost|damage'
	LONGHAND_SCHEDULES=10000 go test -count=1 -timeout 12h -run 'Schedules|AnyOrder|Converge|Property' -v ./app/artefact ./sync/roster | grep -E '^(=== RUN|---|ok|FAIL|PASS)|seed|schedules'
	LONGHAND_TORTURE=1 go test -count=1 -timeout 48h -run 'Whatever|EverythingThat|UsedTwice' -v ./sync/replica | grep -E '^(---|ok|FAIL|PASS)|seeds|LONGHAND_SEED=[0-9]+:'
	FUZZTIME=1h build/fuzz.sh

mutate: ## switch each safeguard off in turn, and see that a test fails
	go run ./build/mutate $(ARGS)

fuzz: ## every fuzz target for ten seconds (FUZZTIME=1h for longer)
	@build/fuzz.sh

bench: cli ## measure, as ratios against a floor
	@build/bench.sh

clean: ## remove what was built; your data is elsewhere and stays
	rm -rf build/bin build/.setup
	find frontend/dist -mindepth 1 ! -name .gitkeep -delete

help:
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12
