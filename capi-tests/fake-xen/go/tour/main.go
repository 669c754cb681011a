// A look at everything that Xen's Go bindings have of the library and the tests can ask, printed so that two libraries can be
// compared.
//
//	tour [-script PATH] GUEST
//
// GUEST: the name of a domain. With -script it gets network cards with that script, and loses them.
package main

import (
	"flag"
	"fmt"
	"os"
	"reflect"

	"xenbits.xenproject.org/git-http/xen.git/tools/golang/xenlight"
)

var script = flag.String("script", "", "script of network cards that are added")

func must(err error) {
	if err != nil {
		fmt.Println("WRONG:", err)
		os.Exit(1)
	}
}

func descriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	must(err)
	return len(entries)
}

func contexts() {
	var many [8]*xenlight.Context
	var before int
	for round := 0; round < 3; round++ {
		for i := range many {
			ctx, err := xenlight.NewContext()
			must(err)
			many[i] = ctx
		}
		for _, ctx := range many {
			fmt.Print(len(ctx.ListDomain()) > 0, " ")
			must(ctx.Close())
			// Closed twice.
			must(ctx.Close())
		}
		// The first round has opened what the runtime of Go keeps.
		if round == 0 {
			before = descriptors()
		}
	}
	fmt.Println("\ndescriptors left:", descriptors()-before)
}

func version(ctx *xenlight.Context) {
	info, err := ctx.Version()
	must(err)
	fmt.Printf("%+v\n", info)
}

func host(ctx *xenlight.Context) {
	for _, ask := range []func() (int, error){ctx.GetMaxCpus, ctx.GetOnlineCpus, ctx.GetMaxNodes} {
		fmt.Println(ask())
	}
	free, err := ctx.GetFreeMemory()
	fmt.Println("free memory:", free > 0, err)
	info, err := ctx.Physical()
	must(err)
	// These change by themselves.
	info.FreePages, info.ScrubPages, info.OutstandingPages = 0, 0, 0
	info.SharingFreedPages, info.SharingUsedFrames = 0, 0
	fmt.Printf("%+v\n", info)
}

func domains(ctx *xenlight.Context, guest string) {
	for _, info := range ctx.ListDomain() {
		name := ctx.DomidToName(info.Domid)
		id, err := ctx.NameToDomid(name)
		fmt.Printf("%q: found %t %v\n", name, id == info.Domid, err)
		again, err := ctx.Domain(info.Domid)
		must(err)
		info.CpuTime, again.CpuTime = 0, 0
		info.Running, again.Running, info.Blocked, again.Blocked = false, false, false, false
		info.CurrentMemkb, again.CurrentMemkb, info.OutstandingMemkb, again.OutstandingMemkb = 0, 0, 0, 0
		info.SharedMemkb, again.SharedMemkb = 0, 0
		fmt.Printf("%+v, the same when asked alone: %t\n", info, reflect.DeepEqual(info, again))
		for _, vcpu := range ctx.ListVcpu(info.Domid) {
			fmt.Println("vcpu", vcpu.Vcpuid, vcpu.Online, vcpu.Cpumap, vcpu.CpumapSoft)
		}
	}
	for _, name := range []string{"nobody", "", guest + "x"} {
		id, err := ctx.NameToDomid(name)
		fmt.Printf("%q: %d %v\n", name, id, err)
	}
	fmt.Printf("a number that no domain has: %q\n", ctx.DomidToName(31999))
	_, err := ctx.Domain(31999)
	fmt.Println(err)
	fmt.Println(ctx.DomainPause(31999), ctx.DomainUnpause(31999), ctx.DomainDestroy(31999))
	id, err := ctx.NameToDomid(guest)
	must(err)
	for _, change := range []func(xenlight.Domid) error{ctx.DomainPause, ctx.DomainUnpause, ctx.DomainPause} {
		err := change(id)
		info, _ := ctx.Domain(id)
		fmt.Println("pause and unpause:", err, info.Paused)
	}
	fmt.Println(ctx.DomainUnpause(id))
	fmt.Println(ctx.ConsoleGetTty(id, 3, xenlight.ConsoleTypePv))
}

func cpupools(ctx *xenlight.Context) {
	for _, pool := range ctx.ListCpupool() {
		fmt.Printf("%+v\n", pool)
		again, err := ctx.CpupoolInfo(pool.Poolid)
		fmt.Println(reflect.DeepEqual(pool, again), err)
		_, found := ctx.CpupoolFindByName(pool.PoolName)
		fmt.Println("found by name:", found)
	}
	_, err := ctx.CpupoolInfo(77)
	fmt.Println(err)
}

func nics(ctx *xenlight.Context, id xenlight.Domid) {
	cards, err := ctx.Nics(id)
	must(err)
	for i := range cards {
		info, err := ctx.NicInfo(id, &cards[i])
		fmt.Printf("%+v\n%+v %v\n", cards[i], info, err)
	}
}

func devices(ctx *xenlight.Context, guest string) {
	id, err := ctx.NameToDomid(guest)
	must(err)
	disks, err := ctx.Disks(id)
	fmt.Printf("%+v %v\n", disks, err)
	nics(ctx, id)
	if *script == "" {
		return
	}
	for i := 0; i < 3; i++ {
		card, err := xenlight.NewDeviceNic()
		must(err)
		card.Mac = xenlight.Mac{0, 0x16, 0x3e, 0, 0, byte(i + 1)}
		card.Script = *script
		fmt.Println("add:", ctx.DeviceNicAdd(id, card))
	}
	nics(ctx, id)
	cards, err := ctx.Nics(id)
	must(err)
	for i := range cards {
		fmt.Println("remove:", ctx.DeviceNicRemove(id, &cards[i]))
	}
	nics(ctx, id)
	card, err := xenlight.NewDeviceNic()
	must(err)
	card.Mac, card.Script = xenlight.Mac{0, 0x16, 0x3e, 0, 0, 9}, "/no/such/script"
	fmt.Println("add:", ctx.DeviceNicAdd(id, card))
	fmt.Println("remove:", ctx.DevicePciRemove(id, &xenlight.DevicePci{Bus: 99}))
}

// configuration is one of that type with much in it.
func configuration(kind xenlight.DomainType) *xenlight.DomainConfig {
	config, err := xenlight.NewDomainConfig()
	must(err)
	build, err := xenlight.NewDomainBuildInfo(kind)
	must(err)
	disk, err := xenlight.NewDeviceDisk()
	must(err)
	card, err := xenlight.NewDeviceNic()
	must(err)
	screen, err := xenlight.NewDeviceVfb()
	must(err)
	channel, err := xenlight.NewDeviceChannel(xenlight.ChannelConnectionSocket)
	must(err)
	config.CInfo.Type, config.CInfo.Name = kind, "täst \"quoted\"\x01"
	config.CInfo.Uuid = xenlight.Uuid{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	config.CInfo.Hap.Set(true)
	config.CInfo.DriverDomain.Set(false)
	build.MaxVcpus = 3
	build.AvailVcpus.SetRange(0, 2)
	build.Cpumap.Set(13)
	build.VcpuHardAffinity = make([]xenlight.Bitmap, 2)
	build.VcpuHardAffinity[1].SetRange(1, 9)
	build.MaxMemkb, build.TargetMemkb = 1<<40, 1<<20
	build.Kernel, build.Cmdline = "/boot/kernel", "a b"
	build.Ioports = []xenlight.IoportRange{{First: 0x3f8, Number: 8}}
	build.Irqs = []uint32{1, 7, 4294967295}
	config.BInfo = *build
	disk.Vdev, disk.PdevPath, disk.Format = "xvda", "/image", xenlight.DiskFormatQcow2
	card.Mac, card.Bridge = xenlight.Mac{0, 0x16, 0x3e, 1, 2, 3}, "xenbr0"
	screen.Vnc.Enable.Set(true)
	screen.Vnc.Passwd = "secret"
	channel.Name = "org.example"
	config.Disks = []xenlight.DeviceDisk{*disk, *disk}
	config.Nics = []xenlight.DeviceNic{*card}
	config.Vfbs = []xenlight.DeviceVfb{*screen}
	config.Channels = []xenlight.DeviceChannel{*channel}
	config.OnCrash = xenlight.ActionOnShutdownPreserve
	return config
}

func json(ctx *xenlight.Context) {
	for _, kind := range []xenlight.DomainType{xenlight.DomainTypePv, xenlight.DomainTypeHvm, xenlight.DomainTypePvh} {
		config := configuration(kind)
		text, err := ctx.JSON(config)
		fmt.Println(text, err)
		read, err := ctx.Parse(text)
		must(err)
		again, err := ctx.JSON(read)
		must(err)
		fmt.Println("the same again:", again == text)
	}
	for _, text := range []string{"", "{", `{"c_info": 3}`, `{"c_info": {"name": "\u00e9"}}`, `{"nothing": "known"}`} {
		config, err := ctx.Parse(text)
		if err == nil {
			text, _ = ctx.JSON(config)
		}
		fmt.Printf("%s %v\n", text, err)
	}
	for level := xenlight.ConsoleTypeUnknown; level <= xenlight.ConsoleTypeVuart; level++ {
		fmt.Println(level)
	}
}

// broken calls those of the bindings' functions that write through a nil pointer once the library has answered.
func broken(ctx *xenlight.Context) {
	try := func(name string, call func()) {
		defer func() { fmt.Println(name, "panics:", recover() != nil) }()
		call()
	}
	try("GetVersionInfo", func() { _, _ = ctx.GetVersionInfo() })
	try("GetPhysinfo", func() { _, _ = ctx.GetPhysinfo() })
	try("DomainInfo", func() { _, _ = ctx.DomainInfo(0) })
}

func main() {
	flag.Parse()
	guest := flag.Arg(0)
	fmt.Println("== contexts")
	contexts()
	ctx, err := xenlight.NewContext()
	must(err)
	fmt.Println("== version")
	version(ctx)
	fmt.Println("== host")
	host(ctx)
	fmt.Println("== domains")
	domains(ctx, guest)
	fmt.Println("== cpupools")
	cpupools(ctx)
	fmt.Println("== devices")
	devices(ctx, guest)
	fmt.Println("== json")
	json(ctx)
	fmt.Println("== broken in the bindings")
	broken(ctx)
	must(ctx.Close())
}
