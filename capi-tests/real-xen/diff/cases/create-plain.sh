# The plainest domains, and all that is there of them.
create plain-pv pv
create plain-pvh pvh
reference list -l plain-pv
reference list -l plain-pvh
domains
try xl destroy plain-pv
try xl destroy plain-pvh
domains
