//! How long the two libraries take over a rich domain config; run by hand:
//! `cargo test --release --test json -- --ignored --nocapture`.

use std::ffi::CString;
use std::time::{Duration, Instant};

use xenlight::types::tables::DOMAIN_CONFIG;

use super::library::{Library, Value};

/// What `xl` makes of a guest with a few devices of most kinds.
const RICH: &str = include_str!("rich.json");

/// The median of 21 runs.
fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<_> = (0..21)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..100 {
                run();
            }
            start.elapsed() / 100
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

#[test]
#[ignore = "a measurement"]
fn time_of_a_rich_config() {
    let text = CString::new(RICH).unwrap();
    for (name, library) in
        [("C", Library::theirs()), ("ours", Library::ours()), ("C again", Library::theirs())]
    {
        let (value, rc) = Value::read(&library, DOMAIN_CONFIG, &text);
        assert_eq!(rc, 0);
        let to = median(|| drop(value.json()));
        let from = median(|| drop(Value::read(&library, DOMAIN_CONFIG, &text)));
        let copy = median(|| drop(value.copied()));
        println!(
            "{name}: to_json {to:?}, from_json + dispose {from:?}, copy + dispose {copy:?}, {} bytes",
            value.json().len()
        );
    }
}
