#!/usr/bin/env bash
# The measurements, each as a ratio in one run against a floor. Nothing here
# fails because something was slow.
set -euo pipefail
cd "$(dirname "$0")/.."
work=build/.setup/bench; mkdir -p "$work"
echo bench >"$work/passphrase"; export PASSPHRASE=$work/passphrase
[ -s build/.setup/chromium ] && CHROMIUM=$(cat build/.setup/chromium) && export CHROMIUM
[ -d "$work/empty" ] || go run ./build/bench "$work/empty" 0
if [ ! -d "$work/full" ]; then
  echo 'Writing 10,000 artefacts; about a minute.'
  go run ./build/bench "$work/full.tmp" 10000 && mv "$work/full.tmp" "$work/full"
fi
node build/bench/paint.mjs "$work/empty" "$work/full" 7
go test -run '^$' -bench . -benchtime 20x ./app/workspace ./app/search ./app/artefact/... ./app/render/typeset ./storage | grep -E '^Benchmark|^ok'
go test -run '^$' -bench Relay -benchtime 1x -timeout 30m ./sync/gateway ./sync/cmd/longhand-relay | grep -E '^Benchmark|^ok'
