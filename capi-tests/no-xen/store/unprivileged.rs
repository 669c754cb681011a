//! In a domain without privileges: nodes of others that it may read, or not even that.

use std::sync::{Arc, Mutex};

use nix::errno::Errno;
use xenlight::xen::store::{Ops, tidy};

use crate::fake::*;

/// What the domain owns; what it may read; all else it may not.
const OWN: &str = "/d/5/backend/vif/7/0";
const READABLE: &str = "/d/5";

/// A client of a daemon that answers such a domain as xenstored does, and the log of the requests. The directories
/// above [`OWN`] have nothing else in them.
fn client() -> (Client, Arc<Mutex<Vec<String>>>) {
    let log: Arc<Mutex<Vec<String>>> = Arc::default();
    let (noted, there) = (Arc::clone(&log), Mutex::new(true));
    let client = store(move |_, peer| {
        while let Some(request) = peer.request() {
            let path = request.payload.split(|&b| b == 0).next().unwrap();
            let path = String::from_utf8_lossy(path).into_owned();
            let mut there = there.lock().unwrap();
            let exists = *there || path != OWN;
            let answer: Result<&[u8], &[u8]> = match request.kind {
                TRANSACTION_START => Ok(b"1\0"),
                TRANSACTION_END => Ok(b"OK\0"),
                _ if !path.starts_with(READABLE) => Err(b"EACCES\0"),
                READ if exists => Ok(b""),
                DIRECTORY => Ok(match path.strip_prefix(READABLE) {
                    Some("/backend") => b"vif\0",
                    Some("/backend/vif") => b"7\0",
                    Some("/backend/vif/7") if *there => b"0\0",
                    Some("/backend/vif/7") => b"",
                    _ => b"backend\0name\0",
                }),
                RM if path == OWN && *there => {
                    *there = false;
                    Ok(b"OK\0")
                }
                RM => Err(b"EACCES\0"),
                _ => Err(b"ENOENT\0"),
            };
            let is_end = request.kind == TRANSACTION_END;
            noted.lock().unwrap().push(match request.kind {
                READ | DIRECTORY | TRANSACTION_START => String::new(),
                RM => format!("remove {path}"),
                _ if is_end && request.payload == b"T\0" => "commit".into(),
                kind => format!("{kind} {path}"),
            });
            match answer {
                Ok(payload) => peer.answer(&request, payload),
                Err(name) => peer.send(ERROR, request.id, name.len() as u32, name),
            }
        }
    });
    (client, log)
}

#[test]
fn a_directory_that_may_not_be_removed_is_kept_and_the_rest_is_committed() {
    let (store, log) = client();
    store.transaction(|t| tidy::remove_up(t, &[OWN.to_owned()])).unwrap();
    let log: Vec<_> = log.lock().unwrap().iter().filter(|line| !line.is_empty()).cloned().collect();
    assert_eq!(log, [&format!("remove {OWN}"), "remove /d/5/backend", "commit"]);
}

#[test]
fn a_missing_node_in_a_directory_of_another_domain_is_no_error() {
    let (store, _) = client();
    assert!(store.remove(OWN).unwrap());
    assert!(!store.remove(OWN).unwrap());
    store.transaction(|t| tidy::remove_up(t, &[OWN.to_owned()])).unwrap();
}

#[test]
fn a_node_that_is_there_and_may_not_be_removed_is_an_error() {
    let (store, _) = client();
    // One that may be read, and one that is hidden.
    for path in ["/d/5/backend", "/d/7/vm"] {
        assert_eq!(store.remove(path).unwrap_err().errno(), Errno::EACCES, "{path}");
        let in_transaction = store.transaction(|t| tidy::remove_up(t, &[path.to_owned()]));
        assert_eq!(in_transaction.unwrap_err().errno(), Errno::EACCES, "{path}");
    }
}
