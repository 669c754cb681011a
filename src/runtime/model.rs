//! Every interleaving of a few threads in one [`Lead`] and one [`WorkQueue`], explored by loom: no thread sleeps
//! forever (loom reports that as a deadlock), and no task is lost.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --profile loom --lib runtime::model`
//!
//! The epoll set, the application's sleep on it and the operations are models; the lead and the queue are the real
//! code. Each mechanism that the argument in `lead.rs` or `queue.rs` needs is also left out once, and loom must then
//! find a thread that sleeps forever.

use std::collections::VecDeque;

use loom::thread;

use super::lead::{Dispatcher, Lead, Parker};
use super::queue::{Alarm, Attending, WorkQueue};
use crate::sync::fault_injection::{Mechanism, remove};
use crate::sync::{Arc, Condvar, Mutex, locked, sleep_on};

/// Something that happens outside and lets a wait go on.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// The operation with this number can go on.
    ModelOperation(usize),
    /// This task can go on.
    Task(Task),
}

#[derive(Clone, Copy, Debug)]
enum Task {
    /// Lets the operation with this number go on.
    For(usize),
    /// As `For`, but only after another operation can go on: the thread is busy until then.
    After(usize, usize),
    /// Makes a callback due, which lets the operation with this number go on.
    Tell(usize),
}

/// A callback that lets the operation with this number go on.
type Callback = usize;

/// The epoll set, which includes the alarm, and beside it the leader's bell.
#[derive(Default)]
struct ModelSet {
    state: Mutex<SetState>,
    changed: Condvar,
}

#[derive(Default)]
struct SetState {
    happened: VecDeque<Event>,
    alarm: bool,
    callbacks_alarm: bool,
    rung: bool,
    /// The application's own reason to end its loop.
    quit: bool,
}

impl ModelSet {
    fn change(&self, change: impl FnOnce(&mut SetState)) {
        change(&mut locked(&self.state));
        self.changed.notify_all();
    }

    fn wait(&self, until: impl Fn(&SetState) -> bool) {
        let mut state = locked(&self.state);
        while !until(&state) {
            state = sleep_on(&self.changed, state);
        }
    }
}

impl SetState {
    fn readable(&self) -> bool {
        self.alarm || !self.happened.is_empty()
    }
}

impl Alarm for ModelSet {
    fn set(&self, on: bool) {
        self.change(|state| state.alarm = on);
    }
}

/// The alarm of callbacks, which is not in the set.
struct Callbacks(Arc<ModelSet>);

impl Alarm for Callbacks {
    fn set(&self, on: bool) {
        self.0.change(|state| state.callbacks_alarm = on);
    }
}

/// The promise of a dispatching thread, as in `tasks.rs`.
struct Both<'w> {
    tasks: Attending<'w, Task>,
    callbacks: Option<Attending<'w, Callback>>,
}

/// The model of a ctx.
struct World {
    lead: Lead,
    queue: WorkQueue<Task>,
    callbacks: WorkQueue<Callback>,
    set: Arc<ModelSet>,
    /// Whether the set exists. As in the runtime, the first thread that sleeps creates it.
    open: Mutex<bool>,
    /// The leader sleeps at once on a set that it has just created.
    careless: bool,
    operations: Vec<ModelOperation>,
}

struct ModelOperation {
    parker: Arc<Parker>,
    step: Mutex<ModelStep>,
    changed: Condvar,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum ModelStep {
    #[default]
    Waits,
    CanGoOn,
    Ended,
}

impl ModelOperation {
    /// `may_call`: the thread that waits for it is not inside a callback.
    fn new(may_call: bool) -> Self {
        let parker = Arc::new(Parker::new(may_call));
        Self { parker, step: Mutex::default(), changed: Condvar::new() }
    }

    fn go(&self, to: ModelStep) {
        let mut step = locked(&self.step);
        *step = to.max(*step);
        self.changed.notify_all();
    }

    fn is(&self, step: ModelStep) -> bool {
        *locked(&self.step) >= step
    }

    /// Keeps the thread busy, outside the library, until the operation is in this state.
    fn busy_until(&self, step: ModelStep) {
        let mut now = locked(&self.step);
        while *now < step {
            now = sleep_on(&self.changed, now);
        }
    }
}

impl World {
    fn new(operations: usize) -> Self {
        Self::of(&vec![true; operations])
    }

    /// One operation per element, which says whether it is waited for outside of callbacks.
    fn of(operations: &[bool]) -> Self {
        Self {
            lead: Lead::default(),
            queue: WorkQueue::default(),
            callbacks: WorkQueue::default(),
            set: Arc::default(),
            open: Mutex::new(false),
            careless: false,
            operations: operations.iter().map(|&may_call| ModelOperation::new(may_call)).collect(),
        }
    }

    /// Creates the set. Returns whether it existed.
    fn open(&self) -> bool {
        let mut open = locked(&self.open);
        if !*open {
            *open = true;
            let alarm: Arc<dyn Alarm> = Arc::<ModelSet>::clone(&self.set);
            self.queue.connect(alarm);
            self.callbacks.connect(Arc::new(Callbacks(Arc::clone(&self.set))));
            return false;
        }
        true
    }

    /// A call that waits for an operation.
    fn block_on(&self, number: usize) {
        let operation = &self.operations[number];
        while !operation.is(ModelStep::CanGoOn) {
            self.lead.park(&operation.parker, self);
        }
        operation.go(ModelStep::Ended);
    }

    /// What a waker does.
    fn wake(&self, number: usize) {
        let operation = &self.operations[number];
        operation.go(ModelStep::CanGoOn);
        self.lead.wake(&operation.parker, self);
    }

    /// The kernel reports an event.
    fn happens(&self, event: Event) {
        self.set.change(|state| state.happened.push_back(event));
    }

    fn report_events(&self) {
        // Events are taken one after the other: a second dispatching thread may get the next one.
        while let Some(event) = { locked(&self.set.state).happened.pop_front() } {
            match event {
                Event::ModelOperation(number) => self.wake(number),
                Event::Task(task) => self.queue.push(task),
            }
        }
    }

    fn attend(&self, may_call: bool) -> Both<'_> {
        let callbacks = may_call.then(|| self.callbacks.attend());
        Both { tasks: self.queue.attend(), callbacks }
    }

    /// `libxl_osevent_occurred_fd`, with or without an event.
    fn dispatch(&self) {
        self.dispatch_from(true);
    }

    /// As `dispatch`, possibly inside a callback.
    fn dispatch_from(&self, may_call: bool) {
        let attending = self.attend(may_call);
        self.report_events();
        self.work_off(attending);
    }

    /// As in `tasks.rs`.
    fn work_off(&self, attending: Both<'_>) {
        let Both { tasks, mut callbacks } = attending;
        let may_call = callbacks.is_some();
        let mut next = tasks.pop();
        loop {
            while let Some(task) = next {
                drop(callbacks.take());
                self.callbacks.settle();
                self.run(task, may_call);
                next = self.queue.pop();
            }
            if !may_call {
                return;
            }
            let due = callbacks.take().map_or_else(|| self.callbacks.pop(), Attending::pop);
            let Some(number) = due else { return };
            self.wake(number);
            next = self.queue.pop();
        }
    }

    /// An application's event loop.
    fn poll_loop(&self) {
        self.open();
        loop {
            self.set.wait(|state| state.quit || state.readable() || state.callbacks_alarm);
            if locked(&self.set.state).quit {
                return;
            }
            self.dispatch();
        }
    }

    fn run(&self, task: Task, may_call: bool) {
        match task {
            Task::For(number) => self.wake(number),
            // A thread that takes the callback at once does not turn the alarm on.
            Task::Tell(number) if may_call => self.callbacks.push_quietly(number),
            Task::Tell(number) => self.callbacks.push(number),
            Task::After(number, other) => {
                self.operations[other].busy_until(ModelStep::CanGoOn);
                self.wake(number);
            }
        }
    }
}

impl Dispatcher for World {
    type Attending<'p> = Both<'p>;

    fn sleep(&self, may_call: bool) {
        if self.open() || self.careless {
            self.set.wait(|state| {
                state.rung || state.readable() || (may_call && state.callbacks_alarm)
            });
        }
    }

    fn turn(&self, may_call: bool) -> Both<'_> {
        let attending = self.attend(may_call);
        self.report_events();
        attending
    }

    fn ring(&self) {
        if *locked(&self.open) {
            self.set.change(|state| state.rung = true);
        }
    }

    fn silence(&self) {
        self.set.change(|state| state.rung = false);
    }

    fn has_work(&self) -> bool {
        !self.queue.is_empty() || !self.callbacks.is_empty()
    }

    fn work(&self, attending: Both<'_>) {
        self.work_off(attending);
    }
}

/// What one thread does.
type Role = fn(&World);

/// All roles at once, the first in the model's own thread; at the end nothing may be left.
fn explore(world: fn() -> World, roles: &[Role]) {
    explore_without(None, world, roles);
}

fn explore_without(mechanism: impl Into<Option<Mechanism>>, world: fn() -> World, roles: &[Role]) {
    remove(mechanism.into());
    let roles = roles.to_vec();
    let mut model = loom::model::Builder::new();
    model.preemption_bound.get_or_insert(2);
    model.check(move || {
        let world = Arc::new(world());
        let others: Vec<_> = roles[1..]
            .iter()
            .map(|&role| {
                let world = Arc::clone(&world);
                thread::spawn(move || role(&world))
            })
            .collect();
        roles[0](&world);
        for other in others {
            other.join().unwrap();
        }
        assert!(world.queue.is_empty() && world.callbacks.is_empty());
        assert!(!locked(&world.set.state).alarm && !locked(&world.set.state).callbacks_alarm);
        assert!(!locked(&world.set.state).rung);
    });
}

const ONE: Role = |world| world.block_on(0);
const TWO: Role = |world| world.block_on(1);

#[test]
fn events_for_two_sleepers() {
    let events: Role = |world| {
        world.happens(Event::ModelOperation(1));
        world.happens(Event::ModelOperation(0));
    };
    explore(|| World::new(2), &[events, ONE, TWO]);
}

const EVENTS_APART: &[Role] = &[
    |world| {
        world.happens(Event::ModelOperation(0));
        world.block_on(0);
    },
    // It becomes ready only when the first has ended, and there is no other thread that would detect it.
    |world| world.block_on(1),
    |world| {
        world.operations[0].busy_until(ModelStep::Ended);
        world.happens(Event::ModelOperation(1));
    },
];

#[test]
fn a_leader_leaves_and_another_thread_leads() {
    explore(|| World::new(2), EVENTS_APART);
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_leader_that_does_not_pass_on_is_found() {
    explore_without(Mechanism::HandOver, || World::new(2), EVENTS_APART);
}

const WAKER: &[Role] = &[|world| world.wake(0), ONE];

#[test]
fn a_leader_is_woken_by_another_thread() {
    explore(|| World::new(1), WAKER);
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_leader_that_is_not_rung_is_found() {
    explore_without(Mechanism::Ring, || World::new(1), WAKER);
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_ring_before_there_is_something_to_ring_is_found() {
    explore(|| World { careless: true, ..World::new(1) }, WAKER);
}

#[test]
fn three_sleepers_wake_each_other() {
    let first: Role = |world| {
        world.happens(Event::ModelOperation(1));
        world.block_on(0);
    };
    let second: Role = |world| {
        world.block_on(1);
        world.wake(2);
    };
    let third: Role = |world| {
        world.block_on(2);
        world.happens(Event::ModelOperation(0));
        world.dispatch();
    };
    explore(|| World::new(3), &[first, second, third]);
}

#[test]
fn an_application_takes_what_is_meant_for_sleepers() {
    let application: Role = |world| {
        world.happens(Event::ModelOperation(0));
        world.dispatch();
        world.happens(Event::ModelOperation(1));
    };
    explore(|| World::new(2), &[application, ONE, TWO]);
}

#[test]
fn a_waker_an_event_and_an_application() {
    let waker: Role = |world| {
        world.wake(0);
        world.happens(Event::ModelOperation(1));
    };
    explore(|| World::new(2), &[waker, ONE, TWO, |world| world.dispatch()]);
}

#[test]
fn a_task_for_a_sleeper_is_run_by_any_thread() {
    let application: Role = |world| {
        world.happens(Event::Task(Task::For(0)));
        world.dispatch();
        world.happens(Event::Task(Task::For(1)));
    };
    explore(|| World::new(2), &[application, ONE, TWO]);
}

/// A thread makes a task runnable and does not run it.
const NO_TIME: &[Role] = &[|world| world.queue.push(Task::For(0)), ONE];

#[test]
fn a_task_that_its_finder_leaves_is_run_by_a_sleeper() {
    explore(|| World::new(1), NO_TIME);
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_task_that_raises_no_alarm_is_found() {
    explore_without(Mechanism::Alarm, || World::new(1), NO_TIME);
}

#[test]
fn a_long_task_holds_up_no_other() {
    // The thread that runs the first task is busy until another has run the second.
    let events: Role = |world| {
        world.happens(Event::Task(Task::After(0, 1)));
        world.happens(Event::Task(Task::For(1)));
    };
    explore(|| World::new(2), &[events, ONE, TWO]);
}

#[test]
fn an_application_that_polls_is_fetched_to_a_task() {
    let worker: Role = |world| {
        world.queue.push(Task::For(0));
        world.operations[0].busy_until(ModelStep::Ended);
        world.set.change(|state| state.quit = true);
    };
    explore(|| World::new(1), &[worker, |world| world.poll_loop(), ONE]);
}

#[test]
fn three_sleepers_and_a_task() {
    let first: Role = |world| {
        world.happens(Event::Task(Task::For(2)));
        world.block_on(0);
    };
    let third: Role = |world| {
        world.block_on(2);
        world.happens(Event::ModelOperation(1));
        world.queue.push(Task::For(0));
    };
    explore(|| World::new(3), &[first, TWO, third]);
}

#[test]
fn a_callback_for_a_sleeper_is_made_by_any_thread() {
    let application: Role = |world| {
        world.happens(Event::Task(Task::Tell(0)));
        world.dispatch();
        world.happens(Event::Task(Task::Tell(1)));
    };
    explore(|| World::new(2), &[application, ONE, TWO]);
}

/// The first operation is waited for inside a callback, the second outside. The second can go on after a callback, which
/// only its own thread may make; the first can go on when the second has ended.
const INSIDE: &[Role] = &[
    |world| world.block_on(0),
    TWO,
    |world| {
        world.happens(Event::Task(Task::Tell(1)));
        world.operations[1].busy_until(ModelStep::Ended);
        world.happens(Event::ModelOperation(0));
    },
];

#[test]
fn a_leader_inside_a_callback_keeps_no_callback_from_a_sleeper() {
    explore(|| World::of(&[false, true]), INSIDE);
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_leader_inside_a_callback_that_keeps_the_lead_is_found() {
    explore_without(Mechanism::TakeOver, || World::of(&[false, true]), INSIDE);
}

#[test]
fn an_application_inside_a_callback_leaves_callbacks_to_a_sleeper() {
    let application: Role = |world| {
        world.happens(Event::Task(Task::Tell(0)));
        world.dispatch_from(false);
    };
    explore(|| World::new(1), &[application, ONE]);
}

#[test]
fn an_application_that_polls_makes_the_callbacks_of_a_leader_inside_one() {
    let inside: Role = |world| {
        world.happens(Event::Task(Task::Tell(0)));
        world.block_on(0);
        world.set.change(|state| state.quit = true);
    };
    explore(|| World::of(&[false]), &[inside, |world| world.poll_loop()]);
}
