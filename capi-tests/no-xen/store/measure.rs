//! How long reading 40 nodes takes, one by one and at once; `run --vm --measure` compares it with
//! libxenstore (`measure.c`).

use std::time::Instant;
use std::{env, hint};

use xenlight::xen::store::{Ops, Store};

use crate::daemon::Daemon;

fn rounds() -> usize {
    env::var("ROUNDS").ok().and_then(|r| r.parse().ok()).unwrap_or(200)
}

fn timed(what: &str, body: impl Fn()) {
    let mut times: Vec<_> = (0..rounds())
        .map(|_| {
            let start = Instant::now();
            body();
            start.elapsed()
        })
        .collect();
    times.sort();
    println!("{what}: {} us", times[times.len() / 2].as_micros());
}

fn written(store: &Store, under: &str) -> Vec<String> {
    let paths: Vec<String> = (0..40).map(|i| format!("/t/{under}/{i}/name")).collect();
    store.write_many(&paths.iter().map(|p| (p, "a-name")).collect::<Vec<_>>()).unwrap();
    paths
}

#[test]
#[ignore = "a measurement"]
fn forty_nodes() {
    let daemon = Daemon::any();
    let store = daemon.store();
    let paths = written(&store, "forty");
    timed("ours, 40 reads one by one", || {
        for path in &paths {
            assert!(store.exists(path).unwrap());
        }
    });
    timed("ours, 40 reads at once", || {
        assert!(store.read_many(&paths).unwrap().iter().all(Option::is_some));
    });
    timed("ours, open and close", || drop(hint::black_box(daemon.store())));
    store.remove("/t/forty").unwrap();
}

/// For counting system calls.
#[test]
#[ignore = "a measurement"]
fn at_once() {
    let store = Daemon::any().store();
    let paths = written(&store, "once");
    for _ in 0..rounds() {
        store.read_many(&paths).unwrap();
    }
    store.remove("/t/once").unwrap();
}

#[test]
#[ignore = "needs a Xen host"]
fn found_by_itself() {
    assert_eq!(Store::open().unwrap().domain_path(0).unwrap(), "/local/domain/0");
}
