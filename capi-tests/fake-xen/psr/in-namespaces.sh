#!/usr/bin/env bash
# The program, in namespaces of its own (run), with the run's folder in $1; $2: 1 for valgrind too, or nothing.
set -u
folder=$1
. "$(dirname "$0")/../../support/fake-xen/host.sh"
fake_host "$folder"
export PSR_CALLS=$folder/calls
with() { # LIBS OUTPUT [WRAPPER…]
  local libs=$1 out=$2 host
  shift 2
  for host in full old none off blind; do
    LD_LIBRARY_PATH=$libs "$@" env LD_PRELOAD="$folder/psr-xen.so $folder/fake-xen.so" "$folder/psr" "$host" || echo "exit status $?"
  done > "$folder/$out" 2> "$folder/$out.log"
}
with '' theirs
with "$folder/ours" ours.txt
[ -z "$2" ] || with "$folder/ours" valgrind valgrind -q --trace-children=yes --leak-check=full \
  --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect --error-exitcode=99
