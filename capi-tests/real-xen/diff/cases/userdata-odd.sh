# A stored configuration that is empty, broken, missing, or something else.
#: sed stderr /^ {20,}\{/d                  -- the C library's log goes on with yajl's picture of the text,
#: sed stderr /^ +\(right here\) -+\^$/d    -- of the place in it,
#: sed stderr /^$/d                         -- and an empty line
guest json pv -p
id=$(id_of json)
file=$(echo /var/lib/xen/userdata-d."$id".*.libxl-json)
cp "$file" /tmp/json
for text in '' '{' "$(head -c 300 /tmp/json)"; do
  printf %s "$text" > "$file"
  echo "with $text"
  try xl list -l json
  try xl list json
done
rm "$file"
try xl list -l json
mkdir "$file"
try xl list -l json
rmdir "$file"
cp /tmp/json "$file"
try xl list -l json
#: sed stdout s/ +[0-9.]+$//   -- the time used
