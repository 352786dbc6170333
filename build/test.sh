#!/usr/bin/env bash
# Runs every test, one suite after the other, goes on after a failure, and ends
# with counts. `make test` calls it when everything is built.
set -uo pipefail
cd "$(dirname "$0")/.."
CHROMIUM=$(cat build/.setup/chromium)
export NO_COLOR=1 CHROMIUM LONGHAND_REQUIRE=1 LONGHAND_REQUIRE_TYPESET=1
logs=build/.setup/logs
rm -rf "$logs"; mkdir -p "$logs"
failed=()
began=$SECONDS

suite() { # suite NAME COMMAND…
  local name=$1 from=$SECONDS; shift
  printf '%s … ' "$name"
  if "$@" >"$logs/$name.log" 2>&1; then
    printf 'good, %d s\n' $((SECONDS - from))
  else
    printf 'FAILED, %d s\n' $((SECONDS - from))
    failed+=("$name")
    tail -n 60 "$logs/$name.log"
  fi
}

format() { local bad; bad=$(git ls-files '*.go' | xargs gofmt -l); [ -z "$bad" ] || { echo "not gofmt-clean: $bad"; return 1; }; }
go_tests() { go test -count=1 -timeout 25m -json ./... | tee "$logs/go.json" | node build/gotest.mjs; }
races() { go test -count=1 -race -short -timeout 15m ./app/workspace ./app/bridge ./app/command ./sync/... ./storage/...; }
front() { (cd frontend && npm run --silent "$1"); }
browser() { (cd frontend && npx playwright test --reporter=list); }

suite format format
suite vet go vet ./...
suite go go_tests
suite fuzz build/fuzz.sh
suite race races
suite check front check
suite unit front test
suite browser browser
if [ "$(uname)" = Linux ]; then suite window build/window.sh; fi

count() { grep -oE "$2" "$logs/$1.log" 2>/dev/null | tail -n 1 | grep -oE '[0-9]+' || echo 0; }
go_passed=$(count go '[0-9]+ passed'); go_failed=$(count go '[0-9]+ failed'); go_skipped=$(count go '[0-9]+ skipped')
front_passed=$(grep -E '^ *Tests ' "$logs/unit.log" 2>/dev/null | grep -oE '[0-9]+ passed' | grep -oE '[0-9]+' || echo 0)
browser_passed=$(count browser '[0-9]+ passed'); browser_failed=$(count browser '[0-9]+ failed')
window_passed=$(count window '[0-9]+ looks')
printf 'Longhand: %d Go tests passed, %d failed, %d skipped; %d front-end tests; %d browser tests passed, %d failed; %d looks at the window. %d min %d s.\n' \
  "$go_passed" "$go_failed" "$go_skipped" "$front_passed" "$browser_passed" "$browser_failed" "$window_passed" $(((SECONDS - began) / 60)) $(((SECONDS - began) % 60))
if [ ${#failed[@]} -gt 0 ]; then
  echo "Failed: ${failed[*]}. The whole logs are in $logs."
  exit 1
fi
