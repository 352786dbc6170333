#!/usr/bin/env bash
# Opens the window. Where there is no display it says so, and serves the same
# interface to a browser on this computer.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "$(uname)" = Linux ] && [ -z "${DISPLAY:-}" ] && [ -z "${WAYLAND_DISPLAY:-}" ]; then
  echo 'There is no display here, so no window can open. The same interface is served on this computer:'
  echo 'open the address below in a browser. Ctrl C ends it.'
  exec build/bin/longhand serve "$@"
fi
exec build/bin/longhand-window "$@"
