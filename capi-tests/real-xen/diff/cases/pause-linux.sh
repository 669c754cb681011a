# A guest that works is held and let go.
try xl pause linux-pv
domains
try xl unpause linux-pv
domains
try xl pause linux-pvh
domains
try xl unpause linux-pvh
domains
