# A guest moves to another domain of this host.
guest moves-once pvh
suspends moves-once
try move moves-once --
made moves-once
domains
id=$(id_of moves-once)
devices
