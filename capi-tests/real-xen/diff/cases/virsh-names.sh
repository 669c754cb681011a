#: long
# Guests with the same name or uuid, and odd names.
libvirt
started v-names pvh
cp /tmp/v-names.xml /tmp/v-first.xml
sed -i -E 's,<uuid>.*</uuid>,,' /tmp/v-names.xml
try virsh create /tmp/v-names.xml
sed -E 's,<name>v-names<,<name>v-other<,' /tmp/v-first.xml > /tmp/v-names.xml
try virsh create /tmp/v-names.xml
try virsh define /tmp/v-names.xml
for name in 'a b' 'ä' "$(printf 'x%.0s' $(seq 200))" 'a/b' '17' ''; do
  sed -E "s,<name>v-names<,<name>$name<,; s,<uuid>.*</uuid>,<uuid>11111111-2222-3333-4444-555555555555</uuid>," /tmp/v-first.xml > /tmp/v-names.xml
  try virsh create /tmp/v-names.xml
  made "$name"
  virsh destroy 11111111-2222-3333-4444-555555555555 > /dev/null 2>&1
done
try virsh list --all --name
