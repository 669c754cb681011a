# Domains that are being destroyed, and a hypervisor that refuses to tell about domains. Prints what is wrong.
#
# Requests to a domain that the hypervisor still has, and whose nodes are removed already: none may make nodes, which
# would stay for ever.
plug() { LD_LIBRARY_PATH=$libs LD_PRELOAD="$folder/fake-xen.so" timeout 90 "$folder/plug" "$@"; }
config='{"c_info": {"type": "pv", "name": "guest"}, "b_info": {"type.pv": {}}}'
there() { { "$folder/look" "at=/libxl/$id"; "$folder/look" "at=/local/domain/$id"; "$folder/look" at=/local/domain/0/backend; } 2> /dev/null; }
id=$(plug domain guest "$config")
without_nodes() {
  local path
  for path in "/local/domain/$id" "/libxl/$id" /local/domain/0/backend; do xenstore-rm "$path" 2> /dev/null; done
}
# none OPERATION KIND: that operation makes no nodes, and its log says why.
none() {
  local left
  without_nodes
  answer=$(plug "$1" "$2" "$id" '{}' 2> "$folder/log")
  left=$(there | head -n 4)
  [ -z "$left" ] || echo "$1 $2, which answers ${answer%%$'\n'*}, makes $left"
  grep -q 'cannot' "$folder/log" || echo "$1 $2, which answers ${answer%%$'\n'*}, logs no reason"
}
for what in sysrq shutdown reboot vcpus maxmem target rename; do none ask $what; done
for kind in vkb vfb vtpm vdispl vsnd nic; do none add $kind; done
without_nodes

# QEMU's devices are closed and removed together at a destroy: how often xenstored is asked does not depend on how many
# there are.
truncate -s 1M "$folder/image"
# trips NUMBER: how often a destroy of a domain with that number of disks asks xenstored.
trips() {
  local name
  id=$(plug domain guest "$config")
  for name in $(echo xvd{a..i} | cut -d ' ' -f "-$1"); do
    plug add disk "$id" "{\"vdev\": \"$name\", \"format\": \"qcow2\", \"pdev_path\": \"$folder/image\"}" \
      > "$folder/answer" 2> "$folder/log"
  done
  LD_LIBRARY_PATH=$libs timeout 90 strace -f -qq -E "LD_PRELOAD=$folder/fake-xen.so" -e trace=sendto -o "$folder/calls" \
    "$folder/plug" end domain "$id" '{}' > "$folder/answer" 2> "$folder/log"
  grep -q -e '-> 0' "$folder/answer" || echo "not destroyed"
  [ -z "$(there)" ] || echo "something is left"
  grep -c 'sendto(' "$folder/calls"
}
few=$(trips 2) many=$(trips 8)
[ "$few" = "$many" ] || echo "a destroy asks xenstored $few times with 2 disks of QEMU, $many times with 8"

# The hypervisor refuses to tell about domains, from one question of an operation on: the log says so.
refused() {
  local from
  for from in 1 2 3 4 5 6 7 8 9; do
    id=$(plug domain guest "$config")
    rm -f "$FAKE_XEN/refused"
    answer=$(FAKE_XEN_REFUSES=$from plug "$@" "$id" '{}' 2> "$folder/log")
    # The operation has asked less often.
    [ -e "$FAKE_XEN/refused" ] || break
    grep -qE '(error|warning): .*Bad address' "$folder/log" || echo "$*: question $from is refused, which nobody learns: $answer"
  done
  [ "$from" -gt 1 ] || echo "$* asks nothing"
}
refused end domain
for what in shutdown reboot vcpus maxmem target rename; do refused ask $what; done
for kind in vkb vfb vtpm nic; do refused add $kind; done
