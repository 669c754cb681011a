# Commands that are about a domain, for one that is not there.
for domain in nosuch 99; do
  echo "for $domain:"
  for command in shutdown reboot vncviewer 'button-press DOM power' 'sysrq DOM h' 'trigger DOM nmi' \
    'mem-set DOM 64' 'mem-max DOM 64' 'vcpu-pin DOM all all' 'vcpu-set DOM 1' pci-list block-list \
    network-list channel-list vtpm-list usb-list 'cd-eject DOM xvdc' 'dump-core DOM /tmp/core' \
    'save DOM /tmp/save' 'block-detach DOM xvda' 'network-detach DOM 0' sharing \
    'qemu-monitor-command DOM info' 'cpupool-migrate DOM Pool-0' 'config-update DOM /dev/null'; do
    words=()
    for word in $command; do
      if [ "$word" = DOM ]; then words+=("$domain"); else words+=("$word"); fi
    done
    case $command in *DOM*) ;; *) words+=("$domain") ;; esac
    try xl "${words[@]}"
  done
done
# A key for a missing domain makes its nodes, in C.
nodes /local/domain/99
xenstore-rm /local/domain/99 2> /dev/null
