//! Graphics card, VNC, SDL and SPICE.

use super::value::Value;
use super::{ArgumentsError, CommandLine, mib, os};
use crate::types::idiomatic::{
    DomainBuildInfoData, DomainBuildInfoHvm, DomainConfig, SdlInfo, SpiceInfo, Text,
    VgaInterfaceType, VncInfo,
};

/// The HVM part of the configuration, which contains an HVM guest's display settings; a PV guest has a `vfb` for them.
fn of_hvm(config: &DomainConfig) -> Option<&DomainBuildInfoHvm> {
    match &config.b_info.u {
        DomainBuildInfoData::Hvm(hvm) => Some(hvm),
        _ => None,
    }
}

/// The settings of the VNC server, if it is enabled.
pub fn vnc(config: &DomainConfig) -> Option<&VncInfo> {
    let vnc = match of_hvm(config) {
        Some(hvm) => &hvm.vnc,
        None => &config.vfbs.first()?.vnc,
    };
    (vnc.enable == Some(true)).then_some(vnc)
}

fn sdl(config: &DomainConfig) -> Option<&SdlInfo> {
    let sdl = match of_hvm(config) {
        Some(hvm) => &hvm.sdl,
        None => &config.vfbs.first()?.sdl,
    };
    (sdl.enable == Some(true)).then_some(sdl)
}

/// The keyboard layout.
pub fn keymap(config: &DomainConfig) -> &Option<Text> {
    match of_hvm(config) {
        Some(hvm) => &hvm.keymap,
        None => config.vfbs.first().map_or(&None, |vfb| &vfb.keymap),
    }
}

/// Whether VNC or SDL is enabled.
pub fn has_screen(config: &DomainConfig) -> bool {
    vnc(config).is_some() || sdl(config).is_some()
}

impl CommandLine {
    /// VNC and SDL of a QEMU in this domain. Each is disabled explicitly unless configured, since QEMU may enable it
    /// by default.
    pub(super) fn local_screens(&mut self, config: &DomainConfig) -> Result<(), ArgumentsError> {
        match vnc(config) {
            Some(vnc) => self.option("-vnc", vnc_value(vnc)?),
            None => self.option("-vnc", "none"),
        }
        self.no_display();
        if let Some(sdl) = sdl(config) {
            self.option("-display", "sdl");
            for (name, value) in [("DISPLAY", &sdl.display), ("XAUTHORITY", &sdl.xauthority)] {
                self.environment.extend(value.iter().map(|value| (name, os(value).to_owned())));
            }
        }
        Ok(())
    }

    pub(super) fn no_display(&mut self) {
        self.option("-display", "none");
    }

    pub(super) fn spice(&mut self, spice: &SpiceInfo) -> Result<(), ArgumentsError> {
        if spice.enable != Some(true) {
            return Ok(());
        }
        self.option("-spice", spice_value(spice)?);
        if spice.vdagent == Some(true) {
            self.device("virtio-serial");
            self.option("-chardev", "spicevmc,id=vdagent,name=vdagent");
            self.device("virtserialport,chardev=vdagent,name=com.redhat.spice.0");
        }
        Ok(())
    }

    pub(super) fn graphics_card(
        &mut self,
        kind: VgaInterfaceType,
        video_memkb: u64,
    ) -> Result<(), ArgumentsError> {
        let plain = |card| Value::of(card).with("vgamem_mb", mib(video_memkb));
        let card = match kind {
            VgaInterfaceType::Std => plain("VGA"),
            VgaInterfaceType::Cirrus => plain("cirrus-vga"),
            VgaInterfaceType::Qxl => {
                // QXL has two memory regions.
                let half = video_memkb / 2 / 1024;
                Value::of("qxl-vga").with("vram_size_mb", half).with("ram_size_mb", half)
            }
            VgaInterfaceType::None => return Ok(()),
            VgaInterfaceType::Unknown | VgaInterfaceType::Other(_) => {
                return Err(ArgumentsError::Vga(kind.into()));
            }
        };
        self.device(card);
        Ok(())
    }
}

fn vnc_value(vnc: &VncInfo) -> Result<Value, ArgumentsError> {
    let listen = vnc.listen.as_ref().map_or(&b"127.0.0.1"[..], Text::as_bytes);
    let mut address = listen.to_vec();
    if !listen.contains(&b':') {
        address.extend(format!(":{}", vnc.display).bytes());
    } else if vnc.display != 0 {
        return Err(ArgumentsError::TwoDisplays);
    }
    let mut value = Value::of(address.as_slice());
    if vnc.passwd.as_ref().is_some_and(|password| !password.as_bytes().is_empty()) {
        value = value.with("password", "on");
    }
    if vnc.findunused == Some(true) {
        // The highest display number that QEMU tries.
        value = value.with("to", "99");
    }
    Ok(value)
}

fn spice_value(spice: &SpiceInfo) -> Result<Value, ArgumentsError> {
    if spice.port == 0 && spice.tls_port == 0 {
        return Err(ArgumentsError::SpicePort);
    }
    let mut value = Value::default().with("port", spice.port).with("tls-port", spice.tls_port);
    if let Some(host) = &spice.host {
        value = value.with("addr", host);
    }
    value = match &spice.passwd {
        _ if spice.disable_ticketing == Some(true) => value.with("disable-ticketing", "on"),
        None => return Err(ArgumentsError::SpicePassword),
        Some(password) if password.as_bytes().is_empty() => {
            return Err(ArgumentsError::EmptySpicePassword);
        }
        Some(password) => value.with("password", password),
    };
    let agent_mouse = if spice.agent_mouse == Some(true) { "on" } else { "off" };
    value = value.with("agent-mouse", agent_mouse);
    if spice.clipboard_sharing != Some(true) {
        value = value.with("disable-copy-paste", "on");
    }
    for (key, text) in [
        ("image-compression", &spice.image_compression),
        ("streaming-video", &spice.streaming_video),
    ] {
        if let Some(text) = text {
            value = value.with(key, text);
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{has, lacks, text, with};
    use super::*;

    #[test]
    fn displays_are_disabled_by_default() {
        has(&with(|_| ()).unwrap(), "-vnc none -display none -net none");
    }

    #[test]
    fn vnc_and_sdl_of_hvm_guests() {
        let line = with(|hvm| {
            hvm.vnc = VncInfo { enable: Some(true), passwd: text("p"), ..Default::default() };
            hvm.vnc.findunused = Some(true);
            hvm.sdl.enable = Some(true);
            hvm.keymap = text("de");
            hvm.nographic = Some(true);
        })
        .unwrap();
        let screens = "-vnc 127.0.0.1:0,password=on,to=99 -display none -display sdl -k de";
        has(&line, screens);
        lacks(&line, "-nographic");
        let two = with(|hvm| {
            hvm.vnc.enable = Some(true);
            (hvm.vnc.listen, hvm.vnc.display) = (text("[::1]:5"), 4);
        });
        assert_eq!(two, Err(ArgumentsError::TwoDisplays));
        has(&with(|hvm| hvm.nographic = Some(true)).unwrap(), "-nographic");
    }

    fn spice(change: impl FnOnce(&mut SpiceInfo)) -> Result<String, ArgumentsError> {
        with(|hvm| {
            hvm.spice.enable = Some(true);
            change(&mut hvm.spice);
        })
    }

    #[test]
    fn spice_with_all_settings() {
        let line = spice(|spice| {
            (spice.port, spice.tls_port) = (6000, 6001);
            (spice.host, spice.passwd) = (text("::"), text("p"));
            spice.image_compression = text("off");
            spice.streaming_video = text("all");
            spice.vdagent = Some(true);
        });
        let wanted = "-spice port=6000,tls-port=6001,addr=::,password=p,agent-mouse=off,\
            disable-copy-paste=on,image-compression=off,streaming-video=all \
            -device virtio-serial -chardev spicevmc,id=vdagent,name=vdagent \
            -device virtserialport,chardev=vdagent,name=com.redhat.spice.0";
        has(&line.unwrap(), wanted);
        let open = spice(|spice| {
            spice.port = 1;
            spice.disable_ticketing = Some(true);
            spice.passwd = text("ignored");
            (spice.agent_mouse, spice.clipboard_sharing) = (Some(true), Some(true));
        });
        has(&open.unwrap(), "-spice port=1,tls-port=0,disable-ticketing=on,agent-mouse=on");
    }

    #[test]
    fn spice_refused() {
        assert_eq!(spice(|_| ()), Err(ArgumentsError::SpicePort));
        assert_eq!(spice(|spice| spice.port = 1), Err(ArgumentsError::SpicePassword));
        let empty = spice(|spice| (spice.port, spice.passwd) = (1, text("")));
        assert_eq!(empty, Err(ArgumentsError::EmptySpicePassword));
    }

    #[test]
    fn graphics_cards_and_their_memory() {
        let card = |kind| {
            let mut line = CommandLine::default();
            line.graphics_card(kind, 16385).map(|()| super::super::samples::shown(&line))
        };
        assert_eq!(card(VgaInterfaceType::Std).unwrap(), "-device VGA,vgamem_mb=17");
        assert_eq!(card(VgaInterfaceType::Cirrus).unwrap(), "-device cirrus-vga,vgamem_mb=17");
        let qxl = "-device qxl-vga,vram_size_mb=8,ram_size_mb=8";
        assert_eq!(card(VgaInterfaceType::Qxl).unwrap(), qxl);
        assert_eq!(card(VgaInterfaceType::None).unwrap(), "");
        assert_eq!(card(VgaInterfaceType::Unknown), Err(ArgumentsError::Vga(0)));
        assert_eq!(card(VgaInterfaceType::Other(9)), Err(ArgumentsError::Vga(9)));
    }
}
