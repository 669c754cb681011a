# Ending domains that have never run.
guest d-pv pv -p
guest d-pvh pvh -p
try xl destroy d-pv
try xl destroy d-pvh
domains
