//! The parsers of bytes that others have written, with invalid input: samples from `corpus/`, changed at
//! random. Nothing may panic, and what is read must be sound in itself.
//!
//! As a test each target has a fixed number of changed samples, the same each time. `FUZZ_SECONDS=600` has each run for so
//! long, with another seed each time; a sample that fails is left in `target/fuzz/`, to be added to `corpus/` in the
//! commit that mends the fault.
//! One target alone: `cargo test --release --test fuzz NAME`.

use std::ffi::CString;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt;
use nix::errno::Errno;
use xenlight::config::cpuid;
use xenlight::core::{number, uuid};
use xenlight::device::pci::address::Address;
use xenlight::device::pci::sysfs::{recorded_driver, resources};
use xenlight::device::read::{pci, value};
use xenlight::device::{Device, DeviceKind, vdev};
use xenlight::lifecycle::bootloader::image::Images;
use xenlight::lifecycle::bootloader::output;
use xenlight::lifecycle::migrate::message::{HelperMessage, Side};
use xenlight::lifecycle::migrate::record::{
    Emulator, RecordKind, StreamError, decode_nodes, encode_nodes,
};
use xenlight::lifecycle::migrate::stream::{Reader, Source};
use xenlight::qemu::message::{Inbox, Message};
use xenlight::types::cpuid::Policy;
use xenlight::types::idiomatic::{DiskSpecification, json};
use xenlight::types::tables;
use xenlight::xen::log::Log;

/// How many changed samples a target gets as a test.
const SAMPLES: u32 = 20_000;

/// The longest sample.
const MAX_LENGTH: usize = 1 << 16;

/// Pieces that the formats are made of, or that break what reads them.
const PIECES: &[&[u8]] = &[
    b"\0",
    b"\n",
    b"\r\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b":",
    b",",
    b"=",
    b"-",
    b"-1",
    b"0x",
    b"4294967296",
    b"18446744073709551616",
    b"-9223372036854775809",
    b"1e309",
    b"\xff",
    b"\xc3\x28",
    b"null",
    b"\"id\"",
    b"\"return\"",
    b"kernel ",
    b"args ",
    b"eax",
    b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    b"/../",
    b"%s%n",
];

/// A generator of numbers, the same for the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// A sample, with a few changes.
fn changed(random: &mut Random, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = corpus[random.below(corpus.len())].clone();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len() + 1);
        let end = at + random.below((bytes.len() - at).min(32) + 1);
        match random.below(8) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 if at < bytes.len() => bytes[at] = random.next() as u8,
            2 => drop(bytes.drain(at..end)),
            3 => bytes.truncate(at),
            4 => {
                let again: Vec<u8> = bytes[at..end].repeat(1 + random.below(50));
                bytes.splice(at..at, again);
            }
            5 => {
                let other = &corpus[random.below(corpus.len())];
                let from = random.below(other.len());
                let count = random.below(other.len() - from + 1);
                bytes.splice(at..end, other[from..from + count].iter().copied());
            }
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
        }
        bytes.truncate(MAX_LENGTH);
    }
    bytes
}

/// Runs a target over its corpus and over changed samples.
fn fuzz(name: &str, target: impl Fn(&[u8])) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> =
        fs::read_dir(root.join("capi-tests/no-xen/fuzz/corpus").join(name))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
    files.sort();
    let corpus: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    assert!(!corpus.is_empty(), "no samples of {name}");
    let run = |bytes: &[u8], what: &str| {
        if catch_unwind(AssertUnwindSafe(|| target(bytes))).is_err() {
            let kept = root.join("target/fuzz");
            fs::create_dir_all(&kept).unwrap();
            let kept = kept.join(format!("{name}-{what}"));
            fs::write(&kept, bytes).unwrap();
            panic!("{name} fails with {}", kept.display());
        }
    };
    for (file, bytes) in files.iter().zip(&corpus) {
        run(bytes, &file.file_name().unwrap().to_string_lossy());
    }
    let seconds = std::env::var("FUZZ_SECONDS").ok().map(|text| text.parse::<u64>().unwrap());
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let mut random = Random(seconds.map_or(1, |_| time.as_nanos() as u64));
    let began = Instant::now();
    let mut count = 0;
    while match seconds {
        Some(seconds) => began.elapsed() < Duration::from_secs(seconds),
        None => count < SAMPLES,
    } {
        run(&changed(&mut random, &corpus), "new");
        count += 1;
    }
    println!("ok {name}: {count} samples in {} s", began.elapsed().as_secs());
}

/// The lines that QEMU's monitor sends, in pieces of any length.
#[test]
fn qmp() {
    let parse = |bytes: &[u8], piece: usize| {
        let (mut inbox, mut met) = (Inbox::default(), Vec::new());
        for piece in bytes.chunks(piece) {
            inbox.push(piece);
            loop {
                match inbox.next_message() {
                    Ok(Some(message)) => met.push(Ok(message)),
                    Ok(None) => break,
                    Err(failure) => {
                        // What is logged of it has an end.
                        assert!(failure.to_string().len() < 4096);
                        met.push(Err(failure));
                        return met;
                    }
                }
            }
        }
        met
    };
    fuzz("qmp", |bytes| {
        let met = parse(bytes, bytes.len().max(1));
        assert_eq!(met, parse(bytes, 7), "pieces make a difference");
        for message in met.into_iter().flatten() {
            if let Message::Error { response, .. } = message {
                assert!(response.to_string().len() < 8192);
            }
        }
    });
}

/// What guests and back ends write into their halves of devices.
#[test]
fn values() {
    fuzz("values", |bytes| {
        let _ = (value::int(bytes), value::unsigned(bytes), value::whole(bytes));
        let text = value::text(bytes);
        assert!(text.is_none_or(|text| bytes.starts_with(text.as_bytes())));
        let _ = value::named::<DiskSpecification>(tables::DISK_SPECIFICATION, bytes);
        let _ = (value::mac(bytes), value::backend_domid(bytes), Address::parse(bytes));
        let _ = (Address::parse_node(bytes), resources(bytes));
        assert!(recorded_driver(bytes).is_none_or(|path| path.starts_with("/sys/bus/pci/drivers")));
        assert!(pci::count(Some(bytes)) <= pci::MAX_DEVICES);
        let _ = (vdev::number(bytes), vdev::whole_disk(bytes));
        if let Some(uuid) = uuid::parse(bytes) {
            assert_eq!(uuid::parse(uuid::format(&uuid).as_bytes()), Some(uuid));
        }
        if let Some((_, rest)) = number::strtoul(bytes) {
            assert!(bytes.ends_with(rest));
        }
        let path = String::from_utf8_lossy(bytes);
        if let Some(device) = Device::recorded(7, DeviceKind::Vbd, 51712, &path) {
            assert_eq!(device.frontend_path(), "/local/domain/7/device/vbd/51712");
            assert!(device.backend_path().ends_with("/7/51712"));
        }
    });
}

/// A restricted bootloader's output; one that is not restricted may name any file, and it is removed.
#[test]
fn bootloader() {
    const LOG: Log = Log::none();
    let dir = tempfile::tempdir().unwrap();
    let images = Images::new(&LOG, 7, Some(dir.path()), 4096).unwrap();
    let (written, kernel) = (dir.path().join("output"), dir.path().join("kernel"));
    let outside = tempfile::NamedTempFile::new().unwrap();
    let here = dir.path().to_str().unwrap().as_bytes();
    fuzz("bootloader", |bytes| {
        // Samples cannot know the folder's name.
        let mut output = Vec::new();
        for &byte in bytes {
            match byte {
                b'@' => output.extend_from_slice(here),
                byte => output.push(byte),
            }
        }
        fs::write(&kernel, b"a kernel").unwrap();
        fs::write(&written, &output).unwrap();
        if let Ok(payload) = output::take(&LOG, 7, &written, &images) {
            assert!(payload.kernel.is_some());
        }
        assert!(outside.path().exists());
    });
}

/// Both syntaxes of `cpuid`.
#[test]
fn cpuid() {
    fuzz("cpuid", |bytes| {
        let mut policy = Policy::default();
        for text in bytes.split(|&b| b == b'\n') {
            let _: Result<(), cpuid::BadSetting> = policy.set(text);
            let _: Result<(), cpuid::BadXend> = policy.set_xend(text);
        }
        assert!(policy.cpuid.len() <= 2 * bytes.len() + 2);
    });
}

/// A stored configuration. One that is read is written so that it is read as the same.
#[test]
fn config() {
    fuzz("config", |bytes| {
        let end = bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len());
        let text = CString::new(&bytes[..end]).unwrap();
        if let Ok(config) = json::domain_config(&text) {
            let again = json::text_of(&config);
            let again = CString::new(again).unwrap();
            assert_eq!(json::domain_config(&again).ok(), Some(config));
        }
    });
}

/// Bytes that come in pieces, and how many have been read.
struct Pieces<'a> {
    bytes: &'a [u8],
    piece: usize,
    read: Mutex<usize>,
}

impl Source for Pieces<'_> {
    async fn read(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
        let mut read = self.read.lock().unwrap();
        let rest = &self.bytes[*read..];
        let count = rest.len().min(buffer.len()).min(self.piece);
        buffer[..count].copy_from_slice(&rest[..count]);
        *read += count;
        Ok(count)
    }
}

/// A migration stream without libxc's image. What is read is what would be written, to the last byte.
#[test]
fn stream() {
    type Records = Vec<(RecordKind, Vec<u8>)>;
    async fn records(source: &Pieces<'_>) -> Result<Records, StreamError> {
        let reader = Reader::new(source);
        let _ = reader.header().await?;
        let mut all = Vec::new();
        loop {
            let record = reader.record().await?;
            let body = reader.body(record).await?;
            assert_eq!(body.len(), record.length as usize);
            all.push((record.kind, body));
            if record.kind == RecordKind::End {
                return Ok(all);
            }
        }
    }
    let read = |bytes: &[u8], piece: usize| {
        let source = Pieces { bytes, piece, read: Mutex::new(0) };
        let all = records(&source).now_or_never().expect("memory is always ready");
        (all, source.read.into_inner().unwrap())
    };
    fuzz("stream", |bytes| {
        let met = read(bytes, bytes.len().max(1));
        assert_eq!(met, read(bytes, 7), "pieces make a difference");
        let (Ok(all), length) = met else { return };
        let mut expected = 16;
        for (kind, body) in &all {
            expected += 8 + body.len().next_multiple_of(8);
            let emulated = [RecordKind::EmulatorXenstore, RecordKind::EmulatorContext];
            let Ok((_, rest)) = Emulator::split(body) else { continue };
            assert!(!emulated.contains(kind) || rest.len() + 8 == body.len());
            if let Ok(nodes) = decode_nodes(rest) {
                assert_eq!(encode_nodes(&nodes), rest);
            }
        }
        assert_eq!(length, expected, "not a byte beyond the end");
    });
}

/// What the save helper says.
#[test]
fn helper() {
    fuzz("helper", |bytes| {
        for side in [Side::Save, Side::Restore] {
            if let Some(HelperMessage::Log { context, text, .. }) =
                HelperMessage::decode(side, bytes)
            {
                // Each sequence that is not UTF-8 is replaced by U+FFFD, of three bytes.
                assert!(context.len() + text.len() <= 3 * bytes.len());
            }
        }
    });
}
