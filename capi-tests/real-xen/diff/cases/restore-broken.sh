# Images that are cut, changed or mixed make no domain. (All ways to break one: the suite real-xen/migrate, for ours; the C
# library takes some for whole, or waits for what does not come.)
guest broken pvh
suspends broken
try xl save broken /tmp/broken.img
ways='cut-nothing cut-half-ident cut-no-image flip-version mix-unknown mix-other-order'
mkdir -p /tmp/broken
# shellcheck disable=SC2086 # words are wanted
python3 /share/records.py --cut /tmp/broken.img /tmp/broken $ways
restore() { timeout 100 env LD_LIBRARY_PATH="/tmp/lib/$side" "$real_xl" restore -e -p "$1" 2> /dev/null; }
for way in $ways; do
  try restore "/tmp/broken/$way"
  made broken
  domains | grep '^broken'
  [ -z "$(id_of broken)" ] || reference destroy broken
done
rm -r /tmp/broken /tmp/broken.img
#: long
