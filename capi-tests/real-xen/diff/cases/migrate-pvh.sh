# A guest moves to another domain of this host, over a pipe, and moves again.
# move [OPTION…] -- [OPTION…]: those of the sender and of the receiver, which write in any order.
move() {
  local sender=()
  while [ "$1" != -- ]; do sender+=("$1"); shift; done
  shift
  xl migrate "${sender[@]}" -s '' mover "$(receiver "$@")" 2> /tmp/moved
  set -- $?
  sort /tmp/moved >&2
  return "$1"
}
guest mover pvh
suspends mover
try move --
made mover
domains
suspends mover
try move --debug --
made mover
domains
suspends mover
try move -p -- -p
made mover
domains
id=$(id_of mover)
nodes "/local/domain/$id"
nodes "/libxl/$id"
devices
