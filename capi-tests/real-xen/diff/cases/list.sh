# Domains, all and by name and id.
#: sed stdout s/ +[0-9]+\.[0-9]( +Pool-0)?$/\1/      -- the time used
#: sed stdout s/^((linux|Domain).*) [r-][b-]/\1 ??/ -- whether it runs just now
try xl list
try_each xl list -- Domain-0 0 linux-pv linux-pvh still idle idle-pvh "$(id_of still)"
try xl list -c
