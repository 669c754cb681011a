# Images that are cut, changed or mixed make no domain.
guest broken pvh
suspends broken
try xl save broken /tmp/broken.img
mkdir -p /tmp/broken && python3 /share/records.py --cut /tmp/broken.img /tmp/broken
for image in /tmp/broken/*; do
  case $image in
    # The C library takes these for whole, or waits for what does not come: the suite real-xen/migrate has them.
    */mix-end-first | */mix-image-twice | */mix-end-before-image | */mix-huge | */cut-no-end | */flip-length | */flip-end-length | */mix-header-twice) continue ;;
  esac
  try timeout 100 env LD_LIBRARY_PATH="/tmp/lib/$side" "$real_xl" restore -e -p "$image" 2>&1 | grep -E '^(\$|->)'
done
domains
rm -r /tmp/broken /tmp/broken.img
#: long
