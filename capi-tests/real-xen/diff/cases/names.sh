# From name to id and back.
try_each xl domid -- Domain-0 linux-pv linux-pvh still idle idle-pvh 0 nosuch 99 '' still.x STILL
try_each xl domname -- 0 "$(id_of linux-pv)" "$(id_of idle-pvh)" 99 32752 -1 still '' 0x0 ' 0' 4294967296 "0 "
try xl domid
try xl domname
try xl domid still idle
