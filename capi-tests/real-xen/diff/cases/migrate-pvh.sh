# A guest moves to another domain of this host, over a pipe, and moves again.
guest mover pvh
suspends mover
try move mover --
made mover
domains
suspends mover
try move mover --debug --
made mover
domains
suspends mover
try move mover -p -- -p
made mover
domains
id=$(id_of mover)
nodes "/local/domain/$id"
nodes "/libxl/$id"
devices
#: long
