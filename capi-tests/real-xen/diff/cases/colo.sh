# COLO, for which Debian's library has no support: the sender's side, and the options. (Its receiver ends without a word.)
guest colo pvh
suspends colo
over() { xl remus -c "$@" 2> /tmp/colo.err; set -- $?; sort /tmp/colo.err >&2; return "$1"; }
try over -i 100 colo nowhere
try over -u -s '' colo "printf 'xl migration receiver ready, send binary domain data.\n'; cat > /dev/null"
try over -p -s '' colo "printf 'xl migration receiver ready, send binary domain data.\n'; cat > /dev/null"
domains
nodes "/local/domain/$id/control"
