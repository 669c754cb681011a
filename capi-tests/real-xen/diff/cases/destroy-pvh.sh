# Ending a PVH domain, by id.
guest d-pvh pvh
id=$(id_of d-pvh)
try xl destroy "$id"
domains
try xl destroy "$id"
try xl domname "$id"
