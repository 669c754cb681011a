//! Fifty contenders for one lock, in threads and processes.

use std::io::Write;
use std::process::{Command, Stdio};

use super::*;

/// The environment variable with the parameters for a process: the lock's file, the number of processes, the number of
/// threads in each, and whether to try the lock before starting a helper.
const PART: &str = "XENLIGHT_TEST_CROWD";

/// The minimum number of turns of each contender. All continue until each has had them.
const TURNS: u64 = 4;

/// The state that the lock guards: a file with the number of turns and the number of contenders that have had enough of
/// them, which is read and written in two steps, and a directory that exists while a process holds the lock.
struct Guarded {
    count: PathBuf,
    inside: PathBuf,
}

impl Guarded {
    fn beside(lock: &Path) -> Self {
        Self { count: lock.with_extension("count"), inside: lock.with_extension("inside") }
    }

    fn read(&self) -> (u64, usize) {
        let text = fs::read_to_string(&self.count).unwrap();
        let (turns, content) = text.split_once(' ').unwrap();
        (turns.parse().unwrap(), content.parse().unwrap())
    }

    fn write(&self, turns: u64, content: usize) {
        fs::write(&self.count, format!("{turns} {content}")).unwrap();
    }

    /// Takes one turn. Returns the number of contenders that have had enough turns.
    fn turn(&self, is_content: bool) -> usize {
        fs::create_dir(&self.inside).expect("alone");
        let (turns, content) = self.read();
        thread::sleep(Duration::from_micros(200));
        let content = content + usize::from(is_content);
        self.write(turns + 1, content);
        fs::remove_dir(&self.inside).expect("alone");
        content
    }
}

/// One of the processes, not a test by itself.
#[test]
#[ignore = "a process of the crowd"]
fn contender() {
    let Ok(part) = std::env::var(PART) else { return };
    let words: Vec<&str> = part.split(' ').collect();
    let [path, processes, threads, tries_first] = words[..] else { panic!("{part}") };
    let processes: usize = processes.parse().unwrap();
    let threads: usize = threads.parse().unwrap();
    let tries_first: bool = tries_first.parse().unwrap();
    let mut f = Fixture::new();
    f.path = path.into();
    let guarded = Guarded::beside(&f.path);
    begin_together(&f.path, processes);
    let contend = || {
        let mut turns = 0;
        loop {
            let held = f.runtime.block_on(f.lock(tries_first)).unwrap();
            turns += 1;
            let content = guarded.turn(turns == TURNS);
            drop(held);
            if content == processes * threads {
                return turns;
            }
        }
    };
    let turns: Vec<u64> = thread::scope(|scope| {
        let contenders: Vec<_> = (0..threads).map(|_| scope.spawn(contend)).collect();
        contenders.into_iter().map(|contender| contender.join().unwrap()).collect()
    });
    let text: Vec<String> = turns.iter().map(u64::to_string).collect();
    writeln!(std::io::stdout(), "\nturns {} forks {}", text.join(" "), f.forks()).unwrap();
}

/// Waits until all processes have started; otherwise the first would have the lock to itself.
fn begin_together(lock: &Path, processes: usize) {
    let meeting = lock.with_extension("meeting");
    fs::write(meeting.join(std::process::id().to_string()), b"").unwrap();
    while fs::read_dir(&meeting).unwrap().count() < processes {
        thread::sleep(Duration::from_millis(2));
    }
}

/// Returns the number of turns of each contender, and the total number of helpers.
fn crowd(processes: usize, threads: usize, tries_first: bool) -> (Vec<u64>, u64) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("lock");
    let guarded = Guarded::beside(&path);
    guarded.write(0, 0);
    fs::create_dir(path.with_extension("meeting")).unwrap();
    let part = format!("{} {processes} {threads} {tries_first}", path.display());
    let started: Vec<_> = (0..processes)
        .map(|_| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "--ignored", "--nocapture"])
                .arg("lock::slow::tests::crowd::contender")
                .env(PART, &part)
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let (mut turns, mut forks) = (Vec::new(), 0);
    for process in started {
        let output = process.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{text}");
        let line = text.lines().find_map(|line| line.strip_prefix("turns ")).expect(&text);
        let (all, forked) = line.split_once(" forks ").unwrap();
        turns.extend(all.split(' ').map(|turns| turns.parse::<u64>().unwrap()));
        forks += forked.parse::<u64>().unwrap();
    }
    assert_eq!(guarded.read(), (turns.iter().sum(), turns.len()), "no turn was lost");
    assert!(!path.exists());
    println!("{processes} x {threads}, {tries_first}: {forks} forks, turns {turns:?}");
    (turns, forks)
}

/// The maximum number of turns of a contender, as a multiple of [`TURNS`]: 50 processes on a busy machine do not even
/// start at the same time.
const SPREAD: u64 = 25;

fn fair(turns: &[u64]) -> bool {
    turns.len() == 50 && turns.iter().all(|turns| (TURNS..TURNS * SPREAD).contains(turns))
}

#[test]
fn fifty_contenders_in_threads_and_processes_all_get_their_turns() {
    for tries_first in [true, false] {
        let (turns, _) = crowd(5, 10, tries_first);
        assert!(fair(&turns), "{turns:?}");
    }
}

#[test]
fn fifty_processes_all_get_their_turns() {
    let (turns, _) = crowd(50, 1, true);
    assert!(fair(&turns), "{turns:?}");
}

#[test]
fn fifty_threads_of_one_process_need_no_helper() {
    let (turns, forks) = crowd(1, 50, true);
    assert!(fair(&turns), "{turns:?}");
    assert_eq!(forks, 0);
}
