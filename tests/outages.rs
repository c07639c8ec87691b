//! A vendor with every fault in turn, behind all that keeps the product answering. `cargo run -p system-tests --example outage`
//! prints the same runs as a table.

pub mod drill;
pub mod vendor;

use drill::{Drill, Run};
use vendor::Fault;

/// Generations a run: enough for every fault to come, few enough for every build.
const TURNS: usize = 400;

fn run(drill: Drill) -> Run {
    drill.run(TURNS)
}

#[test]
fn every_turn_is_answered_in_time_and_in_one_voice_whatever_the_vendor_does() {
    for drill in drill::all() {
        let run = run(drill);
        assert_eq!(run.answered(), TURNS, "{}", run.name());
        assert_eq!(run.mixed(), 0, "{}", run.name());
        assert_eq!(run.late(), 0, "{}", run.name());
        assert!(run.extra() <= run.allowed(), "{}: {} extra calls of {}", run.name(), run.extra(), run.allowed());
    }
}

#[test]
fn a_healthy_vendor_answers_everything_in_one_call() {
    let run = run(Drill::of("none", Fault::None));
    assert_eq!((run.full(), run.extra()), (TURNS, 0));
}

#[test]
fn a_vendor_that_is_down_is_soon_left_alone() {
    let run = run(Drill::of("down", Fault::Down));
    assert_eq!(run.full(), 0);
    assert!(run.calls() < TURNS / 4, "{} calls", run.calls());
}

#[test]
fn a_second_model_answers_in_full_what_the_first_does_not() {
    for fault in [Fault::Down, Fault::Errors { percent: 30 }, Fault::Throttling { percent: 50 }] {
        let run = run(Drill::of("second", fault).with_second());
        assert_eq!(run.full(), TURNS, "{fault:?}");
    }
}

#[test]
fn hedging_shortens_the_tail_of_stalls() {
    let stalls = Fault::Stalls { percent: 2 };
    let (plain, hedged) = (run(Drill::of("plain", stalls)), run(Drill::of("hedged", stalls).hedged()));
    assert!(hedged.first_word(990) < plain.first_word(990), "{} < {}", hedged.first_word(990), plain.first_word(990));
}

#[test]
fn the_same_seed_makes_the_same_run() {
    let once = || run(Drill::of("errors", Fault::Errors { percent: 30 })).row();
    assert_eq!(once(), once());
    let columns = |line: &str| line.matches('|').count();
    assert_eq!(columns(&once()), columns(drill::HEAD.lines().next().unwrap()));
}
