# Pausing and going on, by name and by id, PV and PVH, also more than once.
guest p-pv pv
guest p-pvh pvh
try xl pause p-pv
domains
try xl pause "$(id_of p-pvh)"
domains
try xl pause p-pv
domains
try xl unpause p-pv
domains
try xl unpause p-pv
domains
try xl unpause "$(id_of p-pvh)"
domains
try_each xl pause -- 0 nosuch 99 32752 -1 ''
try_each xl unpause -- 0 nosuch 99 32752 -1 ''
try xl pause
try xl unpause
try xl pause p-pv p-pvh
domains
