# A name with control characters.
guest r-control pv -p
id=$(id_of r-control)
try xl rename r-control "$(printf 'tab\tline\nbell\a')"
try xl domname "$id"
try xl rename "$id" r-control
try xl domname "$id"
