# Names that are taken: the one that the guest comes in under, the one it gets, and the one the other keeps until it goes.
guest mn pvh
suspends mn
guest mn--incoming pvh -p
try move mn --
domains
try xl destroy mn--incoming
guest mn--migratedaway pvh -p
try move mn --
domains
try xl destroy mn--migratedaway
guest mn-taken pvh -p
config mn-as pvh 'name="mn-taken"'
try move mn -C /tmp/mn-as.cfg --
domains
nodes "/local/domain/$(id_of mn)/control"
try move mn --
made mn
domains
#: long
