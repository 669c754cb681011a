# Names that are long, or have characters that are odd in a name.
guest r-odd pv -p
id=$(id_of r-odd)
try xl rename r-odd "$(printf '%200s' '' | tr ' ' n)"
try xl domname "$id"
try xl rename "$id" "$(printf '%3000s' '' | tr ' ' n)"
try xl domname "$id"
try xl rename "$id" "$(printf '%5000s' '' | tr ' ' n)"
try xl rename "$id" "$(printf '%10000s' '' | tr ' ' n)"
try xl rename "$id" "$(printf 'no\377utf8')"
try xl domname "$id"
try xl list "$id"
try xl list -l "$id"
try xl rename "$id" 'slash/dots/../x'
try xl domname "$id"
try xl rename "$id" r-odd
try xl domid "$(printf '%10000s' '' | tr ' ' n)"
#: sed stdout s/ +[0-9.]+$//   -- the time used
