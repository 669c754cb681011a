// What the tests ask of the library and the bindings leave out. It is compiled into their package, whose own files are as Xen
// has them.

package xenlight

/*
#include <stdlib.h>
#include <libxl.h>
#include <libxl_utils.h>
*/
import "C"

import "unsafe"

// Version is what GetVersionInfo should return: that writes through a nil pointer, as do GetPhysinfo and DomainInfo.
func (ctx *Context) Version() (info VersionInfo, err error) {
	err = info.fromC(C.libxl_get_version_info(ctx.ctx))
	return
}

// Physical is what GetPhysinfo should return.
func (ctx *Context) Physical() (info Physinfo, err error) {
	var c C.libxl_physinfo
	C.libxl_physinfo_init(&c)
	defer C.libxl_physinfo_dispose(&c)
	if ret := C.libxl_get_physinfo(ctx.ctx, &c); ret != 0 {
		return info, Error(ret)
	}
	err = info.fromC(&c)
	return
}

// Domain is what DomainInfo should return.
func (ctx *Context) Domain(id Domid) (info Dominfo, err error) {
	var c C.libxl_dominfo
	C.libxl_dominfo_init(&c)
	defer C.libxl_dominfo_dispose(&c)
	if ret := C.libxl_domain_info(ctx.ctx, &c, C.uint32_t(id)); ret != 0 {
		return info, Error(ret)
	}
	err = info.fromC(&c)
	return
}

// Nics lists a domain's network cards.
func (ctx *Context) Nics(id Domid) (nics []DeviceNic, err error) {
	var count C.int
	list := C.libxl_device_nic_list(ctx.ctx, C.uint32_t(id), &count)
	if list == nil {
		return
	}
	defer C.libxl_device_nic_list_free(list, count)
	all := (*[1 << 20]C.libxl_device_nic)(unsafe.Pointer(list))[:count:count]
	for i := range all {
		var nic DeviceNic
		if err = nic.fromC(&all[i]); err != nil {
			return
		}
		nics = append(nics, nic)
	}
	return
}

// NicInfo is what xenstore has of one card.
func (ctx *Context) NicInfo(id Domid, nic *DeviceNic) (info Nicinfo, err error) {
	var cnic C.libxl_device_nic
	var c C.libxl_nicinfo
	if err = nic.toC(&cnic); err != nil {
		return
	}
	defer C.libxl_device_nic_dispose(&cnic)
	C.libxl_nicinfo_init(&c)
	defer C.libxl_nicinfo_dispose(&c)
	if ret := C.libxl_device_nic_getinfo(ctx.ctx, C.uint32_t(id), &cnic, &c); ret != 0 {
		return info, Error(ret)
	}
	err = info.fromC(&c)
	return
}

// Disks lists a domain's disks.
func (ctx *Context) Disks(id Domid) (disks []DeviceDisk, err error) {
	var count C.int
	list := C.libxl_device_disk_list(ctx.ctx, C.uint32_t(id), &count)
	if list == nil {
		return
	}
	defer C.libxl_device_disk_list_free(list, count)
	all := (*[1 << 20]C.libxl_device_disk)(unsafe.Pointer(list))[:count:count]
	for i := range all {
		var disk DeviceDisk
		if err = disk.fromC(&all[i]); err != nil {
			return
		}
		disks = append(disks, disk)
	}
	return
}

// JSON is a configuration as the library writes it.
func (ctx *Context) JSON(config *DomainConfig) (string, error) {
	var c C.libxl_domain_config
	if err := config.toC(&c); err != nil {
		return "", err
	}
	defer C.libxl_domain_config_dispose(&c)
	text := C.libxl_domain_config_to_json(ctx.ctx, &c)
	if text == nil {
		return "", ErrorFail
	}
	defer C.free(unsafe.Pointer(text))
	return C.GoString(text), nil
}

// Parse is a configuration that the library reads.
func (ctx *Context) Parse(json string) (*DomainConfig, error) {
	var c C.libxl_domain_config
	var config DomainConfig
	text := C.CString(json)
	defer C.free(unsafe.Pointer(text))
	C.libxl_domain_config_init(&c)
	defer C.libxl_domain_config_dispose(&c)
	if ret := C.libxl_domain_config_from_json(ctx.ctx, &c, text); ret != 0 {
		return nil, Error(ret)
	}
	if err := config.fromC(&c); err != nil {
		return nil, err
	}
	return &config, nil
}
