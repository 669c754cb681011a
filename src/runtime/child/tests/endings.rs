//! Children that do not end although they are killed. Here another process traces them: then they cannot be reaped
//! before that process ends, as if they slept in the kernel.

use std::ffi::c_void;

use super::*;
use crate::runtime::app_loop::OseventHooks;

/// The time after which the tests' children count as not ended.
const SHORT: Duration = Duration::from_millis(300);
/// Time enough for whatever should happen at once.
const LONG: Duration = Duration::from_secs(30);

/// A process that traces a child. The child can be reaped when this is dropped.
pub struct Tracer(Pid);

impl Tracer {
    pub fn of(child: Pid) -> Self {
        let (said, says) = unistd::pipe().unwrap();
        // SAFETY: the child makes system calls only.
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            let none = std::ptr::null_mut::<c_void>();
            // SAFETY: this request uses no memory.
            let done = unsafe { libc::ptrace(libc::PTRACE_SEIZE, child, none, none) };
            unistd::write(&says, &[u8::from(done == 0)]).unwrap();
            loop {
                unistd::pause();
            }
        }
        drop(says);
        let mut answer = [0];
        assert_eq!(unistd::read(&said, &mut answer), Ok(1));
        assert_eq!(answer, [1], "the child cannot be traced");
        Self(pid)
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        // SAFETY: this is a child that was not reaped, and the status pointer may be NULL.
        unsafe {
            libc::kill(self.0, libc::SIGKILL);
            assert_eq!(libc::waitpid(self.0, std::ptr::null_mut(), 0), self.0);
        }
    }
}

/// Counts the registrations that exist.
#[derive(Default)]
struct Registered(AtomicUsize);

impl OseventHooks for Registered {
    fn register(&self, _: RawFd) -> Result<*mut c_void, c_int> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(std::ptr::null_mut())
    }

    fn deregister(&self, _: RawFd, _: *mut c_void) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn a_child_that_does_not_end_is_reaped_later() {
    alone(|| {
        let fixture = Fixture::in_mode(SigchldOwner::LibxlAlwaysSelectiveReap, None);
        let hooks = Arc::new(Registered::default());
        fixture.runtime.set_hooks(Arc::<Registered>::clone(&hooks)).unwrap();
        let registered = || hooks.0.load(Ordering::SeqCst);
        fixture.children.set_timeouts(SHORT, SHORT);
        let child = fixture.sh("exec sleep 100");
        let pid = child.pid();
        let tracer = Tracer::of(pid);
        let began = Instant::now();
        let not_ended = fixture.runtime.block_on(child.end()).unwrap_err();
        assert!(began.elapsed() >= SHORT && began.elapsed() < LONG, "{:?}", began.elapsed());
        assert_eq!(not_ended.pid, pid);
        assert_eq!(fixture.children.count(), 1, "it is still known");
        assert_eq!(registered(), 1, "the application drives the ctx until it has ended");
        fixture.children.set_timeouts(LONG, LONG);
        let other = fixture.sh("exec sleep 100");
        assert_eq!(fixture.runtime.block_on(other.end()), Ok(killed_by(9)), "others end");
        drop(tracer);
        fixture.turn_until("reaped", || fixture.children.count() == 0);
        fixture.turn_until("not driven", || registered() == 0);
        assert!(!has_children());
        assert_eq!(fixture.reports(), []);
    });
}

#[test]
fn a_child_that_outlives_its_ctx_is_reaped_by_the_next() {
    alone(|| {
        for owner in [SigchldOwner::Libxl, SigchldOwner::LibxlAlwaysSelectiveReap] {
            // The tracer must not be reaped as an unknown child.
            let fixture = Fixture::in_mode(SigchldOwner::LibxlAlwaysSelectiveReap, None);
            fixture.children.set_timeouts(SHORT, SHORT);
            let children: Vec<_> = (0..4).map(|_| fixture.sh("exec sleep 100")).collect();
            let tracers: Vec<_> = children.iter().map(|child| Tracer::of(child.pid())).collect();
            let reports = Arc::clone(&fixture.reports);
            drop(children);
            let began = Instant::now();
            drop(fixture);
            assert!(began.elapsed() < LONG);
            assert_eq!(locked(&reports).len(), 4, "each is reported");
            drop(tracers);
            assert!(has_children(), "no ctx has reaped them");
            let next = Fixture::in_mode(owner, None);
            if owner == SigchldOwner::Libxl {
                let child = next.sh("exit 3");
                assert_eq!(next.end(&child), status(3));
            }
            assert!(!has_children(), "{owner:?}");
            assert_eq!(next.reports(), [], "{owner:?}: they are no unknown children");
        }
    });
}

#[test]
fn an_abandoned_child_is_not_taken_for_an_unknown_one() {
    alone(|| {
        let selective = SigchldOwner::LibxlAlwaysSelectiveReap;
        let fixture = Fixture::in_mode(selective, None);
        fixture.children.set_timeouts(SHORT, SHORT);
        let child = fixture.sh("exec sleep 100");
        let tracer = Tracer::of(child.pid());
        let next = Fixture::in_mode(selective, None);
        drop(child);
        drop(fixture);
        drop(tracer);
        // From now on the next ctx reaps all children of the process.
        let app = Arc::new(App { answer: Some(0), ..App::default() });
        let hooks: Arc<dyn ChildprocHooks> = Arc::<App>::clone(&app);
        next.children.set_mode(SigchldOwner::LibxlAlways, Some(hooks)).unwrap();
        next.turn_until("reaped", || !has_children());
        assert_eq!(*locked(&app.reaped), []);
        assert_eq!(next.reports(), []);
    });
}
