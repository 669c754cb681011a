# A stored configuration that is sound JSON and has no type of guest.
#: sed stderr s/^.*: line [0-9]+: +[0-9]+ Aborted .*/(aborted)/   -- the shell's message
guest json pv -p
file=$(echo /var/lib/xen/userdata-d."$(id_of json)".*.libxl-json)
for text in '[]' 'null' '{"c_info": 1}' '{"c_info": {"name": "other"}}' '{"nosuch": 1}'; do
  printf %s "$text" > "$file"
  echo "with $text"
  try xl list -l json
done
