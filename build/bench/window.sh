#!/usr/bin/env bash
# First paint of the shipped window against an empty Wails window: from starting
# the program until there is text in the middle of the screen, in interleaved
# pairs on one display.
#
#   build/bench/window.sh DATA PASSPHRASE-FILE [PAIRS]
set -euo pipefail
cd "$(dirname "$0")/../.."
data=$(realpath "$1"); passphrase=$(realpath "$2"); pairs=${3:-7}
if [ -z "${IN_DISPLAY:-}" ]; then
  work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
  mkdir -m700 "$work/run" "$work/home"
  go build -buildvcs=false -tags "desktop,production,$(pkg-config --exists webkit2gtk-4.1 && echo webkit2_41)" -ldflags '-s -w' -o build/.setup/bench/emptywindow ./build/bench/emptywindow
  unset DBUS_SESSION_BUS_ADDRESS
  IN_DISPLAY=1 HOME=$work/home XDG_RUNTIME_DIR=$work/run XDG_DATA_HOME=$work/home XDG_CONFIG_HOME=$work/home LANG=en_US.UTF-8 \
    xvfb-run -a -s '-screen 0 1360x860x24 -nolisten tcp' dbus-run-session -- "$0" "$data" "$passphrase" "$pairs" 2>/dev/null
  exit
fi
now() { date +%s%3N; }
once() { # prints milliseconds
  local from; from=$(now)
  "$@" >/dev/null 2>&1 & local p=$!
  for _ in $(seq 400); do
    if [ "$(import -window root -crop 800x300+300+60 -depth 8 ppm:- 2>/dev/null | identify -format %k - 2>/dev/null || echo 0)" -gt 20 ]; then break; fi
  done
  echo $(($(now) - from))
  kill $p; wait $p 2>/dev/null || true
}
empty=(); full=()
once build/.setup/bench/emptywindow >/dev/null
once build/bin/longhand-window --data "$data" --passphrase-file "$passphrase" >/dev/null
for _ in $(seq "$pairs"); do
  empty+=("$(once build/.setup/bench/emptywindow)")
  full+=("$(once build/bin/longhand-window --data "$data" --passphrase-file "$passphrase")")
done
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }
e=$(median "${empty[@]}"); f=$(median "${full[@]}")
echo "first paint of the window: empty $e ms, Longhand $f ms, ratio $(awk "BEGIN{printf \"%.2f\", $f/$e}") (median of $pairs interleaved pairs)"
