# A guest moves to another domain of this host, over a pipe, and moves again.
guest mover pvh
suspends mover
try xl migrate -s '' mover "$(receiver)"
made mover
domains
suspends mover
try xl migrate --debug -s '' mover "$(receiver)"
made mover
domains
suspends mover
try xl migrate -p -s '' mover "$(receiver -p)"
made mover
domains
id=$(id_of mover)
nodes "/local/domain/$id"
nodes "/libxl/$id"
devices
