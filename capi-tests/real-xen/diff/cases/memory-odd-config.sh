# Memory of a domain whose stored configuration is not there, not sound, or says what Xen does not.
guest m-odd pv -p maxmem=64
id=$(id_of m-odd)
file=$(echo /var/lib/xen/userdata-d."$id".*.libxl-json)
show() { nodes "/local/domain/$id/memory"; domains | grep m-odd; }
cp "$file" /tmp/m-odd.json
for text in '' '[]' null '{"c_info": 1}' '{"nosuch": 1}'; do
  printf %s "$text" > "$file"
  echo "with $text"
  try xl mem-set m-odd 9
  try xl mem-max m-odd 32
  show
done
rm "$file"
try xl mem-set m-odd 9
try xl mem-max m-odd 32
show
# No PV guest is populated on demand.
for type in pvh hvm; do
  printf '{"c_info": {"type": "%s"}, "b_info": {"type": "%s"}}' $type $type > "$file"
  try xl mem-set m-odd 10
  show
done
cp /tmp/m-odd.json "$file"
try xl mem-set m-odd 11
show
rm /tmp/m-odd.json
#: long
