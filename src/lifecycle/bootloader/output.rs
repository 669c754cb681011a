//! The results of a bootloader: its output file, in the format `simple0`.
//!
//! Items end with a NUL, or with the end of the file. An item is a word, white space, and a value: `kernel PATH`,
//! `ramdisk PATH`, `args TEXT`. The guest has written the disk that the program reads, so the program's output is
//! limited. A program that runs as root is trusted, as in the C library: the last item of a kind counts, and unknown
//! items are skipped. A restricted program may be controlled by its guest: it must output each item at most once and no
//! other items, and only its own files are accepted (`image.rs`).

use std::fs::OpenOptions;
use std::io::{self, BufRead, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::image::Images;
use crate::core::file::errno_of;
use crate::core::{Error, Result};
use crate::lifecycle::payload::Payload;
use crate::lifecycle::payload::Source;
use crate::types::idiomatic::Text;
use crate::xen::log::Log;
use crate::{debug, error, warn};

/// The length in bytes that an item must not reach.
const ITEM_LIMIT: usize = 2 * libc::PATH_MAX as usize;

/// The maximum length in bytes of a restricted bootloader's output: the three items, and the empty one that ends
/// pygrub's output.
const MAX_RESTRICTED_LENGTH: u64 = 3 * ITEM_LIMIT as u64 + 1;

/// The maximum number of bytes of an invalid item in the log.
const MAX_SHOWN: usize = 150;

/// The maximum number of invalid items that are logged.
const MAX_LOGGED: u32 = 10;

/// Reads the bootloader's output in `path`, and reads and removes the images in it. `Error::Fail`, logged, if anything
/// cannot be read, if there is no kernel, or if the output of a restricted bootloader is invalid.
pub fn take(log: &Log, domid: u32, path: &Path, images: &Images) -> Result<Payload> {
    let failed = |e: io::Error| {
        let path = path.display();
        error!(log, domid = domid, errno = errno_of(&e), "cannot read the bootloader's {path}");
        Error::Fail
    };
    let strict = images.are_restricted();
    let flags = if strict { libc::O_NOFOLLOW | libc::O_NONBLOCK } else { 0 };
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(failed)?;
    let length = if strict { MAX_RESTRICTED_LENGTH + 1 } else { u64::MAX };
    if strict && file.metadata().map_err(failed)?.len() > MAX_RESTRICTED_LENGTH {
        return Err(failed(io::Error::from_raw_os_error(libc::EFBIG)));
    }
    let mut parsed =
        ParsedOutput { log, domid, images, kernel: None, ramdisk: None, cmdline: None };
    let (mut invalid, mut ended) = (0, false);
    each_item(io::BufReader::new(file.take(length)), |item, is_whole| {
        let what = match is_whole {
            false => "too long",
            // Pygrub's output ends with an empty item.
            true if item.is_empty() => return ended = true,
            true if strict && ended => "after the end",
            true => match parsed.add(item) {
                true => return,
                false => "unknown or repeated",
            },
        };
        invalid += 1;
        if invalid <= MAX_LOGGED {
            let shown = String::from_utf8_lossy(&item[..item.len().min(MAX_SHOWN)]);
            warn!(log, domid = domid, "an item of the bootloader's output is {what}: {shown}");
        }
    })
    .map_err(failed)?;
    if invalid > MAX_LOGGED {
        let more = invalid - MAX_LOGGED;
        warn!(log, domid = domid, "{more} more items of the bootloader's output are invalid");
    }
    if strict && invalid > 0 {
        error!(
            log,
            domid = domid,
            "cannot use the output of the restricted bootloader: it has invalid items"
        );
        return Err(Error::Fail);
    }
    let ramdisk = parsed.ramdisk.transpose()?;
    let Some(kernel) = parsed.kernel else {
        error!(log, domid = domid, "cannot use the bootloader's output: it has no kernel");
        return Err(Error::Fail);
    };
    Ok(Payload { kernel: Some(kernel?), ramdisk, cmdline: parsed.cmdline.flatten() })
}

/// The items that were processed so far.
struct ParsedOutput<'a> {
    log: &'a Log,
    domid: u32,
    images: &'a Images<'a>,
    kernel: Option<Result<Source>>,
    ramdisk: Option<Result<Source>>,
    cmdline: Option<Option<Text>>,
}

impl ParsedOutput<'_> {
    /// Processes an item. Returns whether it is valid; a restricted bootloader may output one of each kind.
    fn add(&mut self, item: &[u8]) -> bool {
        let once = self.images.are_restricted();
        let image = |path: &[u8]| {
            let shown = String::from_utf8_lossy(path);
            debug!(self.log, domid = self.domid, "the bootloader wrote {shown}");
            Some(self.images.take(path))
        };
        if let Some(path) = value(item, b"kernel").filter(|_| !(once && self.kernel.is_some())) {
            self.kernel = image(path);
        } else if let Some(path) =
            value(item, b"ramdisk").filter(|_| !(once && self.ramdisk.is_some()))
        {
            self.ramdisk = image(path);
        } else if let Some(args) =
            value(item, b"args").filter(|_| !(once && self.cmdline.is_some()))
        {
            self.cmdline = Some(Text::new(args));
        } else {
            return false;
        }
        true
    }
}

/// Calls `each` with every item, without its NUL, and with whether the item is complete, which is false for one that
/// reaches the limit.
fn each_item(mut reader: impl BufRead, mut each: impl FnMut(&[u8], bool)) -> io::Result<()> {
    let mut item = Vec::new();
    loop {
        item.clear();
        let length = ITEM_LIMIT as u64;
        let count = reader.by_ref().take(length).read_until(0, &mut item)?;
        let ended = item.pop_if(|byte| *byte == 0).is_some();
        let whole = ended || item.len() < ITEM_LIMIT;
        each(&item, whole);
        if !whole {
            skip_item(&mut reader)?;
        } else if !ended || count == 0 {
            return Ok(());
        }
    }
}

/// Skips the rest of an item.
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

/// The value of an item: the text after `word` and white space; `None` if the item does not start so.
fn value<'a>(item: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    // As C's `isspace`, which includes the vertical tab.
    let is_space = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let rest = item.strip_prefix(word)?;
    let at = rest.iter().position(|byte| !is_space(byte)).unwrap_or(rest.len());
    (at > 0).then(|| &rest[at..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const LOG: Log = Log::none();
    const MAX_SIZE: u64 = 1 << 20;

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
    fn a_long_item_is_skipped() {
        let fits = vec![b'f'; ITEM_LIMIT - 1];
        let long = vec![b'l'; ITEM_LIMIT];
        let longer = vec![b'm'; 1_000_000];
        let content = [&fits[..], &long, &b"args x"[..], &longer].join(&0);
        let found: Vec<_> =
            items(&content).into_iter().map(|(item, whole)| (item[0], item.len(), whole)).collect();
        let wanted = [
            (b'f', ITEM_LIMIT - 1, true),
            (b'l', ITEM_LIMIT, false),
            (b'a', 6, true),
            (b'm', ITEM_LIMIT, false),
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_word_must_be_followed_by_white_space() {
        for (item, found) in [
            (&b"kernel /boot/k"[..], Some(&b"/boot/k"[..])),
            (b"kernel \t\x0b\n a b ", Some(b"a b ")),
            (b"kernel ", Some(b"")),
            (b"kernel", None),
            (b"kernels x", None),
            (b" kernel x", None),
            (b"", None),
        ] {
            assert_eq!(value(item, b"kernel"), found, "{item:?}");
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
            let images = Images::new(&LOG, 7, None, MAX_SIZE).unwrap();
            take(&LOG, 7, Path::new(&self.file("out", output.as_bytes())), &images)
        }

        /// Reads the output of a restricted bootloader, whose directory this is.
        fn take_restricted(&self, output: &[u8]) -> Result<Payload> {
            let images = Images::new(&LOG, 7, Some(self.0.path()), MAX_SIZE).unwrap();
            take(&LOG, 7, Path::new(&self.file("out", output)), &images)
        }
    }

    fn dir() -> Dir {
        Dir(tempfile::tempdir().unwrap())
    }

    #[test]
    fn images_are_read_and_their_files_removed() {
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
    fn output_without_a_readable_kernel_is_refused() {
        let dir = dir();
        let (folder, kernel) = (dir.0.path().display(), dir.file("k", b"k"));
        for output in [
            String::new(),
            "args x\0".into(),
            "kernel /no/such/file".into(),
            format!("kernel {folder}"),
            format!("kernel {kernel}\0ramdisk /no/such/file"),
        ] {
            if !Path::new(&kernel).exists() {
                dir.file("k", b"k");
            }
            assert_eq!(dir.take(&output), Err(Error::Fail), "{output}");
        }
        let images = Images::new(&LOG, 7, None, MAX_SIZE).unwrap();
        assert_eq!(take(&LOG, 7, Path::new("/no/such/file"), &images), Err(Error::Fail));
    }

    #[test]
    fn the_output_of_a_restricted_pygrub_is_accepted() {
        let dir = dir();
        // As pygrub writes it, with its empty item at the end.
        let (kernel, ramdisk) = (dir.file("boot_kernel.a", b"K"), dir.file("boot_ramdisk.b", b"R"));
        let output = format!("kernel {kernel}\0ramdisk {ramdisk}\0args a b\0\0");
        let payload = dir.take_restricted(output.as_bytes()).unwrap();
        assert_eq!(payload.kernel.unwrap().content.unwrap(), b"K");
        assert_eq!(payload.ramdisk.unwrap().content.unwrap(), b"R");
        assert_eq!(payload.cmdline.unwrap().as_bytes(), b"a b");
    }

    #[test]
    fn a_restricted_bootloader_outputs_each_item_once_and_no_others() {
        let other = dir();
        let canary = other.file("canary", b"secret");
        let dir = dir();
        let kernel = || format!("kernel {}\0", dir.file("k", b"K"));
        let long = "x".repeat(ITEM_LIMIT);
        for more in [
            format!("ramdisk {canary}\0"),
            format!("ramdisk {}/../canary\0", dir.0.path().display()),
            format!("ramdisk {0}\0ramdisk {0}\0", dir.file("r", b"R")),
            kernel(),
            "args a\0args b\0".into(),
            "nonsense\0".into(),
            format!("\0ramdisk {}\0", dir.file("r", b"R")),
            format!("args {long}\0"),
            "\0".repeat(MAX_RESTRICTED_LENGTH as usize),
        ] {
            let shown: String = more.chars().take(80).collect();
            let output = kernel() + &more;
            assert_eq!(dir.take_restricted(output.as_bytes()), Err(Error::Fail), "{shown}");
        }
        assert_eq!(dir.take_restricted(b"kernel\xff\xfe\x80"), Err(Error::Fail));
        assert!(dir.take_restricted(kernel().as_bytes()).is_ok());
        // The output file itself must not be a symbolic link.
        fs::remove_file(dir.0.path().join("out")).unwrap();
        std::os::unix::fs::symlink(&canary, dir.0.path().join("out")).unwrap();
        let images = Images::new(&LOG, 7, Some(dir.0.path()), MAX_SIZE).unwrap();
        assert!(take(&LOG, 7, &dir.0.path().join("out"), &images).is_err());
        assert_eq!(fs::read_to_string(&canary).unwrap(), "secret");
    }
}
