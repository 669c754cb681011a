#: long
# What libvirt does when guests end: each action for each way.
libvirt
for action in destroy restart preserve rename-restart; do
  for end in poweroff:0 reboot:1 crash:3; do
    way=${end%:*} reason=${end#*:}
    xml v-ended pvh
    sed -i -E "s,<on_$way>[a-z]+<,<on_$way>$action<," /tmp/v-ended.xml
    try virsh create /tmp/v-ended.xml
    made v-ended
    before=$(id_of v-ended)
    ends "$before" "$reason"
    case $action in
      destroy) until_true eval '[ -z "$(id_of v-ended)" ]' ;;
      preserve) until_true eval "virsh domstate v-ended | grep -v running" ;;
      *) until_true eval '[ "$(id_of v-ended)" != "$before" ] && domains | grep "^v-ended .*-b----"' ;;
    esac
    made v-ended
    echo "$way $action"
    try virsh domstate --reason v-ended
    virsh destroy v-ended > /dev/null 2>&1
    until_true eval '[ -z "$(id_of v-ended)" ]'
  done
done
domains
