# The guest is to keep its number, which is not free on this host.
guest keeps pvh
suspends keeps
try move keeps -D --
domains
nodes "/local/domain/$id/control"
