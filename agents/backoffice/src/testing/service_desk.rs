//! What every service desk promises: a slot is given once, an action is done once, and nobody touches what is another's.

use std::sync::Arc;
use std::time::Duration;

use contract::ports::Clock;
use contract::testing::{ManualClock, access};
use contract::{Access, ActionId, ErrorKind, Vin};
use futures::future::join_all;
use jiff::ToSpan;
use jiff::civil::DateTime;

use crate::ServiceDesk;
use crate::service_desk::{Appointment, Dealer, Directory, Order, OwnedCar, Slot, Wanted, Work};

/// How many ask for the same at once.
const CROWD: usize = 64;

/// Checks service desks made by `make` over one store, which holds `directory` and no appointments. Each call of `make` is a
/// process that starts. The directory needs two dealers, one of them with a single bay, and cars of two customers.
pub async fn check(make: impl Fn(Arc<dyn Clock>) -> Arc<dyn ServiceDesk>, directory: &Directory) {
    let clock = Arc::new(ManualClock::default());
    let desk = make(clock.clone());
    desk.ready().await.expect("ready");
    let test = Suite::of(desk, directory, clock);
    test.dealers_are_those_of_the_market().await;
    test.slots_are_in_order_and_within_bounds().await;
    test.only_what_can_be_booked_is_booked().await;
    test.a_booking_takes_the_slot_once_all_bays_are_taken().await;
    test.an_action_books_once_however_often_it_is_asked().await;
    test.a_restart_forgets_nothing(&make).await;
    test.of_a_crowd_as_many_win_as_there_are_bays(&make).await;
    test.a_lost_race_stays_lost().await;
    test.moving_frees_the_old_slot().await;
    test.a_move_that_fails_changes_nothing().await;
    test.cancelling_frees_the_slot().await;
    test.nobody_touches_what_is_anothers().await;
    test.what_is_past_is_no_longer_listed().await;
}

struct Suite {
    desk: Arc<dyn ServiceDesk>,
    clock: Arc<ManualClock>,
    /// The dealer with one bay.
    narrow: Dealer,
    all: Vec<Dealer>,
    mine: (Access, OwnedCar),
    theirs: (Access, OwnedCar),
}

fn action(name: &str) -> ActionId {
    ActionId::new(name).unwrap()
}

fn at(order: &Order) -> DateTime {
    order.slot.at
}

impl Suite {
    fn of(desk: Arc<dyn ServiceDesk>, directory: &Directory, clock: Arc<ManualClock>) -> Self {
        let one_bay = |dealer: &&Dealer| dealer.bays == 1 && dealer.does(Work::Service);
        let narrow = directory.dealers.iter().find(one_bay).expect("a dealer with one bay").clone();
        let with_access = |car: &OwnedCar| (access(car.owner.as_str()), car.clone());
        let mine = directory.cars.first().expect("a car");
        let theirs = directory.cars.iter().find(|car| car.owner != mine.owner).expect("another customer's car");
        let all = directory.dealers.clone();
        Self { desk, clock, narrow, all, mine: with_access(mine), theirs: with_access(theirs) }
    }

    fn wanted(&self, days: i64, limit: usize) -> Wanted {
        let from = self.narrow.local(self.clock.now());
        let until = from.saturating_add(days.days());
        Wanted { dealer: self.narrow.id.clone(), work: Work::Service, from, until, limit }
    }

    async fn free(&self, limit: usize) -> Vec<Slot> {
        let free = self.desk.slots(&self.wanted(60, limit)).await.expect("slots");
        assert_eq!(free.len(), limit, "two months have so many free slots");
        free
    }

    async fn is_free(&self, slot: &Slot) -> bool {
        let wanted = Wanted { from: slot.at, until: slot.at, ..self.wanted(0, 1) };
        self.desk.slots(&wanted).await.expect("slots") == std::slice::from_ref(slot)
    }

    fn order(&self, slot: &Slot) -> Order {
        Order { slot: slot.clone(), vin: self.mine.1.file.vin.clone(), work: Work::Service, note: "squeaks".into() }
    }

    async fn book(&self, slot: &Slot, name: &str) -> Appointment {
        self.desk.book(&self.mine.0, &self.order(slot), &action(name)).await.expect("booked")
    }

    async fn listed(&self, number: &str) -> bool {
        let mine = self.desk.appointments(&self.mine.0).await.expect("appointments");
        assert!(mine.is_sorted_by_key(|appointment| at(&appointment.order)), "soonest first: {mine:?}");
        mine.iter().filter(|appointment| appointment.number == number).count() == 1
    }

    async fn dealers_are_those_of_the_market(&self) {
        for market in self.all.iter().map(|dealer| &dealer.market) {
            let expected: Vec<_> = self.all.iter().filter(|dealer| dealer.market == *market).cloned().collect();
            assert_eq!(self.desk.dealers(market).await.expect("dealers"), expected, "in the order of the directory");
        }
        assert_eq!(self.desk.dealers("nowhere").await.expect("no market, no dealers"), []);
    }

    async fn slots_are_in_order_and_within_bounds(&self) {
        let (wanted, now) = (self.wanted(14, usize::MAX), self.clock.now());
        let slots = self.desk.slots(&wanted).await.expect("slots");
        let times: Vec<DateTime> = slots.iter().map(|slot| slot.at).collect();
        let expected: Vec<DateTime> = self.narrow.slots(wanted.from, wanted.until, now).collect();
        assert_eq!(times, expected, "what the calendar gives, for nothing is taken");
        assert!(slots.iter().all(|slot| slot.dealer == self.narrow.id) && times.len() > 10);
        let past = Wanted { from: wanted.from.saturating_sub(30.days()), ..wanted.clone() };
        assert_eq!(self.desk.slots(&past).await.expect("slots"), slots, "nothing in the past");
        let few = Wanted { limit: 3, ..wanted.clone() };
        assert_eq!(self.desk.slots(&few).await.expect("slots"), slots[..3]);
        let none = Wanted { limit: 0, ..wanted.clone() };
        assert_eq!(self.desk.slots(&none).await.expect("slots"), []);
        let unknown = Wanted { dealer: "atlantis".into(), ..wanted };
        assert_eq!(self.desk.slots(&unknown).await.unwrap_err().kind, ErrorKind::NotFound);
    }

    async fn only_what_can_be_booked_is_booked(&self) {
        let order = self.order(&self.free(1).await[0]);
        let elsewhere = Slot { dealer: "atlantis".into(), at: at(&order) };
        let off_the_grid = Slot { at: at(&order).saturating_add(7.minutes()), ..order.slot.clone() };
        let past = Slot { at: at(&order).saturating_sub(30.days()), ..order.slot.clone() };
        let slots = [elsewhere, off_the_grid, past].map(|slot| Order { slot, ..order.clone() });
        let others_car = Order { vin: self.theirs.1.file.vin.clone(), ..order.clone() };
        let unknown_car = Order { vin: Vin::new("WVWZZZ00000000000").unwrap(), ..order.clone() };
        for (n, wrong) in slots.into_iter().chain([others_car, unknown_car]).enumerate() {
            let refused = self.desk.book(&self.mine.0, &wrong, &action(&format!("wrong-{n}"))).await.unwrap_err();
            assert_eq!(refused.kind, ErrorKind::NotFound, "{wrong:?}");
        }
        assert!(self.is_free(&order.slot).await);
    }

    async fn a_booking_takes_the_slot_once_all_bays_are_taken(&self) {
        let slot = &self.free(1).await[0];
        let booked = self.book(slot, "takes").await;
        assert_eq!(booked.order, self.order(slot));
        assert_eq!((booked.dealer_name.as_str(), booked.moves, booked.cancelled), (&*self.narrow.name, 0, false));
        assert!(!self.is_free(slot).await && self.listed(&booked.number).await);
        let found = self.desk.appointment(&self.mine.0, &booked.number).await.expect("the appointment");
        assert_eq!(found, booked);
        let wide = self.all.iter().find(|dealer| dealer.bays > 1 && dealer.does(Work::Service)).expect("two bays");
        let wanted = Wanted { dealer: wide.id.clone(), ..self.wanted(60, 1) };
        let slot = self.desk.slots(&wanted).await.expect("slots").remove(0);
        for bay in 0..wide.bays {
            assert_eq!(
                self.desk.slots(&wanted).await.expect("slots"),
                std::slice::from_ref(&slot),
                "bay {bay} is free"
            );
            self.book(&slot, &format!("bay-{bay}")).await;
        }
        assert_ne!(self.desk.slots(&wanted).await.expect("slots"), [slot]);
    }

    async fn an_action_books_once_however_often_it_is_asked(&self) {
        let free = self.free(2).await;
        let first = self.book(&free[0], "repeated").await;
        assert_eq!(self.book(&free[0], "repeated").await, first);
        assert_eq!(self.book(&free[1], "repeated").await, first, "the first outcome, whatever is ordered now");
        let repeats = join_all((0..CROWD).map(|_| self.book(&free[1], "crowded"))).await;
        assert!(repeats.iter().all(|repeat| *repeat == repeats[0] && repeat.number != first.number), "{repeats:?}");
        assert!(self.listed(&first.number).await && self.listed(&repeats[0].number).await);
    }

    async fn a_restart_forgets_nothing(&self, make: &impl Fn(Arc<dyn Clock>) -> Arc<dyn ServiceDesk>) {
        let slot = &self.free(1).await[0];
        let booked = self.book(slot, "before").await;
        let restarted = make(self.clock.clone());
        let again = restarted.book(&self.mine.0, &self.order(slot), &action("before")).await.expect("the same");
        assert_eq!(again, booked);
        let taken = restarted.book(&self.mine.0, &self.order(slot), &action("after")).await.unwrap_err();
        assert_eq!(taken.kind, ErrorKind::Conflict);
        assert!(self.listed(&booked.number).await);
    }

    async fn of_a_crowd_as_many_win_as_there_are_bays(&self, make: &impl Fn(Arc<dyn Clock>) -> Arc<dyn ServiceDesk>) {
        let slot = &self.free(1).await[0];
        let processes = [make(self.clock.clone()), make(self.clock.clone())];
        let (order, actions) = (self.order(slot), (0..CROWD).map(|n| action(&format!("race-{n}"))));
        let asked = actions.enumerate().map(|(n, action)| {
            let (desk, order, access) = (processes[n % 2].clone(), order.clone(), self.mine.0.clone());
            async move { desk.book(&access, &order, &action).await }
        });
        let outcomes = join_all(asked).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "one bay");
        let lost = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        assert!(lost.into_iter().all(|error| error.kind == ErrorKind::Conflict));
    }

    /// A repeated yes must not book an hour later what the customer was told is taken.
    async fn a_lost_race_stays_lost(&self) {
        let slot = &self.free(1).await[0];
        let winner = self.book(slot, "quick").await;
        let late = || async { self.desk.book(&self.mine.0, &self.order(slot), &action("late")).await };
        assert_eq!(late().await.unwrap_err().kind, ErrorKind::Conflict);
        self.desk.cancel(&self.mine.0, &winner.number, &action("gives-way")).await.expect("cancelled");
        assert_eq!(late().await.unwrap_err().kind, ErrorKind::Conflict);
        assert!(self.is_free(slot).await);
    }

    async fn moving_frees_the_old_slot(&self) {
        let free = self.free(3).await;
        let booked = self.book(&free[0], "to-be-moved").await;
        let move_to = |slot: &Slot, name: &str| {
            let (slot, name, number) = (slot.clone(), action(name), booked.number.clone());
            async move { self.desk.rebook(&self.mine.0, &number, &slot, &name).await }
        };
        let moves = join_all((0..CROWD).map(|_| move_to(&free[1], "moves"))).await;
        let moved = moves[0].as_ref().expect("moved");
        assert!(moves.iter().all(|other| other.as_ref().ok() == Some(moved)));
        assert_eq!((&moved.order.slot, &moved.number, moved.moves), (&free[1], &booked.number, 1));
        assert!(self.is_free(&free[0]).await && !self.is_free(&free[1]).await);
        let again = move_to(&free[2], "moves-again").await.expect("moved again");
        assert_eq!((&again.order.slot, again.moves), (&free[2], 2));
        assert_eq!(move_to(&free[1], "moves").await.expect("the first outcome"), *moved);
        let stands = self.desk.appointment(&self.mine.0, &booked.number).await.expect("the appointment");
        assert_eq!(stands, again, "an old action again changes nothing");
    }

    async fn a_move_that_fails_changes_nothing(&self) {
        let free = self.free(2).await;
        let (stays, other) = (self.book(&free[0], "stays").await, self.book(&free[1], "in-the-way").await);
        for _ in 0..2 {
            let refused = self.desk.rebook(&self.mine.0, &stays.number, &other.order.slot, &action("blocked")).await;
            assert_eq!(refused.unwrap_err().kind, ErrorKind::Conflict);
        }
        let nowhere = Slot { dealer: "atlantis".into(), ..free[0].clone() };
        let refused = self.desk.rebook(&self.mine.0, &stays.number, &nowhere, &action("nowhere")).await;
        assert_eq!(refused.unwrap_err().kind, ErrorKind::NotFound);
        let unknown = self.desk.rebook(&self.mine.0, "SV-NONE00", &free[0], &action("unknown")).await;
        assert_eq!(unknown.unwrap_err().kind, ErrorKind::NotFound);
        assert!(!self.is_free(&free[0]).await);
        assert_eq!(self.desk.appointment(&self.mine.0, &stays.number).await.expect("it stands"), stays);
    }

    async fn cancelling_frees_the_slot(&self) {
        let slot = &self.free(1).await[0];
        let booked = self.book(slot, "to-be-cancelled").await;
        let cancel = |name: &str| {
            let (number, name) = (booked.number.clone(), action(name));
            async move { self.desk.cancel(&self.mine.0, &number, &name).await.expect("cancelled") }
        };
        let all = join_all((0..CROWD).map(|_| cancel("cancels"))).await;
        assert!(all.iter().all(|one| *one == Appointment { cancelled: true, ..booked.clone() }), "{all:?}");
        assert!(cancel("cancels-again").await.cancelled, "what is cancelled is cancelled");
        assert!(self.is_free(slot).await && !self.listed(&booked.number).await);
        assert_eq!(self.book(slot, "to-be-cancelled").await, booked, "the first outcome");
        assert!(self.is_free(slot).await, "and yet it is not booked again");
        let moved = self.desk.rebook(&self.mine.0, &booked.number, slot, &action("too-late")).await;
        assert_eq!(moved.unwrap_err().kind, ErrorKind::NotFound);
        self.book(slot, "next").await;
    }

    async fn nobody_touches_what_is_anothers(&self) {
        let free = self.free(2).await;
        let mine = self.book(&free[0], "private").await;
        let (stranger, car) = &self.theirs;
        let listed = self.desk.appointments(stranger).await.expect("appointments");
        assert!(listed.iter().all(|theirs| theirs.number != mine.number));
        let refused = [
            self.desk.appointment(stranger, &mine.number).await,
            self.desk.rebook(stranger, &mine.number, &free[1], &action("steals")).await,
            self.desk.cancel(stranger, &mine.number, &action("spoils")).await,
        ];
        for outcome in refused {
            assert_eq!(outcome.unwrap_err().kind, ErrorKind::NotFound);
        }
        // Who knows another's action gets nothing of its outcome.
        let order =
            Order { slot: free[1].clone(), vin: car.file.vin.clone(), work: Work::Service, note: String::new() };
        let theirs = self.desk.book(stranger, &order, &action("private")).await.expect("their own");
        assert_ne!(theirs.number, mine.number);
        assert!(self.listed(&mine.number).await);
        assert_eq!(self.desk.file(&self.mine.0, &self.mine.1.file.vin).await.expect("my car"), self.mine.1.file);
        let others = self.desk.file(&self.mine.0, &car.file.vin).await.unwrap_err();
        assert_eq!(others.kind, ErrorKind::NotFound);
    }

    async fn what_is_past_is_no_longer_listed(&self) {
        let slot = &self.free(1).await[0];
        let booked = self.book(slot, "soon-past").await;
        self.clock.advance(Duration::from_hours(24 * 90));
        assert!(self.desk.appointments(&self.mine.0).await.expect("appointments").is_empty());
        let found = self.desk.appointment(&self.mine.0, &booked.number).await.expect("it is still known");
        assert_eq!(found, booked);
        let late = self.desk.cancel(&self.mine.0, &booked.number, &action("too-late-to-cancel")).await.unwrap_err();
        assert_eq!(late.kind, ErrorKind::NotFound);
        let again = self.book(slot, "soon-past").await;
        assert_eq!(again, booked, "an old action gives its outcome for ever");
    }
}
