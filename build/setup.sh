#!/usr/bin/env bash
# Installs what is missing to build, run or test Longhand, and says what it
# will install before it does. Safe to repeat; fast when nothing is missing.
#
#   build/setup.sh cli|relay|run|test
#
# Assumed: Go, Node with npm, a C compiler. Everything else comes from the
# system's package manager, npm and the Go module proxy.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-run}
stamps=build/.setup
mkdir -p "$stamps"

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# --- what is assumed --------------------------------------------------------
have go || die 'Go is missing. Install Go 1.26 or later: https://go.dev/dl/'
go_minor=$(go env GOVERSION | sed -E 's/^go1\.([0-9]+).*/\1/')
[ "$go_minor" -ge 26 ] 2>/dev/null || die "Go 1.26 or later is needed; this is $(go env GOVERSION)."
if [ "$what" != relay ]; then
  have node && have npm || die 'Node is missing. Install Node 20 or later with npm: https://nodejs.org/'
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || die "Node 20 or later is needed; this is $(node --version)."
  have "${CC:-cc}" || have gcc || have clang || die 'A C compiler is missing. Install gcc or clang.'
fi

# --- system packages ---------------------------------------------------------
manager=none
for m in apt-get dnf pacman brew; do have "$m" && { manager=$m; break; }; done

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo; then sudo "$@"; else die "This needs root, and there is no sudo: $*"; fi; }

install() { # install PACKAGE…
  [ $# -gt 0 ] || return 0
  say "Longhand needs these packages and will install them with $manager: $*"
  case $manager in
    apt-get)
      as_root apt-get update -qq >&2 || say 'The package lists could not be renewed; going on with those there are.'
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$stamps/install.log" 2>&1 || { tail -n 20 "$stamps/install.log" >&2; die 'They could not be installed.'; } ;;
    dnf) as_root dnf install -y -q "$@" >&2 ;;
    pacman) as_root pacman -S --needed --noconfirm "$@" >&2 ;;
    brew) brew install "$@" >&2 ;;
    none) die "No package manager that is known here. Install by hand: $*" ;;
  esac
}

# pick NAME-FOR-APT NAME-FOR-DNF NAME-FOR-PACMAN NAME-FOR-BREW ("-" for none)
pick() { case $manager in apt-get) n=$1 ;; dnf) n=$2 ;; pacman) n=$3 ;; brew) n=$4 ;; *) n=$1 ;; esac; [ "$n" = - ] || wanted+=($n); }

webkit() { have pkg-config && { pkg-config --exists webkit2gtk-4.1 || pkg-config --exists webkit2gtk-4.0; } && pkg-config --exists gtk+-3.0; }

wanted=()
if [ "$(uname)" = Linux ] && { [ "$what" = run ] || [ "$what" = test ]; } && ! webkit; then
  pick 'pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev' 'pkgconf-pkg-config gtk3-devel webkit2gtk4.1-devel' 'pkgconf gtk3 webkit2gtk-4.1' -
fi
if [ "$what" = test ]; then
  have pdfinfo && have pdftotext && have pdftoppm || pick poppler-utils poppler-utils poppler poppler
  if [ "$(uname)" = Linux ]; then
    have Xvfb && have xauth || pick 'xvfb xauth' xorg-x11-server-Xvfb xorg-server-xvfb -
    have dbus-run-session || pick dbus dbus-daemon dbus -
    have gnome-keyring-daemon || pick gnome-keyring gnome-keyring gnome-keyring -
    have import || pick imagemagick ImageMagick imagemagick imagemagick
  fi
fi
[ ${#wanted[@]} -eq 0 ] || install "${wanted[@]}"
if [ "$(uname)" = Linux ] && { [ "$what" = run ] || [ "$what" = test ]; }; then
  webkit || die 'The headers of GTK 3 and WebKitGTK are still missing.'
fi

# --- a browser for the tests ---------------------------------------------------
# Some systems have a chromium that only points to a store, so each is tried.
works() { [ -n "$1" ] && have "$1" && timeout 60 "$1" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --user-data-dir="$(mktemp -d)" --dump-dom about:blank 2>/dev/null | grep -qi '<html'; }
browser() {
  if [ -s "$stamps/chromium" ] && [ -x "$(cat "$stamps/chromium")" ]; then return; fi
  for c in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    if works "$c"; then command -v "$c" >"$stamps/chromium"; return; fi
  done
  [ "${1:-}" = again ] && return 1
  wanted=(); pick chromium chromium chromium -
  [ ${#wanted[@]} -eq 0 ] || (install "${wanted[@]}") || true
  browser again && return
  say 'No Chromium that works is to be had from the system; Playwright brings its own.'
  (cd frontend && npx playwright install --with-deps chromium) >&2
  node -e 'process.chdir("frontend"); process.stdout.write(require("playwright-core").chromium.executablePath())' >"$stamps/chromium" 2>/dev/null ||
    (cd frontend && node -e 'import("@playwright/test").then(p => process.stdout.write(p.chromium.executablePath()))') >"$stamps/chromium"
  works "$(cat "$stamps/chromium")" || die 'No browser works here, and the tests of the window need one.'
}

# --- the parts that are fetched, pinned by version and checksum --------------
newer() { # newer STAMP PATH…: something below the paths is newer than the stamp
  [ -e "$1" ] || return 0
  local stamp=$1; shift
  [ -n "$(find "$@" -newer "$stamp" -print -quit 2>/dev/null)" ]
}

if [ "$what" != relay ]; then
  if newer "$stamps/npm" frontend/package-lock.json || [ ! -d frontend/node_modules ]; then
    say 'Installing the front end’s npm packages.'
    (cd frontend && npm ci --no-audit --no-fund --loglevel=error) >&2
    touch "$stamps/npm"
  fi
  if newer "$stamps/typeset" build/fetch app/render/typeset/assets; then
    say 'Fetching the typesetter and fonts.'
    go run ./build/fetch >&2
    touch "$stamps/typeset"
  fi
  if newer "$stamps/front" frontend/src frontend/public frontend/index.html frontend/package-lock.json frontend/vite.config.ts || [ ! -e frontend/dist/index.html ]; then
    say 'Building the front end.'
    (cd frontend && npm run build --silent) >&2
    touch "$stamps/front"
  fi
fi
if [ "$what" = test ]; then browser; fi
