//! Reading and writing the records of a migration stream, over any source or sink of bytes.
//!
//! The reader never reads beyond a record: the bytes that follow may be libxc's image, which the helper reads from the
//! same descriptor. Memory for a body is allocated as its bytes arrive, not according to the length in its header.

use std::future::Future;

use nix::errno::Errno;

use super::record::{
    EMULATOR_HEADER, Emulator, HEADER, Header, Node, RECORD_HEADER, RecordHeader, RecordKind,
    StreamError, encode_nodes,
};
use crate::runtime::bytes::Bytes;

/// Maximum number of bytes that are read or written at once.
const PIECE: usize = 64 << 10;

/// A source of bytes.
pub trait Source: Sync {
    /// Reads at most `buffer.len()` bytes and returns their number; 0 at the end.
    fn read(&self, buffer: &mut [u8]) -> impl Future<Output = Result<usize, Errno>> + Send;
}

/// A sink of bytes.
pub trait Sink: Sync {
    /// Writes at least one byte of `bytes`, and returns how many were written.
    fn write(&self, bytes: &[u8]) -> impl Future<Output = Result<usize, Errno>> + Send;
}

impl Source for Bytes {
    async fn read(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
        Bytes::read(self, buffer).await
    }
}

impl Sink for Bytes {
    async fn write(&self, bytes: &[u8]) -> Result<usize, Errno> {
        Bytes::write(self, bytes).await
    }
}

/// A reader of records.
#[derive(Debug)]
pub struct Reader<'a, S> {
    source: &'a S,
}

impl<'a, S: Source> Reader<'a, S> {
    pub fn new(source: &'a S) -> Self {
        Self { source }
    }

    async fn fill(&self, buffer: &mut [u8], what: &'static str) -> Result<(), StreamError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.source.read(&mut buffer[filled..]).await {
                Ok(0) => return Err(StreamError::Ends(what)),
                Ok(count) => filled += count,
                Err(errno) => return Err(StreamError::System(errno)),
            }
        }
        Ok(())
    }

    /// Reads the header of the stream.
    pub async fn header(&self) -> Result<Header, StreamError> {
        let mut bytes = [0; HEADER];
        self.fill(&mut bytes, "header").await?;
        Header::decode(&bytes)
    }

    /// Reads the header of the next record. Its body must be read before the next header.
    pub async fn record(&self) -> Result<RecordHeader, StreamError> {
        let mut bytes = [0; RECORD_HEADER];
        self.fill(&mut bytes, "header of a record").await?;
        RecordHeader::decode(&bytes)
    }

    /// Reads the body and the padding of a record.
    pub async fn body(&self, record: RecordHeader) -> Result<Vec<u8>, StreamError> {
        let length = record.length as usize;
        let mut body = Vec::new();
        while body.len() < length {
            let from = body.len();
            body.resize(length.min(from + PIECE), 0);
            self.fill(&mut body[from..], "body of a record").await?;
        }
        self.fill(&mut [0; 8][..record.padding()], "padding of a record").await?;
        Ok(body)
    }
}

/// A writer of records.
#[derive(Debug)]
pub struct Writer<'a, S> {
    sink: &'a S,
}

impl<'a, S: Sink> Writer<'a, S> {
    pub fn new(sink: &'a S) -> Self {
        Self { sink }
    }

    async fn all(&self, mut bytes: &[u8]) -> Result<(), StreamError> {
        while !bytes.is_empty() {
            let piece = &bytes[..bytes.len().min(PIECE)];
            let count = self.sink.write(piece).await.map_err(StreamError::System)?;
            bytes = bytes.get(count..).unwrap_or_default();
        }
        Ok(())
    }

    /// Writes the header, and the record that libxc's image follows.
    pub async fn begin(&self) -> Result<(), StreamError> {
        self.all(&Header { from_legacy: false }.encode()).await?;
        self.empty(RecordKind::LibxcContext).await
    }

    /// Writes a record without a body.
    pub async fn empty(&self, kind: RecordKind) -> Result<(), StreamError> {
        self.all(&RecordHeader { kind, length: 0 }.encode()).await
    }

    /// Writes an emulator's nodes; no record if there are none.
    pub async fn emulator_nodes(
        &self,
        emulator: Emulator,
        nodes: &[Node],
    ) -> Result<(), StreamError> {
        if nodes.is_empty() {
            return Ok(());
        }
        self.emulator(RecordKind::EmulatorXenstore, emulator, &encode_nodes(nodes)).await
    }

    /// Writes an emulator's state.
    pub async fn emulator_state(
        &self,
        emulator: Emulator,
        state: &[u8],
    ) -> Result<(), StreamError> {
        self.emulator(RecordKind::EmulatorContext, emulator, state).await
    }

    async fn emulator(
        &self,
        kind: RecordKind,
        emulator: Emulator,
        rest: &[u8],
    ) -> Result<(), StreamError> {
        let length = u32::try_from(EMULATOR_HEADER + rest.len());
        let length = length.map_err(|_| StreamError::Malformed("body too long"))?;
        let header = RecordHeader { kind, length };
        self.all(&header.encode()).await?;
        self.all(&emulator.encode()).await?;
        self.all(rest).await?;
        self.all(&[0; 8][..header.padding()]).await
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::Mutex;

    use futures_util::FutureExt;

    use super::super::record::{MAX_BODY, decode_nodes};
    use super::*;

    /// A stream in memory that reads and writes only part of a buffer at a time.
    #[derive(Default)]
    struct Memory {
        bytes: Mutex<(Vec<u8>, usize)>,
    }

    impl Memory {
        fn of(bytes: Vec<u8>) -> Self {
            Self { bytes: Mutex::new((bytes, 0)) }
        }
    }

    impl Source for Memory {
        async fn read(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
            let mut at = self.bytes.lock().unwrap();
            let rest = &at.0[at.1..];
            let count = rest.len().min(buffer.len()).min(5000);
            buffer[..count].copy_from_slice(&rest[..count]);
            at.1 += count;
            Ok(count)
        }
    }

    impl Sink for Memory {
        async fn write(&self, bytes: &[u8]) -> Result<usize, Errno> {
            let count = bytes.len().min(7);
            self.bytes.lock().unwrap().0.extend_from_slice(&bytes[..count]);
            Ok(count)
        }
    }

    fn now<T>(future: impl Future<Output = T>) -> T {
        future.now_or_never().expect("memory is always ready")
    }

    /// The stream of a guest with a QEMU, without libxc's image.
    fn whole() -> Vec<u8> {
        let memory = Memory::default();
        let writer = Writer::new(&memory);
        let nodes = [("physmap/1/name".to_owned(), b"vga.vram".to_vec())];
        now(async {
            writer.begin().await?;
            writer.emulator_nodes(Emulator::Qemu, &nodes).await?;
            writer.emulator_nodes(Emulator::Qemu, &[]).await?;
            writer.emulator_state(Emulator::Qemu, &[9; 100_001]).await?;
            writer.empty(RecordKind::CheckpointEnd).await?;
            writer.empty(RecordKind::End).await
        })
        .unwrap();
        memory.bytes.into_inner().unwrap().0
    }

    /// Reads a whole stream.
    async fn read_all(source: &Memory) -> Result<Vec<(RecordKind, Vec<u8>)>, StreamError> {
        let reader = Reader::new(source);
        reader.header().await?;
        let mut all = Vec::new();
        loop {
            let record = reader.record().await?;
            let body = reader.body(record).await?;
            if record.kind == RecordKind::EmulatorXenstore {
                decode_nodes(Emulator::split(&body)?.1)?;
            }
            all.push((record.kind, body));
            if record.kind == RecordKind::End {
                return Ok(all);
            }
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = whole();
        assert_eq!(bytes.len() % 8, 0);
        let source = Memory::of([&bytes[..], b"not ours"].concat());
        let all = now(read_all(&source)).unwrap();
        let kinds: Vec<_> = all.iter().map(|(kind, _)| *kind).collect();
        use RecordKind::*;
        assert_eq!(kinds, [LibxcContext, EmulatorXenstore, EmulatorContext, CheckpointEnd, End]);
        let (emulator, state) = Emulator::split(&all[2].1).unwrap();
        assert_eq!((emulator, state.len(), state[0]), (Emulator::Qemu, 100_001, 9));
        assert_eq!(source.bytes.lock().unwrap().1, bytes.len(), "nothing was read beyond the end");
    }

    #[test]
    fn a_truncated_stream_is_an_error() {
        let bytes = whole();
        let ends = (0..200).chain(bytes.len() - 60..bytes.len());
        for end in ends {
            let source = Memory::of(bytes[..end].to_vec());
            assert!(matches!(now(read_all(&source)), Err(StreamError::Ends(_))), "{end}");
        }
    }

    /// A reproducible sequence of pseudo-random numbers: xorshift.
    fn random(state: &RefCell<u64>) -> u64 {
        let mut x = *state.borrow();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        *state.borrow_mut() = x;
        x
    }

    #[test]
    fn corrupted_streams_cause_errors_and_no_panics() {
        let state = RefCell::new(0x9e37_79b9_7f4a_7c15);
        let bytes = whole();
        let mut errors = 0;
        for _ in 0..3000 {
            let mut bytes = bytes.clone();
            match random(&state) % 3 {
                // Mostly outside the emulator's state, where a change would not be noticed.
                0 => {
                    let at = random(&state) as usize % 80;
                    bytes[at] ^= 1 << (random(&state) % 8);
                }
                1 => {
                    let (a, b) = (random(&state) as usize, random(&state) as usize);
                    let (a, b) = (a % 10 * 8, b % 10 * 8);
                    for i in 0..8 {
                        bytes.swap(a + i, b + i);
                    }
                }
                _ => {
                    let at = random(&state) as usize % 72;
                    bytes[at..at + 8].copy_from_slice(&random(&state).to_le_bytes());
                }
            }
            errors += usize::from(now(read_all(&Memory::of(bytes))).is_err());
        }
        assert!(errors > 1000, "{errors}");
    }

    #[test]
    fn a_length_alone_allocates_no_memory() {
        /// Records the largest buffer that it was given.
        struct Meter(Mutex<usize>);
        impl Source for Meter {
            async fn read(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
                let mut most = self.0.lock().unwrap();
                *most = (*most).max(buffer.len());
                Ok(0)
            }
        }
        let meter = Meter(Mutex::new(0));
        let record = RecordHeader { kind: RecordKind::EmulatorContext, length: MAX_BODY };
        assert!(now(Reader::new(&meter).body(record)).is_err());
        assert_eq!(meter.0.into_inner().unwrap(), PIECE);
    }
}
