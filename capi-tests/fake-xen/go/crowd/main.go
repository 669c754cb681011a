// Many goroutines at once on one context, or each on its own: what the library promises to threads, as Go's runtime uses it.
// A goroutine goes on in another thread after any call, signals come all the time (the runtime interrupts goroutines with
// SIGURG), and SIGCHLD is the runtime's: the bindings say so to the library (libxl_sigchld_owner_mainloop), and tell it of
// every SIGCHLD from a goroutine of the context's own. The library must reap its own children alone, whoever is told first, and
// must not need to be told once for each child: the runtime joins signals that come together.
//
//	crowd [-contexts one|many] [-workers N] [-rounds N] [-kernel PATH] [-script PATH -ran PATH GUEST…]
//
// N workers of each kind: those that ask; that create and destroy domains (with -kernel; without one the creation has to
// fail, and leaves nothing); that give network cards with that script to one of the guests each, and take them back (the
// script adds a line to the file -ran); that run programs of Go's own; that open and close contexts. Then there is what was
// there before.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"xenbits.xenproject.org/git-http/xen.git/tools/golang/xenlight"
)

var (
	contexts = flag.String("contexts", "one", "one for all, or many: one for each worker")
	workers  = flag.Int("workers", 6, "of each kind")
	rounds   = flag.Int("rounds", 10, "of each worker")
	kernel   = flag.String("kernel", "", "of the domains that are created")
	script   = flag.String("script", "", "of network cards")
	ran      = flag.String("ran", "", "the file to which the script adds a line")
	wrongs   atomic.Int32
)

func wrong(format string, of ...any) {
	wrongs.Add(1)
	fmt.Printf("WRONG: "+format+"\n", of...)
}

func open() *xenlight.Context {
	ctx, err := xenlight.NewContext()
	if err != nil {
		wrong("no context: %v", err)
		os.Exit(1)
	}
	return ctx
}

func ask(ctx *xenlight.Context, _, _ int) {
	if id, err := ctx.NameToDomid("Domain-0"); id != 0 || err != nil {
		wrong("Domain-0 is %d: %v", id, err)
	}
	if name := ctx.DomidToName(0); name != "Domain-0" {
		wrong("domain 0 is %q", name)
	}
	if list := ctx.ListDomain(); len(list) == 0 || list[0].Domid != 0 {
		wrong("list of domains: %v", list)
	}
	if pools := ctx.ListCpupool(); len(pools) != 1 || pools[0].PoolName != "Pool-0" {
		wrong("list of cpupools: %v", pools)
	}
	if cpus, err := ctx.GetMaxCpus(); cpus < 1 || err != nil {
		wrong("%d processors: %v", cpus, err)
	}
	if _, err := ctx.Physical(); err != nil {
		wrong("physinfo: %v", err)
	}
	if _, err := ctx.NameToDomid("nobody"); err == nil {
		wrong("nobody has a number")
	}
}

func create(ctx *xenlight.Context, worker, round int) {
	config, err := xenlight.NewDomainConfig()
	if err != nil {
		wrong("NewDomainConfig: %v", err)
		return
	}
	build, _ := xenlight.NewDomainBuildInfo(xenlight.DomainTypePv)
	name := fmt.Sprintf("crowd-%d-%d", worker, round)
	config.CInfo.Type, config.CInfo.Name = xenlight.DomainTypePv, name
	config.CInfo.Uuid = xenlight.Uuid{0xc0, byte(worker), byte(round)}
	config.BInfo = *build
	config.BInfo.MaxVcpus = 1
	config.BInfo.AvailVcpus.Set(0)
	config.BInfo.MaxMemkb, config.BInfo.TargetMemkb = 4096, 4096
	config.BInfo.Kernel = *kernel
	if *script != "" {
		card, _ := xenlight.NewDeviceNic()
		card.Mac, card.Script = xenlight.Mac{0, 0x16, 0x3e, 1, byte(worker), byte(round)}, *script
		config.Nics = []xenlight.DeviceNic{*card}
	}
	id, err := ctx.DomainCreateNew(config)
	if *kernel == "" {
		if err == nil {
			wrong("%s was made", name)
		}
		if id, err := ctx.NameToDomid(name); err == nil {
			wrong("%s failed and is %d", name, id)
		}
		return
	}
	if err != nil {
		wrong("creation of %s: %v", name, err)
		return
	}
	if found, err := ctx.NameToDomid(name); found != id || err != nil {
		wrong("%s is %d, not %d: %v", name, id, found, err)
	}
	if err := ctx.DomainUnpause(id); err != nil {
		wrong("unpause of %s: %v", name, err)
	}
	if info, err := ctx.Domain(id); err != nil || info.Paused || info.Uuid != config.CInfo.Uuid {
		wrong("%s: %+v %v", name, info, err)
	}
	if *script != "" {
		if cards, err := ctx.Nics(id); len(cards) != 1 || err != nil {
			wrong("cards of %s: %v %v", name, cards, err)
		}
	}
	if err := ctx.DomainDestroy(id); err != nil {
		wrong("destroy of %s: %v", name, err)
	}
	if found, err := ctx.NameToDomid(name); err == nil {
		wrong("%s is still %d", name, found)
	}
}

func plug(ctx *xenlight.Context, worker, round int) {
	guest := flag.Arg(worker % flag.NArg())
	id, err := ctx.NameToDomid(guest)
	if err != nil {
		wrong("no %s: %v", guest, err)
		return
	}
	card, _ := xenlight.NewDeviceNic()
	card.Devid = xenlight.Devid(worker)
	card.Mac, card.Script = xenlight.Mac{0, 0x16, 0x3e, 2, byte(worker), byte(round)}, *script
	if err := ctx.DeviceNicAdd(id, card); err != nil {
		wrong("card %d of %s: %v", worker, guest, err)
		return
	}
	cards, err := ctx.Nics(id)
	there := false
	for _, one := range cards {
		there = there || one.Devid == card.Devid && one.Mac == card.Mac
	}
	if err != nil || !there {
		wrong("card %d of %s is not there: %+v %v", worker, guest, cards, err)
	}
	if err := ctx.DeviceNicRemove(id, card); err != nil {
		wrong("removal of card %d of %s: %v", worker, guest, err)
	}
}

func execute(_ *xenlight.Context, worker, round int) {
	status := (worker + round) % 4
	err := exec.Command("/bin/sh", "-c", fmt.Sprintf("exit %d", status)).Run()
	var exited *exec.ExitError
	switch {
	case err == nil && status == 0:
	case errors.As(err, &exited) && exited.ExitCode() == status:
	default:
		wrong("a program of Go's that exits with %d: %v", status, err)
	}
}

func reopen(_ *xenlight.Context, worker, round int) {
	ctx := open()
	ask(ctx, worker, round)
	if err := ctx.Close(); err != nil {
		wrong("close: %v", err)
	}
}

// run has all of them at work at once, and returns when they are done.
func run(kinds map[string]func(*xenlight.Context, int, int)) {
	var group sync.WaitGroup
	shared := open()
	for name, kind := range kinds {
		for worker := 0; worker < *workers; worker++ {
			name, kind, worker := name, kind, worker
			group.Add(1)
			go func() {
				defer group.Done()
				ctx := shared
				if *contexts == "many" && (name == "plug" || name == "create" || name == "ask") {
					ctx = open()
					defer func() {
						if err := ctx.Close(); err != nil {
							wrong("close: %v", err)
						}
					}()
				}
				for round := 0; round < *rounds; round++ {
					kind(ctx, worker, round)
				}
			}()
		}
	}
	group.Wait()
	if err := shared.Close(); err != nil {
		wrong("close: %v", err)
	}
}

// state is what must be the same afterwards.
func state() string {
	fds, _ := os.ReadDir("/proc/self/fd")
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	children := ""
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		children += string(text)
	}
	ctx := open()
	defer func() { _ = ctx.Close() }()
	names := []string{}
	for _, info := range ctx.ListDomain() {
		names = append(names, ctx.DomidToName(info.Domid))
	}
	return fmt.Sprintf("descriptors %d, children [%s], goroutines %d, domains %v",
		len(fds), children, runtime.NumGoroutine(), names)
}

func lines(path string) int {
	text, _ := os.ReadFile(path)
	return strings.Count(string(text), "\n")
}

func main() {
	flag.Parse()
	kinds := map[string]func(*xenlight.Context, int, int){
		"ask": ask, "create": create, "execute": execute, "reopen": reopen,
	}
	if flag.NArg() > 0 {
		kinds["plug"] = plug
	}
	// What Go's runtime opens and keeps.
	reopen(nil, 0, 0)
	execute(nil, 0, 0)
	before, began := state(), lines(*ran)
	run(kinds)
	after := state()
	for tries := 0; after != before && tries < 50; tries++ {
		time.Sleep(100 * time.Millisecond)
		after = state()
	}
	if after != before {
		wrong("before: %s\nafter: %s", before, after)
	}
	// The script runs for each card that comes and that goes.
	runs := 0
	if kinds["plug"] != nil {
		runs += 2 * *workers * *rounds
	}
	if *kernel != "" && *script != "" {
		runs += 2 * *workers * *rounds
	}
	if all := lines(*ran) - began; all != runs {
		wrong("the script ran %d times of %d", all, runs)
	}
	fmt.Println("done:", wrongs.Load(), "wrong")
	if wrongs.Load() > 0 {
		os.Exit(1)
	}
}
