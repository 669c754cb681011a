# Nodes and stored configurations that are not there or not sound.
#: sed stderr s/^.*: line [0-9]+: +[0-9]+ Aborted .*/(aborted)/   -- the shell would tell of it
guest m-odd pv -p maxmem=64
id=$(id_of m-odd)
base=/local/domain/$id/memory
file=$(echo /var/lib/xen/userdata-d."$id".*.libxl-json)
show() { nodes "$base"; domains | grep m-odd; }
for value in 12k x 4096.5; do
  echo "target $value"
  xenstore-write "$base/target" "$value"
  try xl mem-set m-odd 8
  try xl mem-max m-odd 64
  show
done
xenstore-rm "$base/target"
try xl mem-set m-odd 8
try xl mem-max m-odd 64
show
xenstore-write "$base/target" 4096
for value in 12k x; do
  xenstore-write "$base/static-max" "$value"
  try xl mem-set m-odd 8
  show
done
xenstore-rm "$base/static-max"
try xl mem-set m-odd 8
show
try xl mem-max m-odd 64
show
# Video memory is part of what is asked for, and of the limit.
for value in 1024 ' 2048kb' -1024 x ''; do
  xenstore-write "$base/videoram" "$value"
  try xl mem-set m-odd 8
  show
  try xl mem-set m-odd 1
  try xl mem-set m-odd 65
  show
done
xenstore-rm "$base/videoram"
try xl mem-set m-odd 8
show
cp "$file" /tmp/m-odd.json
for text in '' 'x' '[]' 'null' '{"c_info": 1}' '{"nosuch": 1}' '{}'; do
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
# A configuration that says what Xen does not: no PV guest is populated on demand.
for type in pvh hvm; do
  printf '{"c_info": {"type": "%s"}, "b_info": {"type": "%s"}}' $type $type > "$file"
  try xl mem-set m-odd 10
  show
done
cp /tmp/m-odd.json "$file"
try xl mem-set m-odd 11
show
