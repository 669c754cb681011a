# Domains that are created and destroyed, in the list, and one that dies while it is paused.
#: sed stdout s/ +[0-9.]+$//                       -- the time used
#: sed stdout s/^((linux|Domain).*) [r-][b-]/\1 ??/ -- whether it runs just now
guest many-a pv -p
guest many-b pvh -p
guest many-c pv
try xl list
try xl vm-list
reference destroy many-b
try xl list
try xl list many-b
try xl domid many-c
#: long
