# By number, by a name with spaces, by one that looks like a number; and what the image says of the name.
config sa-ve pvh 'name="sa ve d"'
try reference create -q -e /tmp/sa-ve.cfg
made 'sa ve d'
suspends 'sa ve d'
try xl save 'sa ve d' /tmp/names.img
domains
try xl restore -e /tmp/names.img
made 'sa ve d'
suspends 'sa ve d'
numbered() { LD_LIBRARY_PATH=/tmp/lib/$side "$real_xl" save -c "$(id_of 'sa ve d')" /tmp/names.img; }
try numbered
domains
try xl rename 'sa ve d' saved-7
try xl save saved-7 /tmp/names.img
try xl restore -e -p /tmp/names.img
made saved-7
domains
nodes "/local/domain/$(id_of saved-7)/name"
rm /tmp/names.img
#: long
