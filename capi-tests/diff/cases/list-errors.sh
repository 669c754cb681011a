# Domains that are not there and arguments that make no sense.
try_each xl list -- nosuch 99 32751 32752 65535 70000 -1 4294967296 99999999999999999999 0x0 '' ' ' 'a b' 0a
try_each xl list -l -- nosuch 99
try_each xl list -v -- nosuch 99
try xl list -y
try xl list 0 0
