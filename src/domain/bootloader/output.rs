//! What a bootloader has found: its output file, in the format `simple0`.
//!
//! Items end with a NUL, the last one perhaps with the file. An item is a word, white space, and the rest:
//! `kernel PATH`, `ramdisk PATH`, `args TEXT`. The program may have looked at a disk that its guest has
//! written, so what it says is bounded; paths are believed, since it runs with our rights (or is not to
//! be believed at all: `LIBXL_BOOTLOADER_RESTRICT`).

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::core::file::errno_of;
use crate::core::{Error, Result};
use crate::domain::payload::{Payload, Source};
use crate::types::idiomatic::Text;
use crate::xen::log::Log;
use crate::{debug, error, warn};

/// The first length of an item that is too long.
const LONGEST: usize = 2 * libc::PATH_MAX as usize;

/// How much of a bad item is shown.
const SHOWN: usize = 150;

/// How many bad items are told.
const TOLD: u32 = 10;

/// The largest image: libxenguest unpacks none that is larger.
const LARGEST: u64 = 1 << 30;

/// Reads what the bootloader has written to `path`, and takes the files that it names out of the directory
/// where they are.
pub fn take(log: &Log, domid: u32, path: &Path) -> Result<Payload> {
    let failed = |e: io::Error| {
        let path = path.display();
        error!(log, domid = domid, errno = errno_of(&e), "cannot read the bootloader's {path}");
        Error::Fail
    };
    let file = File::open(path).map_err(failed)?;
    let (mut kernel, mut ramdisk, mut cmdline) = (None, None, None);
    let mut bad = 0;
    let image = |path: &[u8]| {
        debug!(log, domid = domid, "bootloader gives {}", String::from_utf8_lossy(path));
        take_image(log, domid, Path::new(OsStr::from_bytes(path)))
    };
    each_item(io::BufReader::new(file), |item, is_whole| {
        if let Some(path) = rest(item, b"kernel").filter(|_| is_whole) {
            kernel = Some(image(path));
        } else if let Some(path) = rest(item, b"ramdisk").filter(|_| is_whole) {
            ramdisk = Some(image(path));
        } else if let Some(args) = rest(item, b"args").filter(|_| is_whole) {
            cmdline = Text::new(args);
        } else if !item.is_empty() {
            bad += 1;
            if bad <= TOLD {
                let what = if is_whole { "not understood" } else { "too long" };
                let shown = String::from_utf8_lossy(&item[..item.len().min(SHOWN)]);
                warn!(log, domid = domid, "an item of the bootloader's output is {what}: {shown}");
            }
        }
    })
    .map_err(failed)?;
    if bad > TOLD {
        warn!(log, domid = domid, "so are {} more items of its output", bad - TOLD);
    }
    let ramdisk = ramdisk.transpose()?;
    let Some(kernel) = kernel else {
        error!(log, domid = domid, "the bootloader names no kernel");
        return Err(Error::Fail);
    };
    Ok(Payload { kernel: Some(kernel?), ramdisk, cmdline })
}

/// Calls `each` with every item, without its NUL, and whether that is all of it.
fn each_item(mut reader: impl BufRead, mut each: impl FnMut(&[u8], bool)) -> io::Result<()> {
    let mut item = Vec::new();
    loop {
        item.clear();
        let length = LONGEST as u64;
        let count = reader.by_ref().take(length).read_until(0, &mut item)?;
        let ended = item.pop_if(|byte| *byte == 0).is_some();
        let whole = ended || item.len() < LONGEST;
        each(&item, whole);
        if !whole {
            skip_item(&mut reader)?;
        } else if !ended || count == 0 {
            return Ok(());
        }
    }
}

/// Reads on until an item has ended.
fn skip_item(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = match reader.fill_buf() {
            Ok([]) => return Ok(()),
            Ok(buffer) => buffer,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e),
        };
        let end = buffer.iter().position(|byte| *byte == 0);
        let count = end.map_or(buffer.len(), |end| end + 1);
        reader.consume(count);
        if end.is_some() {
            return Ok(());
        }
    }
}

/// What follows `word` and white space.
fn rest<'a>(item: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    // C's `isspace`, which takes a vertical tab too.
    let is_space = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let rest = item.strip_prefix(word)?;
    let at = rest.iter().position(|byte| !is_space(byte)).unwrap_or(rest.len());
    (at > 0).then(|| &rest[at..])
}

/// A file's content; the file is removed.
fn take_image(log: &Log, domid: u32, path: &Path) -> Result<Source> {
    let content = read_image(path);
    // As in C, also if it could not be read.
    let _ = std::fs::remove_file(path);
    let source = |content| Source { path: path.into(), content: Some(content) };
    content.map(source).map_err(|e| {
        let path = path.display();
        error!(log, domid = domid, errno = errno_of(&e), "cannot read {path} of the bootloader's");
        Error::Fail
    })
}

fn read_image(path: &Path) -> io::Result<Vec<u8>> {
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
    let file = std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::from_raw_os_error(libc::EINVAL));
    }
    if metadata.len() > LARGEST {
        return Err(io::Error::from_raw_os_error(libc::EFBIG));
    }
    let mut content = Vec::new();
    content
        .try_reserve_exact(metadata.len() as usize + 1)
        .map_err(|_| io::Error::from_raw_os_error(libc::ENOMEM))?;
    file.take(LARGEST).read_to_end(&mut content)?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const LOG: Log = Log::none();

    fn items(content: &[u8]) -> Vec<(Vec<u8>, bool)> {
        let mut items = Vec::new();
        each_item(content, |item, is_whole| items.push((item.to_vec(), is_whole))).unwrap();
        items.retain(|(item, _)| !item.is_empty());
        items
    }

    #[test]
    fn items_end_with_a_nul_or_the_file() {
        let whole = |texts: &[&[u8]]| texts.iter().map(|t| (t.to_vec(), true)).collect::<Vec<_>>();
        assert_eq!(items(b""), []);
        assert_eq!(items(b"a b\0c\nd\0"), whole(&[b"a b", b"c\nd"]));
        assert_eq!(items(b"\0\0a\0\0last"), whole(&[b"a", b"last"]));
    }

    #[test]
    fn a_long_item_is_passed_over() {
        let fits = vec![b'f'; LONGEST - 1];
        let long = vec![b'l'; LONGEST];
        let longer = vec![b'm'; 1_000_000];
        let content = [&fits[..], &long, &b"args x"[..], &longer].join(&0);
        let found: Vec<_> =
            items(&content).into_iter().map(|(item, whole)| (item[0], item.len(), whole)).collect();
        let wanted = [
            (b'f', LONGEST - 1, true),
            (b'l', LONGEST, false),
            (b'a', 6, true),
            (b'm', LONGEST, false),
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_word_needs_white_space_behind_it() {
        for (item, found) in [
            (&b"kernel /boot/k"[..], Some(&b"/boot/k"[..])),
            (b"kernel \t\x0b\n a b ", Some(b"a b ")),
            (b"kernel ", Some(b"")),
            (b"kernel", None),
            (b"kernels x", None),
            (b" kernel x", None),
            (b"", None),
        ] {
            assert_eq!(rest(item, b"kernel"), found, "{item:?}");
        }
    }

    struct Dir(tempfile::TempDir);

    impl Dir {
        fn file(&self, name: &str, content: &[u8]) -> String {
            let path = self.0.path().join(name);
            fs::write(&path, content).unwrap();
            path.to_str().unwrap().to_owned()
        }

        fn take(&self, output: &str) -> Result<Payload> {
            take(&LOG, 7, Path::new(&self.file("out", output.as_bytes())))
        }
    }

    fn dir() -> Dir {
        Dir(tempfile::tempdir().unwrap())
    }

    #[test]
    fn images_are_taken_and_their_files_go() {
        let dir = dir();
        let (kernel, ramdisk) = (dir.file("k", b"KERNEL"), dir.file("r d", b""));
        let output = format!("nonsense\0kernel {kernel}\0args a  b\0ramdisk {ramdisk}\0args\0");
        let payload = dir.take(&output).unwrap();
        let image = |path: &str, content: &[u8]| {
            Some(Source { path: path.into(), content: Some(content.to_vec()) })
        };
        assert_eq!(payload.kernel, image(&kernel, b"KERNEL"));
        assert_eq!(payload.ramdisk, image(&ramdisk, b""));
        assert_eq!(payload.cmdline.unwrap().as_bytes(), b"a  b");
        assert!(!Path::new(&kernel).exists() && !Path::new(&ramdisk).exists());
    }

    #[test]
    fn the_last_of_a_kind_counts() {
        let dir = dir();
        let (one, two) = (dir.file("1", b"one"), dir.file("2", b"two"));
        let payload = dir.take(&format!("kernel {one}\0kernel {two}")).unwrap();
        assert_eq!(payload.kernel.unwrap().content.unwrap(), b"two");
        assert_eq!((payload.ramdisk, payload.cmdline), (None, None));
        assert!(!Path::new(&one).exists());
    }

    #[test]
    fn without_a_kernel_there_is_nothing_to_build_from() {
        let dir = dir();
        let (folder, kernel) = (dir.0.path().display(), dir.file("k", b"k"));
        for output in [
            String::new(),
            "args x\0".into(),
            "kernel /no/such/file".into(),
            format!("kernel {folder}"),
            "kernel /dev/zero".into(),
            format!("kernel {kernel}\0ramdisk /no/such/file"),
        ] {
            if !Path::new(&kernel).exists() {
                dir.file("k", b"k");
            }
            if output.contains("/dev/zero") {
                // It would be removed.
                assert!(read_image(Path::new("/dev/zero")).is_err());
                continue;
            }
            assert_eq!(dir.take(&output), Err(Error::Fail), "{output}");
        }
        assert_eq!(take(&LOG, 7, Path::new("/no/such/file")), Err(Error::Fail));
    }

    #[test]
    fn an_image_without_end_is_refused() {
        let dir = dir();
        let path = dir.file("sparse", b"");
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(LARGEST + 1).unwrap();
        let refused = read_image(Path::new(&path)).unwrap_err();
        assert_eq!(refused.raw_os_error(), Some(libc::EFBIG));
    }
}
