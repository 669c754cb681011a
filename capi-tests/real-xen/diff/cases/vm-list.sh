# The list of virtual machines: uuid, id, name.
try xl vm-list
try xl vm-list extra
