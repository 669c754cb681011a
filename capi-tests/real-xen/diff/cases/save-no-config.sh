# A guest whose configuration the library has lost, or does not understand.
guest lost pvh
suspends lost
file=$(echo /var/lib/xen/userdata-d."$id".*.libxl-json)
mv "$file" /tmp/lost.json
try xl save -c lost /tmp/lost.img
head -c 60 /tmp/lost.json > "$file"
try xl save -c lost /tmp/lost.img
config lost pvh
try xl save -c lost /tmp/lost.img /tmp/lost.cfg
mv /tmp/lost.json "$file"
try xl save lost /tmp/lost.img
domains
try xl restore -e -p /tmp/lost.img
made lost
domains
rm /tmp/lost.img
#: long
