# The TCK on the box: what its scripts take for granted of a host, as the box has it. scripts.pl loads it, and calls script.
package Box;

use strict;
use warnings;

# What the TCK loads for images and networks alone; without it a start takes a third less.
BEGIN { $INC{$_} = __FILE__ for qw(LWP/UserAgent.pm IO/Interface/Simple.pm Net/OpenSSH.pm NetAddr/IP.pm) }
use Sys::Virt::TCK;

no warnings 'redefine';

# Does the guest need an operating system? Else it has a kernel that only blocks, which needs far less time.
my $linux;
# Its memory in KiB: so much as the kernel needs. Undefined, it is what the script says.
my $memory;

my $set_memory = \&Sys::Virt::TCK::DomainBuilder::memory;
*Sys::Virt::TCK::DomainBuilder::memory = sub { $set_memory->($_[0], $memory || $_[1]) };

my $boot_kernel = \&Sys::Virt::TCK::DomainBuilder::boot_kernel;
*Sys::Virt::TCK::DomainBuilder::boot_kernel = sub {
    $boot_kernel->($_[0], $linux ? ("/guest/vmlinuz", "/guest/initrd.gz", "console=hvc0 quiet") : "/guest/tiny");
};

# The Linux guest says on its console that it is up.
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

# Network cards are Xen's.
my $interface = \&Sys::Virt::TCK::DomainBuilder::interface;
*Sys::Virt::TCK::DomainBuilder::interface = sub { $interface->(@_, model => "netfront") };

# Disks are Xen's, in PVH guests too, which the TCK does not know.
my $disk = \&Sys::Virt::TCK::get_disk_dev;
*Sys::Virt::TCK::get_disk_dev = sub { $disk->(@_) || "xvda" };

# The TCK's own function dies of any device.
*Sys::Virt::TCK::get_host_block_device = sub { "/dev/loop0" };

# script FILE: its text, for eval. Disks and network cards that it attaches are Xen's and not QEMU's.
sub script {
    my ($name) = @_;
    open my $file, "<", $name or die "cannot read $name: $!";
    my $text = join "", <$file>;
    # A PV guest that only blocks cannot be saved; for a PVH guest dom0.sh stands in.
    $linux = $text =~ /wait_for_vm_to_boot/ || $text =~ /->save\(/ && $ENV{TCK_KIND} eq "xen";
    $memory = $name =~ /memory/ ? undef : $linux ? 192 * 1024 : 8 * 1024;
    $text =~ s/"vd([a-c])"/"xvd$1"/g;
    $text =~ s/\$bus = "virtio"/\$bus = "xen"/;
    $text =~ s/\$model = "virtio"/\$model = "netfront"/;
    $text =~ s,<interface type='user'>,<interface type='network'><source network='default'/>,g;
    return qq(#line 1 "$name"\n$text);
}

1;
