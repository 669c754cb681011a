# A running guest is paused and unpaused.
try xl pause linux-pv
domains
try xl unpause linux-pv
domains
try xl pause linux-pvh
domains
try xl unpause linux-pvh
domains
