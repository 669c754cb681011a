# Ending a PV domain, by name.
guest d-pv pv
snapshot during
try xl destroy d-pv
domains
try xl destroy d-pv
