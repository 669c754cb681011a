//! How long reading 40 nodes takes, one by one and at once: `store-… --ignored --nocapture forty`.

use std::time::Instant;

use xenlight::xen::store::Ops;

use crate::daemon::Daemon;

#[test]
#[ignore = "a measurement"]
fn forty_nodes() {
    const ROUNDS: u32 = 200;
    let daemon = Daemon::any();
    let store = daemon.store();
    let paths: Vec<String> = (0..40).map(|i| format!("/t/measure/{i}/name")).collect();
    let values: Vec<_> = paths.iter().map(|p| (p, "a-name")).collect();
    store.write_many(&values).unwrap();
    let timed = |what: &str, body: &dyn Fn()| {
        let mut times: Vec<_> = (0..ROUNDS)
            .map(|_| {
                let start = Instant::now();
                body();
                start.elapsed()
            })
            .collect();
        times.sort();
        println!("{what}: {} us", times[times.len() / 2].as_micros());
    };
    timed("ours, 40 reads one by one", &|| {
        for path in &paths {
            assert!(store.exists(path).unwrap());
        }
    });
    timed("ours, 40 reads at once", &|| {
        assert!(store.read_many(&paths).unwrap().iter().all(Option::is_some));
    });
    timed("ours, open and close", &|| drop(daemon.store()));
    store.remove("/t/measure").unwrap();
}
