#!/usr/bin/env bash
# Fuzzes every decoder, one after the other, for FUZZTIME each (10 s), and goes on after a failure. Packages or targets can be given as words.
#   build/fuzz.sh                     all of them
#   FUZZTIME=1h build/fuzz.sh roster  those whose package or name holds the word
# What a target finds is left under its package in testdata/fuzz, where it is a test from then on.
set -uo pipefail
cd "$(dirname "$0")/.."
time=${FUZZTIME:-10s}
failed=() count=0 began=$SECONDS
while IFS=: read -r file target; do
  package=./$(dirname "$file")
  if [ $# -gt 0 ]; then
    match=; for word in "$@"; do [[ "$package/$target" == *"$word"* ]] && match=yes; done
    [ -n "$match" ] || continue
  fi
  count=$((count + 1))
  printf '%s %s … ' "$package" "$target"
  if out=$(go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 200x "$package" 2>&1); then
    printf 'good, %s\n' "$(grep -oE 'execs: [0-9]+' <<<"$out" | tail -n 1)"
  elif grep -q '^    context deadline exceeded$' <<<"$out" && ! grep -q 'Failing input' <<<"$out"; then
    # Its time was up while a worker was busy, which Go tells as a failure. No input failed.
    printf 'good, %s, cut off at the end\n' "$(grep -oE 'execs: [0-9]+' <<<"$out" | tail -n 1)"
  else
    printf 'FAILED\n%s\n' "$(tail -n 30 <<<"$out")"
    failed+=("$package $target")
  fi
done < <(git ls-files '*_test.go' | xargs grep -oE '^func Fuzz[A-Za-z0-9]+' | sed 's/func //' | sort)
printf '%d fuzz targets, %d failed, %s each, %d s in all\n' "$count" "${#failed[@]}" "$time" $((SECONDS - began))
[ ${#failed[@]} -eq 0 ]
