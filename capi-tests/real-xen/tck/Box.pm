# The TCK on the box: what its scripts take for granted of a host, as the box has it. Loaded before each script (perl -MBox).
package Box;

use strict;
use warnings;
use Sys::Virt::TCK;

no warnings 'redefine';

# Memory in KiB: so much fits, and is saved in seconds. Undefined, it is what the script says.
our $memory;
my $set_memory = \&Sys::Virt::TCK::DomainBuilder::memory;
*Sys::Virt::TCK::DomainBuilder::memory = sub { $set_memory->($_[0], $memory || $_[1]) };

# The guests say on their console that they are up.
my $boot_kernel = \&Sys::Virt::TCK::DomainBuilder::boot_kernel;
*Sys::Virt::TCK::DomainBuilder::boot_kernel = sub { $boot_kernel->(@_[0 .. 2], "console=hvc0 quiet") };
*Sys::Virt::TCK::wait_for_vm_to_boot = sub {
    my ($tck, $domain) = @_;
    my $log = "/var/log/xen/guest-" . $domain->get_name . ".log";
    for (1 .. 300) {
        if (open my $said, "<", $log) {
            return if grep { /GUEST UP/ } <$said>;
        }
        sleep 1;
    }
    die "the guest is not up after five minutes";
};

# There is no image of a whole operating system: a kernel with a small initrd takes its place.
my $machine = \&Sys::Virt::TCK::generic_machine_domain;
*Sys::Virt::TCK::generic_machine_domain = sub { $machine->(@_, fullos => 0) };

# Disks are Xen's, in PVH guests too, which the TCK does not know.
my $disk = \&Sys::Virt::TCK::get_disk_dev;
*Sys::Virt::TCK::get_disk_dev = sub { $disk->(@_) || "xvda" };

# adapted SCRIPT: its text; disks and network cards that it attaches are Xen's and not QEMU's.
sub adapted {
    my ($script) = @_;
    open my $file, "<", $script or die "cannot read $script: $!";
    my $text = join "", <$file>;
    $text =~ s/"vd([a-c])"/"xvd$1"/g;
    $text =~ s/\$bus = "virtio"/\$bus = "xen"/;
    $text =~ s/\$model = "virtio"/\$model = "netfront"/;
    $text =~ s,<interface type='user'>,<interface type='network'><source network='default'/>,g;
    # It is left out for a fault of QEMU's that has to do with KVM guests.
    $text =~ s/^use Test::More skip_all.*//m && $text =~ s/^#(use Test::More tests)/$1/m;
    return qq(#line 1 "$script"\n$text);
}

1;
