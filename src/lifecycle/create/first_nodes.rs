//! The first nodes of a new domain in xenstore: its directories, its name, and nodes that the guest may write.

use crate::core::uuid;
use crate::core::{Ao, Ctx, Result};
use crate::domain::rename::{ReadNames, check_free};
use crate::domain::{kind, nodes};
use crate::error;
use crate::lifecycle::bootloader::disk_record;
use crate::lifecycle::build::Daemons;
use crate::qemu::model;
use crate::types::idiomatic::{
    DeviceModelVersion, DomainConfig, DomainCreateInfo, DomainType, Text,
};
use crate::xen::store::{Access, NewNode, Permission, Pipeline};

/// Nodes below its own directory that every guest may write.
const GUESTS: [&str; 10] = [
    "control/shutdown",
    "control/feature-poweroff",
    "control/feature-reboot",
    "control/feature-suspend",
    "control/sysrq",
    "data",
    "drivers",
    "feature",
    "attr",
    "error",
];

/// Further nodes of HVM guests.
const HVM_GUESTS: [&str; 2] = ["control/feature-s3", "control/feature-s4"];

/// Further nodes of driver domains.
const DRIVER_DOMAINS: [&str; 2] = ["libxl", "device-model"];

/// Writes the domain's nodes in one transaction, after removing leftovers of an earlier domain with this domid or UUID,
/// including the disk of its bootloader. Returns what was read in the same round trip: the daemons that the guest must
/// be connected to. `model` is the version of the device model that the domain may have; a stub domain, which is one
/// for its guest, has none.
///
/// `Error::Invalid` if another domain has its name. Errors are logged.
pub async fn write(
    ao: &Ao,
    domid: u32,
    config: &DomainConfig,
    model: Option<DeviceModelVersion>,
) -> Result<Daemons> {
    let nodes = nodes(ao, domid, config, model);
    let name = config.c_info.name.as_ref().map_or(&[][..], Text::as_bytes);
    let mut names = ReadNames::default();
    let (daemons, boot_disk) = nodes::transaction(ao, |t| {
        let mut pipeline = Pipeline::default();
        let boot_disk = pipeline.read(disk_record::path(domid));
        let daemons = Daemons::ask(&mut pipeline);
        for directory in directories(domid, &config.c_info) {
            pipeline.remove(directory);
        }
        nodes.iter().for_each(|node| pipeline.make(node));
        // Of two domains that are created with the same name at the same time, one is refused.
        let mut answers = check_free(ao, t, domid, name, &mut names, pipeline)?;
        Ok((Daemons::told(&mut answers, daemons), answers.value(boot_disk)))
    })
    .await?;
    if let Some(boot_disk) = boot_disk {
        disk_record::remove_recorded(ao, domid, &boot_disk).await;
    }
    Ok(daemons)
}

fn directories(domid: u32, info: &DomainCreateInfo) -> [String; 3] {
    [nodes::domain_path(domid), nodes::vm_path_of(&info.uuid.0), nodes::libxl_path(domid)]
}

fn nodes(
    ctx: &Ctx,
    domid: u32,
    config: &DomainConfig,
    model: Option<DeviceModelVersion>,
) -> Vec<NewNode> {
    let info = &config.c_info;
    let [domain, vm, libxl] = directories(domid, info);
    let hidden = [Permission::new(0, Access::None)];
    let readable = [Permission::new(0, Access::None), Permission::new(domid, Access::Read)];
    let own = [Permission::new(domid, Access::None)];
    let hvm = info.type_ == DomainType::Hvm;
    let name = info.name.as_ref().map_or(&[][..], Text::as_bytes);

    // Those of the guest's directories that it may only read inherit the permissions of its own.
    let below = |path: &str| format!("{domain}/{path}");
    let mut nodes = vec![
        NewNode::directory(&domain, &readable),
        NewNode::directory(&vm, &readable),
        NewNode::directory(&libxl, &hidden),
        NewNode::value(format!("{libxl}/device"), ""),
        NewNode::value(below("vm"), vm.as_bytes()),
        NewNode::value(below("name"), name),
        NewNode::value(below("cpu"), ""),
        NewNode::value(below("memory"), ""),
    ];
    if info.xend_suspend_evtchn_compat == Some(true) {
        // Such a guest creates the node itself.
        nodes.push(NewNode::directory(below("device"), &own));
    } else {
        nodes.push(NewNode::value(below("device"), ""));
        nodes.push(NewNode::directory(below("device/suspend/event-channel"), &own));
    }
    nodes.push(NewNode::value(below("control"), ""));
    if hvm {
        nodes.push(NewNode::value(below("hvmloader"), ""));
    }
    let more: &[&str] = if hvm { &HVM_GUESTS } else { &[] };
    let driver: &[&str] = if info.driver_domain == Some(true) { &DRIVER_DOMAINS } else { &[] };
    let guests = GUESTS.iter().chain(more).chain(driver);
    nodes.extend(guests.map(|path| NewNode::directory(below(path), &own)));

    nodes.push(NewNode::value(format!("{vm}/name"), name));
    nodes.push(NewNode::value(format!("{vm}/uuid"), uuid::format(&info.uuid.0)));
    nodes.extend(custom_nodes(ctx, domid, &domain, &info.xsdata));
    nodes.extend(custom_nodes(ctx, domid, &below("platform"), &info.platformdata));
    for feature in ["multiprocessor-suspend", "xs_reset_watches"] {
        nodes.push(NewNode::value(below(&format!("control/platform-feature-{feature}")), "1"));
    }
    nodes.push(NewNode::value(kind::path(domid), info.type_.name().unwrap_or_default()));
    // These are written early, so that a process that finds the incomplete domain knows which device model it may have.
    nodes.extend(model.map(|version| dm_version(domid, version)));
    nodes
}

/// The node with the version of the device model that the domain may have.
fn dm_version(domid: u32, version: DeviceModelVersion) -> NewNode {
    NewNode::value(model::version_path(domid), version.name().unwrap_or_default())
}

/// The application's own nodes for the guest. A key without a value is left out. As in the C library, the list ends
/// before a node that xenstore would refuse, and the domain is created without the rest.
fn custom_nodes(
    ctx: &Ctx,
    domid: u32,
    directory: &str,
    pairs: &[(Text, Option<Text>)],
) -> Vec<NewNode> {
    let node = |(key, value): &(Text, Option<Text>)| {
        let value = value.as_ref()?;
        let node = key
            .as_str()
            .map(|key| NewNode::value(format!("{directory}/{key}"), value.as_bytes()))
            .filter(NewNode::is_possible);
        if node.is_none() {
            error!(
                ctx,
                domid = domid,
                "cannot write {directory}/{key}: invalid path or value for xenstore"
            );
        }
        Some(node)
    };
    pairs.iter().filter_map(node).map_while(|node| node).collect()
}
