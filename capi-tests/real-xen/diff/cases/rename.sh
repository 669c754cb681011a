# Another name, by name and by id, and names that will not do.
guest r-one pv -p
guest r-two pvh -p
id=$(id_of r-one)
try xl rename r-one r-new
domains
try xl list r-one
try xl domid r-new
try xl rename "$id" r-one
try xl domname "$id"
try xl rename r-one r-two
try xl rename r-one r-one
try xl rename r-one Domain-0
try xl rename r-one linux-pv
try xl rename r-one 123
try xl list 123
try xl domid 123
try xl rename 123 r-one
try xl rename "$id" 'a b'
try xl domid 'a b'
try xl rename "$id" ''
try xl domname "$id"
try xl rename "$id" r-one
try xl rename nosuch r-x
try xl rename 99 r-x
try xl rename -1 r-x
try xl rename r-one
try xl rename
domains
snapshot during
