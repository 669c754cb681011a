# Everything about the domains, as JSON, from their stored configuration. Domain 0's memory is
# recorded by who asks for it first.
xenstore-rm /local/domain/0/memory
try xl list -l
nodes /local/domain/0/memory
try_each xl list -l -- linux-pv linux-pvh still idle-pvh 0
try xl list --long still
nodes /local/domain/0/memory
xenstore-rm /local/domain/0/memory
