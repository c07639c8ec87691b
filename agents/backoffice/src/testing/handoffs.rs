//! What every queue of people promises: one open case a conversation, one holder a case, each word once and in order.

use std::sync::Arc;
use std::time::Duration;

use contract::finding::Urgency;
use contract::ports::Clock;
use contract::testing::{ManualClock, customer};
use contract::{Caller, CaseId, Channel, Error, ErrorKind, SessionId, StaffId};
use futures::future::join_all;

use crate::Handoffs;
use crate::handoffs::{Case, CaseEnding, CaseState, Matter, Packet, Word, place};

/// How long a claim holds here.
const LEASE: Duration = Duration::from_secs(120);
/// How many do the same at once.
const CROWD: usize = 64;

/// Checks queues made by `make`: a second one over the same store stands for the process after a restart. The store has
/// no open case yet.
pub async fn check(make: impl Fn(Arc<dyn Clock>) -> Arc<dyn Handoffs>) {
    let clock = Arc::new(ManualClock::default());
    let handoffs = make(clock.clone());
    handoffs.ready().await.expect("ready");
    a_crowd_of_turns_opens_one_case(&*handoffs).await;
    an_open_case_takes_what_is_new(&*handoffs, &clock).await;
    a_turn_that_is_taken_twice_opens_nothing_twice(&*handoffs).await;
    one_of_a_crowd_gets_the_case(&*handoffs).await;
    a_claim_is_renewed_and_runs_out(&*handoffs, &clock).await;
    a_transferred_case_waits_with_its_age(&*handoffs, &clock).await;
    words_are_kept_once_and_in_order(&*handoffs).await;
    only_the_holder_speaks_and_only_to_the_end(&*handoffs).await;
    words_belong_to_their_customer(&*handoffs).await;
    a_done_case_refuses_and_the_next_one_is_new(&*handoffs, &clock).await;
    a_customer_may_be_called_back(&*handoffs).await;
    the_most_urgent_is_first_and_the_oldest_among_these(&*handoffs, &clock).await;
    a_restart_keeps_all(&*handoffs, &*make(clock.clone())).await;
}

/// A matter of Ada's, in its own conversation.
pub fn matter(name: &str, priority: Urgency) -> Matter {
    Matter {
        id: CaseId::new(format!("case-{name}")).unwrap(),
        session: SessionId::new(format!("session-{name}")).unwrap(),
        caller: customer("ada"),
        queue: "care".into(),
        priority,
        packet: Packet {
            name: Some("Ada Lindqvist".into()),
            verified: "signed in".into(),
            channel: Channel::Web,
            language: "en".into(),
            intent: Some("human_request".into()),
            mood: vec![0.0],
            reason: "asked-for-a-person: the customer asked for a person".into(),
            summary: "Ada Lindqvist wrote: “A person, please.”".into(),
            tried: Vec::new(),
            citations: Vec::new(),
            car: None,
            vehicle: None,
            hazards: Vec::new(),
        },
    }
}

fn person(name: &str) -> StaffId {
    StaffId::new(name).unwrap()
}

fn resolved() -> CaseEnding {
    CaseEnding::Resolved { note: "Explained.".into() }
}

fn kind<T: std::fmt::Debug>(outcome: Result<T, Error>) -> ErrorKind {
    outcome.unwrap_err().kind
}

async fn opened(handoffs: &dyn Handoffs, name: &str) -> CaseId {
    handoffs.open(&matter(name, Urgency::Routine)).await.unwrap().matter.id
}

async fn claimed(handoffs: &dyn Handoffs, name: &str, by: &str) -> CaseId {
    let id = opened(handoffs, name).await;
    handoffs.claim(&id, &person(by), LEASE).await.unwrap();
    id
}

async fn say(handoffs: &dyn Handoffs, id: &CaseId, by: &str, key: &str, text: &str) -> Result<Word, Error> {
    handoffs.say(id, &person(by), key, text, LEASE).await
}

async fn queued(handoffs: &dyn Handoffs) -> Vec<Case> {
    handoffs.queue().await.unwrap()
}

async fn a_crowd_of_turns_opens_one_case(handoffs: &dyn Handoffs) {
    assert_eq!(handoffs.latest(&matter("crowd", Urgency::Routine).session).await.unwrap(), None);
    let turns = (0..CROWD).map(|turn| {
        let id = CaseId::new(format!("case-crowd-{turn}")).unwrap();
        Matter { id, ..matter("crowd", Urgency::Routine) }
    });
    let turns: Vec<Matter> = turns.collect();
    let cases = join_all(turns.iter().map(|turn| handoffs.open(turn))).await;
    let ids: Vec<CaseId> = cases.into_iter().map(|case| case.unwrap().matter.id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "one conversation, one case: {ids:?}");
    assert_eq!(queued(handoffs).await.len(), 1);
    let latest = handoffs.latest(&turns[0].session).await.unwrap().unwrap();
    assert_eq!((&latest.matter.id, &latest.state), (&ids[0], &CaseState::Waiting));
    assert_eq!(kind(handoffs.case(&CaseId::new("nobody-opened-this").unwrap()).await), ErrorKind::NotFound);
}

async fn an_open_case_takes_what_is_new(handoffs: &dyn Handoffs, clock: &ManualClock) {
    let first = handoffs.open(&matter("more", Urgency::Soon)).await.unwrap();
    clock.advance(Duration::from_secs(5));
    let mut next = matter("more", Urgency::Routine);
    (next.id, next.queue) = (CaseId::new("case-more-2").unwrap(), "sales".into());
    next.packet.summary = "Ada Lindqvist wrote twice.".into();
    let second = handoffs.open(&next).await.unwrap();
    assert_eq!((&second.matter.id, second.opened), (&first.matter.id, first.opened), "it keeps its place");
    assert_eq!((second.matter.priority, &*second.matter.queue), (Urgency::Soon, "care"), "never less urgent");
    assert_eq!(second.matter.packet, next.packet);
    handoffs.claim(&first.matter.id, &person("sam"), LEASE).await.unwrap();
    (next.priority, next.queue) = (Urgency::Emergency, "safety".into());
    let held = handoffs.open(&next).await.unwrap();
    assert_eq!((held.holder(), held.matter.priority), (Some(&person("sam")), Urgency::Emergency));
    assert_eq!(held.matter.queue, "care", "it is not taken away from its holder");
    let danger = matter("danger", Urgency::Routine);
    handoffs.open(&danger).await.unwrap();
    let danger = Matter { priority: Urgency::Emergency, queue: "safety".into(), ..danger };
    assert_eq!(handoffs.open(&danger).await.unwrap().matter.queue, "safety", "where it is looked at now");
}

async fn a_turn_that_is_taken_twice_opens_nothing_twice(handoffs: &dyn Handoffs) {
    let id = claimed(handoffs, "twice", "sam").await;
    let done = handoffs.finish(&id, &person("sam"), &resolved()).await.unwrap();
    assert_eq!(handoffs.open(&matter("twice", Urgency::Routine)).await.unwrap(), done);
}

async fn one_of_a_crowd_gets_the_case(handoffs: &dyn Handoffs) {
    let id = opened(handoffs, "race").await;
    let people: Vec<StaffId> = (0..CROWD).map(|number| person(&format!("person-{number}"))).collect();
    let outcomes = join_all(people.iter().map(|person| handoffs.claim(&id, person, LEASE))).await;
    let (got, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!(got.len(), 1, "one person holds a case");
    let case = got.into_iter().next().unwrap().unwrap();
    let holder = case.holder().unwrap();
    for error in refused.into_iter().map(Result::unwrap_err) {
        assert_eq!(error.kind, ErrorKind::Conflict);
        assert!(error.message.contains(holder.as_str()), "the holder is named: {error}");
    }
    assert_eq!(handoffs.case(&id).await.unwrap().holder(), Some(holder));
}

async fn a_claim_is_renewed_and_runs_out(handoffs: &dyn Handoffs, clock: &ManualClock) {
    let id = claimed(handoffs, "lease", "sam").await;
    let most = LEASE.checked_sub(Duration::from_secs(1)).unwrap();
    clock.advance(most);
    handoffs.claim(&id, &person("sam"), LEASE).await.expect("the holder renews");
    clock.advance(most);
    say(handoffs, &id, "sam", "k", "One moment.").await.expect("a word renews too");
    clock.advance(most);
    assert_eq!(kind(handoffs.claim(&id, &person("noor"), LEASE).await), ErrorKind::Conflict, "still held");
    clock.advance(Duration::from_secs(1));
    let waiting = handoffs.case(&id).await.unwrap();
    assert_eq!(waiting.state, CaseState::Waiting, "an abandoned case waits again");
    assert!(queued(handoffs).await.iter().any(|case| case.matter.id == id && case.state == CaseState::Waiting));
    assert_eq!(kind(say(handoffs, &id, "sam", "k2", "Still there?").await), ErrorKind::Conflict);
    let taken = handoffs.claim(&id, &person("noor"), LEASE).await.unwrap();
    assert_eq!(taken.holder(), Some(&person("noor")));
    assert!(taken.log.iter().any(|event| event.what.contains("ran out")), "{:?}", taken.log);
    assert_eq!(kind(handoffs.transfer(&id, &person("sam"), "billing").await), ErrorKind::Conflict);
    handoffs.finish(&id, &person("noor"), &CaseEnding::Returned).await.unwrap();
}

async fn a_transferred_case_waits_with_its_age(handoffs: &dyn Handoffs, clock: &ManualClock) {
    let id = opened(handoffs, "transfer").await;
    let early = handoffs.transfer(&id, &person("sam"), "billing").await;
    assert_eq!(kind(early), ErrorKind::Conflict, "nobody holds it");
    let held = handoffs.claim(&id, &person("sam"), LEASE).await.unwrap();
    clock.advance(Duration::from_secs(1));
    let moved = handoffs.transfer(&id, &person("sam"), "billing").await.unwrap();
    assert_eq!((&*moved.matter.queue, &moved.state, moved.opened), ("billing", &CaseState::Waiting, held.opened));
    assert_eq!(handoffs.case(&id).await.unwrap(), moved);
    assert_eq!(kind(say(handoffs, &id, "sam", "k", "Bye.").await), ErrorKind::Conflict, "it is out of their hands");
    handoffs.claim(&id, &person("noor"), LEASE).await.expect("somebody of the other queue");
}

async fn words_are_kept_once_and_in_order(handoffs: &dyn Handoffs) {
    let id = claimed(handoffs, "words", "sam").await;
    let keys: Vec<(String, String)> =
        (0..CROWD).map(|n| (format!("key-{}", n % 16), format!("Word {}", n % 16))).collect();
    let said = join_all(keys.iter().map(|(key, text)| say(handoffs, &id, "sam", key, text))).await;
    let said: Vec<Word> = said.into_iter().map(Result::unwrap).collect();
    let session = matter("words", Urgency::Routine).session;
    let kept = handoffs.words(&session, &customer("ada"), 0).await.unwrap();
    assert_eq!(
        kept.iter().map(|word| word.seq).collect::<Vec<_>>(),
        (1..=16).collect::<Vec<_>>(),
        "no gaps, no doubles"
    );
    assert!(said.iter().all(|word| kept.contains(word)), "a repeat gives the first word");
    assert_eq!(handoffs.words(&session, &customer("ada"), 14).await.unwrap(), kept[14..]);
    assert!(handoffs.words(&session, &customer("ada"), u64::MAX).await.unwrap().is_empty());
    assert_eq!(kind(say(handoffs, &id, "sam", "key-0", "Something else").await), ErrorKind::Invalid);
    handoffs.transfer(&id, &person("sam"), "billing").await.unwrap();
    assert_eq!(say(handoffs, &id, "sam", "key-0", "Word 0").await.unwrap(), said[0], "a repeat is never refused");
}

async fn only_the_holder_speaks_and_only_to_the_end(handoffs: &dyn Handoffs) {
    let id = claimed(handoffs, "voice", "sam").await;
    let other = say(handoffs, &id, "noor", "k", "Me too.").await.unwrap_err();
    assert!(other.kind == ErrorKind::Conflict && other.message.contains("sam"), "{other}");
    let endings = join_all((0..CROWD).map(|n| {
        let by = person(if n % 2 == 0 { "sam" } else { "noor" });
        async move { handoffs.finish(&id_of("voice"), &by, &resolved()).await }
    }));
    let endings = endings.await;
    assert!(endings.iter().step_by(2).all(Result::is_ok), "the holder's repeats change nothing");
    assert!(endings.iter().skip(1).step_by(2).all(Result::is_err), "nobody else ends it");
    assert_eq!(kind(say(handoffs, &id, "sam", "k", "One more thing.").await), ErrorKind::Conflict);
    let ended = handoffs.case(&id).await.unwrap();
    assert_eq!(ended.log.iter().filter(|event| event.what == "resolved").count(), 1);
}

fn id_of(name: &str) -> CaseId {
    matter(name, Urgency::Routine).id
}

async fn words_belong_to_their_customer(handoffs: &dyn Handoffs) {
    let id = claimed(handoffs, "private", "sam").await;
    say(handoffs, &id, "sam", "k", "Hello Ada.").await.unwrap();
    let session = matter("private", Urgency::Routine).session;
    for other in [customer("ben"), Caller::Anonymous, Caller::Operator(person("sam"))] {
        assert_eq!(kind(handoffs.words(&session, &other, 0).await), ErrorKind::NotFound, "{other:?}");
    }
    let nowhere = SessionId::new("session-without-a-case").unwrap();
    assert_eq!(kind(handoffs.words(&nowhere, &customer("ada"), 0).await), ErrorKind::NotFound);
}

async fn a_done_case_refuses_and_the_next_one_is_new(handoffs: &dyn Handoffs, clock: &ManualClock) {
    let id = claimed(handoffs, "done", "sam").await;
    say(handoffs, &id, "sam", "k", "Done.").await.unwrap();
    let done = handoffs.finish(&id, &person("sam"), &resolved()).await.unwrap();
    assert!(matches!(&done.state, CaseState::Done { by, ending, .. } if *by == person("sam") && *ending == resolved()));
    assert_eq!(kind(handoffs.claim(&id, &person("sam"), LEASE).await), ErrorKind::Conflict);
    assert_eq!(kind(handoffs.transfer(&id, &person("sam"), "care").await), ErrorKind::Conflict);
    assert_eq!(kind(handoffs.finish(&id, &person("sam"), &CaseEnding::Returned).await), ErrorKind::Conflict);
    assert_eq!(kind(handoffs.call_back(&id, "tomorrow").await), ErrorKind::Conflict);
    assert!(queued(handoffs).await.iter().all(|case| case.matter.id != id));
    clock.advance(Duration::from_secs(1));
    let next = Matter { id: id_of("done-2"), ..matter("done", Urgency::Routine) };
    let next = handoffs.open(&next).await.unwrap();
    assert_ne!(next.matter.id, id, "a new matter of the same conversation");
    assert_eq!(handoffs.latest(&next.matter.session).await.unwrap().unwrap(), next);
    handoffs.claim(&next.matter.id, &person("noor"), LEASE).await.unwrap();
    let word = say(handoffs, &next.matter.id, "noor", "k", "Hello again.").await.unwrap();
    assert_eq!(word.seq, 2, "words are numbered in the conversation, keys belong to the case");
}

async fn a_customer_may_be_called_back(handoffs: &dyn Handoffs) {
    let id = opened(handoffs, "call").await;
    assert_eq!(handoffs.call_back(&id, "tomorrow").await.unwrap().callback.as_deref(), Some("tomorrow"));
    handoffs.call_back(&id, "on Monday").await.unwrap();
    let case = handoffs.claim(&id, &person("sam"), LEASE).await.unwrap();
    assert_eq!(case.callback.as_deref(), Some("on Monday"), "the last wish counts");
}

async fn the_most_urgent_is_first_and_the_oldest_among_these(handoffs: &dyn Handoffs, clock: &ManualClock) {
    let wanted = [("q1", Urgency::Soon), ("q2", Urgency::Emergency), ("q3", Urgency::Soon), ("q4", Urgency::Urgent)];
    for (name, priority) in wanted {
        clock.advance(Duration::from_secs(1));
        handoffs.open(&Matter { queue: "order".into(), ..matter(name, priority) }).await.unwrap();
    }
    let queue = queued(handoffs).await;
    let order: Vec<&CaseId> =
        queue.iter().filter(|case| case.matter.queue == "order").map(|case| &case.matter.id).collect();
    assert_eq!(order, [&id_of("q2"), &id_of("q4"), &id_of("q1"), &id_of("q3")]);
    assert!(queue.is_sorted_by_key(|case| (std::cmp::Reverse(case.matter.priority), case.opened)));
    handoffs.claim(&id_of("q4"), &person("sam"), LEASE).await.unwrap();
    let queue = queued(handoffs).await;
    let places = ["q2", "q4", "q1", "q3"].map(|name| place(&queue, &id_of(name)));
    assert_eq!(places, [Some(1), None, Some(2), Some(3)], "who is being served waits no more");
}

async fn a_restart_keeps_all(before: &dyn Handoffs, after: &dyn Handoffs) {
    assert_eq!(queued(before).await, queued(after).await);
    for name in ["lease", "words", "done", "call", "q4"] {
        assert_eq!(before.case(&id_of(name)).await.unwrap(), after.case(&id_of(name)).await.unwrap());
    }
    let (session, ada) = (matter("words", Urgency::Routine).session, customer("ada"));
    let words = after.words(&session, &ada, 0).await.unwrap();
    assert_eq!((words.len(), &words), (16, &before.words(&session, &ada, 0).await.unwrap()));
}
