//! The systems of the back office in DynamoDB, held to the suites of their ports on every service.

use std::sync::Arc;
use std::time::Duration;

use ::aws::dynamo::{DynamoHandoffs, DynamoOffers, DynamoServiceDesk, DynamoVehicles};
use backoffice::{Fleet, Handoffs, ServiceDesk, Vehicles};
use contract::ports::Clock;
use local::SqliteServiceDesk;

use super::dynamo::Bench;

const RETENTION: Duration = Duration::from_secs(30 * 24 * 3_600);

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_of_people_keeps_the_promises_of_the_port() {
    for bench in Bench::all("handoffs").await {
        eprintln!("{}", bench.endpoint);
        backoffice::testing::handoffs::check(|clock: Arc<dyn Clock>| -> Arc<dyn Handoffs> {
            Arc::new(DynamoHandoffs::new(&bench.config, &bench.prefix, clock, RETENTION))
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_desk_keeps_the_promises_of_the_port() {
    for bench in Bench::all("desk").await {
        eprintln!("{}", bench.endpoint);
        let directory = SqliteServiceDesk::demonstration().unwrap();
        let desk = DynamoServiceDesk::new(&bench.config, &bench.prefix, bench.clock.clone());
        for _ in 0..2 {
            desk.seed(&directory).await.unwrap();
        }
        backoffice::testing::service_desk::check(
            |clock: Arc<dyn Clock>| -> Arc<dyn ServiceDesk> {
                Arc::new(DynamoServiceDesk::new(&bench.config, &bench.prefix, clock))
            },
            &directory,
        )
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_imported_takes_the_place_of_what_was_known() {
    for bench in Bench::all("directory").await {
        eprintln!("{}", bench.endpoint);
        let directory = SqliteServiceDesk::demonstration().unwrap();
        let desk = DynamoServiceDesk::new(&bench.config, &bench.prefix, bench.clock.clone());
        backoffice::testing::directory::check(&desk, &directory, async |all| desk.import(&all).await).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn offers_keep_the_promises_of_the_port() {
    for bench in Bench::all("offers").await {
        eprintln!("{}", bench.endpoint);
        let store = DynamoOffers::new(&bench.config, &bench.prefix, bench.clock.clone());
        backoffice::testing::offers::check(&store).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cars_keep_the_promises_of_the_port() {
    for bench in Bench::all("cars").await {
        eprintln!("{}", bench.endpoint);
        backoffice::testing::vehicles::check(|clock: Arc<dyn Clock>| -> Arc<dyn Vehicles> {
            Arc::new(DynamoVehicles::new(&bench.config, &bench.prefix, clock, Fleet::demonstration().unwrap()))
        })
        .await;
    }
}
