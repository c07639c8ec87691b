//! The same of the systems of the house: the service desk and the cars.

use std::sync::atomic::{AtomicU64, Ordering};

use ::aws::dynamo::{DynamoServiceDesk, DynamoVehicles};
use backoffice::service_desk::{Directory, Order, OwnedCar, VehicleFile, Wanted};
use backoffice::vehicles::{Command, Reading};
use backoffice::{Fleet, ServiceDesk, Vehicles};
use contract::testing::{access, personal_data};
use contract::{ActionId, Caller, TurnId, Vin};
use local::SqliteServiceDesk;

use crate::aws::dynamo::Bench;

#[tokio::test(flavor = "multi_thread")]
async fn the_service_desk_keeps_the_promises_of_personal_data_and_frees_the_slot() {
    for bench in Bench::all("desks").await {
        eprintln!("{}", bench.endpoint);
        let desk = DynamoServiceDesk::new(&bench.config, &bench.prefix, bench.clock.clone());
        let directory = SqliteServiceDesk::demonstration().unwrap();
        let car = directory.cars[0].file.clone();
        desk.seed(&Directory { cars: Vec::new(), ..directory.clone() }).await.unwrap();
        let dealer = directory.dealers[0].clone();
        let (work, from) = (dealer.work[0], "2026-11-03T00:00:00".parse().unwrap());
        let until = "2026-12-20T00:00:00".parse().unwrap();
        let wanted = Wanted { dealer: dealer.id, work, from, until, limit: 50 };
        let free = desk.slots(&wanted).await.unwrap();
        let number = AtomicU64::new(0);
        let plant = async |caller: &Caller, word: &str| {
            let access = caller.access().unwrap();
            let count = number.fetch_add(1, Ordering::Relaxed);
            let vin = Vin::new(format!("WVELDRA{:010}", 900 + count)).unwrap();
            let file = VehicleFile { vin: vin.clone(), ..car.clone() };
            let cars = vec![OwnedCar { owner: access.customer().clone(), file }];
            desk.import(&Directory { dealers: Vec::new(), cars }).await.unwrap();
            let slot = desk.slots(&wanted).await.unwrap()[0].clone();
            let order = Order { vin, work, slot, note: word.into() };
            let action = ActionId::of(&TurnId::new(word).unwrap(), "servicing", 0);
            desk.book(&access, &order, &action).await.unwrap();
            word.to_owned()
        };
        personal_data::check(&desk, plant).await;
        assert_eq!(desk.appointments(&access("ada")).await.unwrap(), []);
        let left = desk.slots(&wanted).await.unwrap();
        assert!(free.len() - left.len() <= 1, "what Ada had is free again; Ben has one bay: {left:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cars_keep_the_promises_of_personal_data() {
    for bench in Bench::all("commands").await {
        eprintln!("{}", bench.endpoint);
        let fleet = Fleet::demonstration().unwrap();
        let own = |owner: &str| {
            let mut cars = fleet.cars().filter(|(_, customer, ..)| *customer == owner).map(|(vin, ..)| vin.to_owned());
            Vin::new(cars.next().unwrap()).unwrap()
        };
        let cars =
            DynamoVehicles::new(&bench.config, &bench.prefix, bench.clock.clone(), Fleet::demonstration().unwrap());
        let plant = async |caller: &Caller, word: &str| {
            let access = caller.access().unwrap();
            let action = ActionId::of(&TurnId::new(word).unwrap(), "cockpit", 0);
            let signal = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature".to_owned();
            let warm = Command { signal, value: Reading::Number(21.0) };
            cars.command(&access, &own(access.customer().as_str()), &[warm], &action).await.unwrap();
            action.to_string()
        };
        personal_data::check(&cars, plant).await;
    }
}
