//! Text that is broken: both libraries refuse it or both read the same from it, and ours never crashes.
//!
//! The C library does crash: two members of one union fail an assertion, and a bitmap of a negative
//! size runs out of memory. So it reads in a child.

use std::ffi::{CString, c_int};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::FromRawFd;

use xenlight::types::shape::Type;
use xenlight::types::tables::ALL;

use super::fill::{Random, shown};
use super::library::{Library, Value};
use super::{rounds, seed, value};

/// What a library makes of a text.
#[derive(PartialEq, Eq, Debug)]
enum Outcome {
    Refused(c_int),
    Read(Vec<u8>),
    /// The C library did not come back.
    Crashed,
}

fn outcome(library: &Library, ty: &'static Type, text: &CString) -> Outcome {
    match Value::read(library, ty, text) {
        (value, 0) => Outcome::Read(value.json()),
        (_, rc) => Outcome::Refused(rc),
    }
}

/// What the C library makes of texts, each tried in a child that goes on until it crashes.
fn reference(library: &Library, ty: &'static Type, texts: &[CString]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    while outcomes.len() < texts.len() {
        let mut ends = [0; 2];
        // SAFETY: room for two descriptors.
        assert_eq!(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) }, 0);
        // SAFETY: fresh descriptors, each owned once.
        let (from, to) = unsafe { (File::from_raw_fd(ends[0]), File::from_raw_fd(ends[1])) };
        // SAFETY: the child uses malloc, which glibc keeps usable, and leaves by _exit.
        let child = unsafe { libc::fork() };
        assert!(child >= 0);
        if child == 0 {
            child_reads(library, ty, &texts[outcomes.len()..], to);
        }
        drop(to);
        outcomes.append(&mut received(from));
        // SAFETY: our own child.
        unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
        if outcomes.len() < texts.len() {
            outcomes.push(Outcome::Crashed);
        }
    }
    outcomes
}

fn child_reads(library: &Library, ty: &'static Type, texts: &[CString], mut to: File) -> ! {
    // What the C library says as it dies is no news.
    // SAFETY: plain descriptors; an alarm ends a child that hangs.
    unsafe {
        libc::close(2);
        libc::alarm(60);
    }
    for text in texts {
        let (rc, json) = match outcome(library, ty, text) {
            Outcome::Read(json) => (0, json),
            Outcome::Refused(rc) => (rc, Vec::new()),
            Outcome::Crashed => unreachable!("it would not be here"),
        };
        let mut frame = rc.to_le_bytes().to_vec();
        frame.extend((json.len() as u32).to_le_bytes());
        frame.extend(json);
        let _ = to.write_all(&frame);
    }
    // SAFETY: no clean-up of the parent's.
    unsafe { libc::_exit(0) }
}

fn received(mut from: File) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut head = [0; 8];
    while from.read_exact(&mut head).is_ok() {
        let number = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().unwrap());
        let mut json = vec![0; number(4) as usize];
        if from.read_exact(&mut json).is_err() {
            break;
        }
        outcomes.push(match number(0) as c_int {
            0 => Outcome::Read(json),
            rc => Outcome::Refused(rc),
        });
    }
    outcomes
}

/// Pieces that make a difference somewhere.
const PIECES: [&str; 32] = [
    "null",
    "true",
    "\"\"",
    "0",
    "-1",
    "1.5",
    "1e3",
    "255",
    "256",
    "-129",
    "65536",
    "4294967296",
    "2147483648",
    "9223372036854775806",
    "9223372036854775808",
    "18446744073709551615",
    "{}",
    "[]",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\ud800",
    "\\u0000",
    "\"True\"",
    "\"type.hvm\": {},",
    "\"connection.pty\": {},",
    "/**/",
];

/// Damages a text once.
fn damage(random: &mut Random, text: &mut Vec<u8>) {
    let at = random.below(text.len() + 1);
    match random.below(9) {
        0 => text.truncate(at),
        1 if at < text.len() => text[at] = random.next() as u8,
        2 if at < text.len() => text[at] ^= 1 << random.below(8),
        3 => {
            let piece = *random.pick(&PIECES);
            text.splice(at..at, piece.bytes());
        }
        4 if at < text.len() => {
            text.remove(at);
        }
        // Whole lines: the others mostly break the form, these the meaning.
        kind => {
            let mut lines: Vec<Vec<u8>> = text.split(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
            let line = random.below(lines.len());
            match kind {
                5 => {
                    let other = random.below(lines.len());
                    let copied = lines[line].clone();
                    lines.insert(other, copied);
                }
                6 => {
                    lines.remove(line);
                }
                _ => {
                    // Another value behind the same key.
                    let line = &mut lines[line];
                    let start = line.windows(2).position(|w| w == b": ").map_or(0, |at| at + 2);
                    let end = line.len() - usize::from(line.ends_with(b","));
                    line.splice(start.min(end)..end, random.pick(&PIECES).bytes());
                }
            }
            *text = lines.join(&b'\n');
        }
    }
    // A C string ends at a NUL; so does the test's.
    text.retain(|&b| b != 0);
}

/// Where we refuse what the C library takes and later reads beyond its end: a cpuid register of fewer
/// than 32 bits.
fn has_short_register(text: &[u8]) -> bool {
    text.windows(7).any(|w| w == b"\"cpuid\"")
}

#[test]
fn broken_text_is_refused_or_read_alike() {
    let (ours, theirs) = (Library::ours(), Library::theirs());
    let mut crashes = 0;
    let mut read = 0;
    for ty in ALL {
        let texts: Vec<CString> = (0..rounds())
            .map(|round| {
                let mut random = seed(ty, round);
                let mut text = value(&ours, ty, &random).json();
                for _ in 0..=random.below(3) {
                    damage(&mut random, &mut text);
                }
                CString::new(text).unwrap()
            })
            .collect();
        for (text, expected) in texts.iter().zip(reference(&theirs, ty, &texts)) {
            let got = outcome(&ours, ty, text);
            match (&got, &expected) {
                (_, Outcome::Crashed) => crashes += 1,
                (Outcome::Refused(_), Outcome::Read(_)) if has_short_register(text.to_bytes()) => {}
                _ => {
                    read += usize::from(matches!(got, Outcome::Read(_)));
                    assert_eq!(
                        got,
                        expected,
                        "{}: from_json of\n{}",
                        ty.name,
                        shown(text.to_bytes())
                    );
                }
            }
        }
    }
    println!("read: {read}; the C library crashed on: {crashes}");
}
