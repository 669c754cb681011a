# A domain with files and nodes of other programs: what is removed with it.
guest d-left pv -p
id=$(id_of d-left)
uuid=$(xenstore-read "/local/domain/$id/vm" | sed 's,/vm/,,')
echo notes > "/var/lib/xen/userdata-d.$id.$uuid.notes"
echo keep > "/var/lib/xen/userdata-n.$id.$uuid.n"
xenstore-write "/local/domain/$id/data/something" value "/libxl/$id/something" value "/vm/$uuid/something" value \
  "/tool/other" "of $id"
try xl destroy d-left
xenstore-exists /tool/other && echo "/tool/other is still there"
xenstore-rm /tool/other
