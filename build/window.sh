#!/usr/bin/env bash
# Really opens the shipped window, on a display of its own with a bus and a
# home of its own, on the sample team and on nothing; waits for its first
# paint, and keeps a picture of each. It fails when the window stays empty.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
pictures=build/.setup/window; rm -rf "$pictures"; mkdir -p "$pictures"
mkdir -m700 "$work/run" "$work/home"
echo 'a passphrase for a test' >"$work/passphrase"
export HOME=$work/home XDG_RUNTIME_DIR=$work/run XDG_DATA_HOME=$work/home/.local/share XDG_CONFIG_HOME=$work/home/.config XDG_CACHE_HOME=$work/home/.cache LANG=C.UTF-8
unset DBUS_SESSION_BUS_ADDRESS WAYLAND_DISPLAY
build/bin/longhand --data "$work/sample" --passphrase-file "$work/passphrase" --at 2026-06-11T09:12:00Z demo >/dev/null
cat >"$work/look.sh" <<'LOOK'
set -euo pipefail
name=$1; shift
build/bin/longhand-window "$@" >"$PICTURES/$name.log" 2>&1 & window=$!
trap 'kill $window 2>/dev/null; wait $window 2>/dev/null || true' EXIT
for _ in $(seq 120); do
  sleep 0.25
  kill -0 $window 2>/dev/null || { echo "$name: the window ended"; cat "$PICTURES/$name.log"; exit 1; }
  import -window root "$PICTURES/$name.png" 2>/dev/null || continue
  # An empty window has a handful of colours; a painted one hundreds.
  colours=$(identify -format %k "$PICTURES/$name.png")
  if [ "$colours" -gt 150 ]; then echo "$name: painted, $colours colours"; exit 0; fi
done
echo "$name: nothing was painted in 30 s"; cat "$PICTURES/$name.log"; exit 1
LOOK
export PICTURES=$pictures
looks=0
look() { # look NAME SIZE ARGS…
  local name=$1 size=$2; shift 2
  xvfb-run -a -s "-screen 0 ${size}x24 -nolisten tcp" dbus-run-session -- bash "$work/look.sh" "$name" "$@"
  looks=$((looks + 1))
}
look welcome 1360x860 --data "$work/empty"
look decisions 1360x860 --data "$work/sample" --passphrase-file "$work/passphrase" --at 2026-06-11T09:12:00Z
look decisions-small 960x640 --data "$work/sample" --passphrase-file "$work/passphrase" --at 2026-06-11T09:12:00Z
look locked 1360x860 --data "$work/sample"
echo "$looks looks"
