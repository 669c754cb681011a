# A guest that the host has paused is saved, and what comes of it.
guest held pvh
suspends held
try xl pause held
domains
try xl save -c held /tmp/held.img
domains
try xl unpause held
domains
try xl pause held
try xl save -p held /tmp/held.img
domains
try xl save held /tmp/held.img
domains
try xl restore -e /tmp/held.img
made held
domains
rm /tmp/held.img
#: long
