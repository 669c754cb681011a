# Identities: given, none, nonsense, another's.
uuid=01234567-89ab-cdef-0123-456789abcdef
create u-given pv "uuid=\"$uuid\""
create u-again pv "uuid=\"$uuid\""
create u-upper pvh 'uuid="FEDCBA98-7654-3210-FEDC-BA9876543210"'
create u-plain pv 'uuid="0123456789abcdef0123456789abcd00"'
for bad in x 0123 "$uuid-0" 0123456g-89ab-cdef-0123-456789abcdef; do create u-bad pv "uuid=\"$bad\""; done
create u-zero pv 'uuid="00000000-0000-0000-0000-000000000000"'
create u-number pv 'uuid=7'
#: long
