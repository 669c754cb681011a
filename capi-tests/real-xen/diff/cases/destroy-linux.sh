# Ending domains that run Linux.
guest linux-d-pv linux-pv
guest linux-d-pvh linux-pvh
sleep 3
try xl destroy linux-d-pv
try xl destroy linux-d-pvh
domains
