//! What the agent says of the customer's own car.

use std::sync::Arc;

use contract::turn::{Location, VehicleState};

use super::{ADA, Agent, Room, hear};

#[tokio::test]
async fn what_is_known_of_the_car_is_said_first_and_the_library_may_add() {
    let room = Room::open().await;
    let due = room.ask("ada", "service_interval", "when is my next service due").await;
    assert!(
        due.said.starts_with("The next service of your 2025 Veldra Lumen is due by 18 March 2027 or at 30,000 km"),
        "{}",
        due.said
    );
    assert!(!due.closes && due.actions.is_empty());
    let soon = room.ask("hiro", "service_interval", "is my car due for a service").await;
    assert!(soon.said.contains("due soon: by 17 November 2026") && soon.summary().contains("Bristol"), "{}", soon.said);
    let recall = room.ask("ada", "recall", "is there a recall on my car").await;
    assert!(recall.said.starts_with("Recall VR-2026-014 is open"), "{}", recall.said);
    assert!(recall.summary().starts_with("Book a recall repair for your 2025 Veldra Lumen"), "{}", recall.summary());
    let danger = room.ask("jack", "recall", "any recalls?").await;
    assert!(
        danger.said.starts_with("Do not drive your 2021 Veldra Corran") && danger.actions.is_empty(),
        "{}",
        danger.said
    );
    let none = room.ask("liam", "recall", "any recalls?").await;
    assert!(none.said.contains("no open recall") && !none.closes);
    let warranty = room.ask("ben", "warranty", "is my car still under warranty").await;
    assert!(
        warranty.said.contains("vehicle warranty of your 2022 Veldra Corran ended on 20 May 2026"),
        "{}",
        warranty.said
    );
    assert!(
        warranty.said.contains("battery warranty of your 2022 Veldra Corran runs until 20 May 2030"),
        "{}",
        warranty.said
    );
}

#[tokio::test]
async fn the_named_car_is_meant_and_what_the_car_reports_counts() {
    let room = Room::open().await;
    let corran = room.ask("emma", "service_booking", "book a service for my Corran").await;
    assert!(corran.summary().contains("2021 Veldra Corran at Veldra Centre Birmingham"), "{}", corran.summary());
    let first = room.ask("emma", "service_booking", "book a service").await;
    assert!(first.summary().contains("2025 Veldra Lumen"), "{}", first.summary());
    let mut context = room.context("ada", "service_interval", "when is my next service due", None).await;
    let state = VehicleState {
        vin: Some(ADA.into()),
        odometer_km: Some(29_000.0),
        location: Some(Location { lat: 51.45, lon: -2.59 }),
        ..VehicleState::default()
    };
    context.turn = Arc::new(contract::Turn { vehicle: Some(state), ..(*context.turn).clone() });
    let heard = hear(room.agent.run(&context).await.unwrap());
    assert!(heard.said.contains("due soon") && heard.said.contains("29,000 km"), "{}", heard.said);
    assert!(heard.summary().contains("Veldra Centre Bristol"), "the nearest: {}", heard.summary());
}
