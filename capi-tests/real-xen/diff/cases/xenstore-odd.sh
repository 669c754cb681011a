# Nodes that are empty, missing, huge, or hold what no name should hold.
#: sed stdout s/ +[0-9.]+$//   -- the time used
#: sed stdout s/^((linux|Domain).*) [r-][b-]/\1 ??/ -- whether it runs just now
#: sed stdout s/ +[0-9]+:[0-9]{2}:[0-9]{2}/ TIME/g  -- it passes, and its width with it
#: sed stdout s/ [0-9]+ days,/ N days,/             -- those since 1970
guest odd pv -p
id=$(id_of odd)
node=/local/domain/$id
look() {
  try xl list
  try xl list "$id"
  try xl domname "$id"
  try xl domid odd
  try xl vm-list
  try xl uptime "$id"
  try xl list -l "$id"
}
xenstore-write "$node/name" ''
look
xenstore-write "$node/name" "$(printf '%2000s' '' | tr ' ' x)"
look
xenstore-write "$node/name" "$(printf 'a\nb\377c')"
look
xenstore-rm "$node/name"
look
xenstore-write "$node/name" linux-pv
look
try xl domid linux-pv
xenstore-write "$node/name" odd
vm=$(xenstore-read "$node/vm")
xenstore-write "$vm/start_time" 'not a number'
look
xenstore-rm "$vm/start_time"
look
xenstore-write "$node/vm" nonsense
look
xenstore-rm "$node/vm"
look
xenstore-write "$node/vm" "$vm"
try xl destroy odd
