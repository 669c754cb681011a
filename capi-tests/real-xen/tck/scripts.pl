# scripts.pl OUT SCRIPT…: runs scripts of the TCK, each in a process of its own that has the TCK loaded: to load it takes half a
# minute in the box. OUT/NAME.tap is what a script says. The host is as Box.pm says.
use strict;
use warnings;
use Test2::API qw(test2_start_preload test2_stop_preload);

BEGIN { test2_start_preload() }
use Box;
use File::Basename qw(basename);
use Test::Exception;

my $xl = "/usr/lib/xen-$ENV{XEN}/bin/xl";
my $limit = 600;
my ($out, @scripts) = @ARGV;
$| = 1;

sub run {
    my ($script, $tap) = @_;
    @ARGV = ();
    $0 = $script;
    open(STDOUT, ">", $tap) or die "cannot write $tap: $!";
    open(STDERR, ">&", \*STDOUT) or die "cannot join stderr: $!";
    test2_stop_preload();
    my $builder = Test::More->builder;
    $builder->output(\*STDOUT);
    $builder->failure_output(\*STDERR);
    $builder->todo_output(\*STDOUT);
    eval Box::script($script);
    if ($@) {
        print STDERR $@;
        $? = 255;
        exit 255;
    }
    exit 0;
}

for my $script (@scripts) {
    my $name = basename($script, ".t");
    my $tap = "$out/$name.tap";
    unlink glob "/var/log/xen/guest-tck*.log";
    my $began = time;
    my $child = fork // die "cannot fork: $!";
    run($script, $tap) unless $child;
    local $SIG{ALRM} = sub { kill "KILL", $child };
    alarm $limit;
    waitpid $child, 0;
    alarm 0;
    open my $said, ">>", $tap or die "cannot write $tap: $!";
    print $said "exit status: ", $? & 127 ? "signal " . ($? & 127) : $? >> 8, "\n";
    for (split /\n/, `$xl list`) {
        my ($domain, $id) = split;
        next unless $id =~ /^[1-9]/;
        print $said "domain is left: $domain\n";
        system $xl, "destroy", $id;
    }
    close $said;
    print "$name: ", time - $began, " s\n";
}
