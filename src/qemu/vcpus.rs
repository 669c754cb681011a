//! Hotplug of an HVM guest's vcpus in its QEMU.

use std::time::Instant;

use serde_json::{Value, json};

use super::qmp::{self, Qmp};
use crate::core::{Ao, Error, Result};
use crate::types::idiomatic::Bitmap;

/// The vcpus that are plugged in QEMU, whether or not the guest's kernel uses them. The numbers are not checked.
pub async fn plugged(ao: &Ao, domid: u32) -> Result<Vec<u64>> {
    let deadline = Instant::now() + qmp::TIMEOUT;
    query(&mut Qmp::connect(ao, domid, deadline).await?, ao, domid, deadline).await
}

/// Plugs those of `wanted` that are not plugged yet. QEMU was started with one vcpu per socket.
pub async fn plug(ao: &Ao, domid: u32, wanted: &Bitmap) -> Result<()> {
    let deadline = Instant::now() + qmp::TIMEOUT;
    let mut qemu = Qmp::connect(ao, domid, deadline).await?;
    let there = query(&mut qemu, ao, domid, deadline).await?;
    let name = "query-hotpluggable-cpus";
    let kinds = qemu.execute(name, None, deadline).await?;
    let driver = driver(&kinds).ok_or_else(|| qmp::unexpected(ao, domid, name))?;
    for vcpu in wanted.iter().filter(|vcpu| !there.contains(&(*vcpu as u64))) {
        let arguments = json!({
            "id": format!("cpu-{vcpu}"),
            "driver": driver,
            "socket-id": vcpu,
            "core-id": 0,
            "thread-id": 0,
        });
        qemu.execute("device_add", Some(arguments), deadline).await?;
    }
    Ok(())
}

/// Queries the plugged vcpus. QEMU before 2.12 has only the slower `query-cpus`, whose answer has the number in `CPU`.
async fn query(qemu: &mut Qmp, ao: &Ao, domid: u32, deadline: Instant) -> Result<Vec<u64>> {
    let mut name = "query-cpus-fast";
    let mut answer = qemu.execute(name, None, deadline).await;
    if let Err(Error::QmpCommandNotFound) = answer {
        name = "query-cpus";
        answer = qemu.execute(name, None, deadline).await;
    }
    indices(&answer?).ok_or_else(|| qmp::unexpected(ao, domid, name))
}

fn indices(cpus: &Value) -> Option<Vec<u64>> {
    let number = |cpu: &Value| cpu.get("cpu-index").or_else(|| cpu.get("CPU"))?.as_u64();
    cpus.as_array()?.iter().map(number).collect()
}

/// The driver name of a vcpu; it is the same for all.
fn driver(kinds: &Value) -> Option<&str> {
    kinds.as_array()?.first()?.get("type")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vcpu_numbers_are_parsed() {
        let cpus = json!([{"cpu-index": 0, "props": {}}, {"cpu-index": 3}]);
        assert_eq!(indices(&cpus), Some(vec![0, 3]));
        assert_eq!(indices(&json!([{"CPU": 1, "current": true}])), Some(vec![1]));
        assert_eq!(indices(&json!([])), Some(vec![]));
        for bad in [json!(null), json!({}), json!([{}]), json!([{"cpu-index": -1}]), json!([7])] {
            assert_eq!(indices(&bad), None, "{bad}");
        }
    }

    #[test]
    fn the_driver_name_is_parsed() {
        let kinds = json!([{"type": "qemu64-x86_64-cpu", "vcpus-count": 1}, {"type": "other"}]);
        assert_eq!(driver(&kinds), Some("qemu64-x86_64-cpu"));
        for bad in [json!([]), json!([{}]), json!([{"type": 1}]), json!("x")] {
            assert_eq!(driver(&bad), None, "{bad}");
        }
    }
}
