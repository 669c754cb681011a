# Images that are cut, changed or mixed make no domain.
guest broken pvh
suspends broken
try xl save broken /tmp/broken.img
restore() { timeout 100 env LD_LIBRARY_PATH="/tmp/lib/$side" "$real_xl" restore -e -p "$1" 2> /dev/null; }
mkdir -p /tmp/broken && python3 /share/records.py --cut /tmp/broken.img /tmp/broken
for image in /tmp/broken/*; do
  case $image in
    # The C library takes these for whole, or waits for what does not come: the suite real-xen/migrate has them.
    */mix-end-first | */mix-image-twice | */mix-end-before-image | */mix-huge | */cut-no-end | */flip-length | */flip-end-length | */mix-header-twice | */cut-half-end) continue ;;
  esac
  try restore "$image"
done
domains
rm -r /tmp/broken /tmp/broken.img
#: long
