# A device with an invalid record, among valid ones.
guest broken pv -p
id=$(id_of broken)
device vbd 51712 vbd dev xvda params /a type phy removable 0 mode w device-type disk
device vbd 51728 vbd dev xvdb
device vif 0 vif handle 0 mac 00:16:3e:00:00:01
device vif 1 vif handle 1 mac nonsense
try xl block-list broken
try xl network-list broken
no_devices
