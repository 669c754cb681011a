# Domains that are not there and arguments that make no sense.
#: sed stdout s/ +[0-9]+\.[0-9]$//          -- the time used
#: sed stdout s/^(Domain.*) [r-][b-]/\1 ??/ -- whether it runs just now
try_each xl list -- nosuch 99 32751 32752 65535 70000 -1 0x0 '' ' ' 'a b' 0a
try_each xl list -l -- nosuch 99
try_each xl list -v -- nosuch 99
try xl list -y
try xl list 0 0
