//! What sockets need of AWS: tickets and connections in DynamoDB, and posts to the sockets that an API Gateway holds.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::aws::deployment;
use ::aws::dynamo::{Connection, DynamoConnections, DynamoTickets};
use ::aws::{GatewaySockets, Posted};
use aws_sdk_dynamodb::types::AttributeValue;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use contract::ports::{Clock, TicketHash, Tickets};
use contract::testing::{ManualClock, customer};
use contract::{Caller, ErrorKind};
use tokio::net::TcpListener;

use super::config;
use super::dynamo::Bench;

const TWO_HOURS: Duration = Duration::from_secs(2 * 60 * 60);

#[tokio::test(flavor = "multi_thread")]
async fn tickets_keep_the_promises_of_the_port() {
    for bench in Bench::all("tickets").await {
        eprintln!("{}", bench.endpoint);
        contract::testing::tickets::check(|clock: Arc<dyn Clock>| {
            Arc::new(DynamoTickets::new(&bench.config, &bench.prefix, clock))
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_processes_one_redeems_a_ticket() {
    for bench in Bench::all("ticket-race").await {
        let hash = TicketHash("contested".into());
        let store = || DynamoTickets::new(&bench.config, &bench.prefix, bench.clock.clone());
        let expires = bench.clock.now().checked_add(TWO_HOURS).unwrap();
        store().keep(&hash, &customer("ada"), expires).await.unwrap();
        let racers = (0..16).map(|_| {
            let (store, hash) = (store(), hash.clone());
            tokio::spawn(async move { store.redeem(&hash).await.expect("an answer") })
        });
        let outcomes = futures::future::join_all(racers).await;
        let entered: Vec<Caller> = outcomes.into_iter().filter_map(Result::unwrap).collect();
        assert_eq!(entered, [customer("ada")], "{}", bench.endpoint);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_known_until_it_is_closed_or_would_be() {
    for bench in Bench::all("connections").await {
        let connections = DynamoConnections::new(&bench.config, &bench.prefix, bench.clock.clone());
        connections.ready().await.unwrap();
        assert_eq!(connections.get("L0SM9cOFvHcCIhw=").await.unwrap(), None);
        let address = Some("192.0.2.1".parse().unwrap());
        for (id, caller, address) in
            [("L0SM9cOFvHcCIhw=", customer("ada"), address), ("visitor=", Caller::Anonymous, None)]
        {
            connections.put(id, &caller, address).await.unwrap();
            let expected = Connection { caller, address, connected: bench.clock.now() };
            assert_eq!(connections.get(id).await.unwrap(), Some(expected), "{}", bench.endpoint);
        }
        connections.delete("visitor=").await.unwrap();
        connections.delete("visitor=").await.unwrap();
        assert_eq!(connections.get("visitor=").await.unwrap(), None);
        bench.clock.advance(TWO_HOURS);
        assert_eq!(connections.get("L0SM9cOFvHcCIhw=").await.unwrap(), None, "API Gateway has closed it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn items_of_sockets_expire_and_hold_no_ticket() {
    for bench in Bench::all("socket-items").await {
        let (now, minute) = (bench.clock.now(), Duration::from_secs(60));
        let tickets = DynamoTickets::new(&bench.config, &bench.prefix, bench.clock.clone());
        tickets.keep(&TicketHash("abc".into()), &customer("ada"), now.checked_add(minute).unwrap()).await.unwrap();
        let ticket = bench.raw("sessions", "TICK#abc", "META").await.unwrap();
        assert_eq!(ticket["expires_at"], AttributeValue::N((now.as_second() + 60).to_string()));
        let mut names: Vec<&str> = ticket.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["caller", "expires_at", "expires_ms", "pk", "sk"]);
        let connections = DynamoConnections::new(&bench.config, &bench.prefix, bench.clock.clone());
        connections.put("abc=", &customer("ada"), None).await.unwrap();
        let connection = bench.raw("sessions", "CONN#abc=", "META").await.unwrap();
        assert_eq!(connection["expires_at"], AttributeValue::N((now.as_second() + 7_200).to_string()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_not_there_is_unavailable() {
    let config = config("http://127.0.0.1:9").await;
    let store = DynamoTickets::new(&config, "nowhere", Arc::new(ManualClock::default()));
    assert_eq!(store.redeem(&TicketHash("any".into())).await.unwrap_err().kind, ErrorKind::Unavailable);
    assert_eq!(store.ready().await.unwrap_err().kind, ErrorKind::Unavailable);
}

/// The @connections API of one gateway: gives the next of the answers that it was told, and keeps what was posted.
#[derive(Clone, Default)]
struct Gateway {
    answers: Arc<Mutex<VecDeque<(u16, &'static str)>>>,
    posted: Arc<Mutex<Vec<(String, String)>>>,
}

impl Gateway {
    /// A gateway that answers so, one after the other, and its address with the stage.
    async fn answering(answers: &[(u16, &'static str)]) -> (Self, String) {
        let gateway = Self::default();
        gateway.answers.lock().unwrap().extend(answers);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/prod", listener.local_addr().unwrap());
        let routes = Router::new().route("/prod/@connections/{id}", post(answer).delete(answer));
        let router = routes.with_state(gateway.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (gateway, endpoint)
    }
}

async fn answer(State(gateway): State<Gateway>, Path(id): Path<String>, body: Bytes) -> Response {
    gateway.posted.lock().unwrap().push((id, String::from_utf8(body.to_vec()).unwrap()));
    let (status, kind) = gateway.answers.lock().unwrap().pop_front().unwrap_or((200, ""));
    (StatusCode::from_u16(status).unwrap(), [("x-amzn-errortype", kind)]).into_response()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_arrives_or_says_why_not() {
    let throttled = (429, "LimitExceededException");
    let (gateway, endpoint) =
        Gateway::answering(&[(200, ""), throttled, throttled, (200, ""), (410, ""), (403, "ForbiddenException")]).await;
    let socket = GatewaySockets::new(&config("http://127.0.0.1:9").await).socket(&endpoint, "L0SM9cOFvHcCIhw=");
    assert_eq!(socket.post("one".into()).await.unwrap(), Posted::Sent);
    assert_eq!(socket.post("two".into()).await.unwrap(), Posted::Sent, "throttling passes");
    assert_eq!(socket.post("three".into()).await.unwrap(), Posted::Gone);
    let refused = socket.post("four".into()).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Refused);
    assert!(refused.hint.unwrap().contains("execute-api:ManageConnections"));
    let posted = gateway.posted.lock().unwrap().clone();
    let texts: Vec<&str> = posted.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["one", "two", "two", "two", "three", "four"], "each in its turn");
    assert!(posted.iter().all(|(id, _)| id == "L0SM9cOFvHcCIhw="));
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_without_an_end_is_given_up() {
    let (gateway, endpoint) = Gateway::answering(&[(429, "LimitExceededException"); 20]).await;
    let socket = GatewaySockets::new(&config("http://127.0.0.1:9").await).socket(&endpoint, "any=");
    let error = socket.post("one".into()).await.unwrap_err();
    assert!(error.kind == ErrorKind::Busy && error.retry_after.is_some(), "{error:?}");
    assert_eq!(gateway.posted.lock().unwrap().len(), 4);
    assert_eq!(socket.close().await.unwrap_err().kind, ErrorKind::Busy, "closing is throttled alike");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_not_there_is_unavailable() {
    let socket = GatewaySockets::new(&config("http://127.0.0.1:9").await).socket("http://127.0.0.1:9/prod", "any=");
    assert_eq!(socket.post("one".into()).await.unwrap_err().kind, ErrorKind::Unavailable);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_of_a_deployment_names_what_sockets_miss() {
    for bench in Bench::all("socket-check").await {
        let absent = deployment::sockets(&bench.config, "absent").await;
        assert!(absent.iter().all(|check| check.missing.is_some()), "{absent:?}");
        let there = deployment::sockets(&bench.config, &bench.prefix).await;
        assert!(there.len() == absent.len() && there.iter().all(|check| check.missing.is_none()), "{there:?}");
        assert_eq!(bench.raw("sessions", "deploy-check", "deploy-check").await, None, "looking has written");
    }
    let config = config("http://127.0.0.1:9").await;
    for (answer, fine) in
        [((410, ""), true), ((400, "BadRequestException"), true), ((403, "ForbiddenException"), false)]
    {
        let (_, endpoint) = Gateway::answering(&[answer]).await;
        let check = deployment::gateway(&config, &endpoint).await;
        assert_eq!(check.missing.is_none(), fine, "{check:?}");
        assert!(check.what.contains("execute-api:ManageConnections"));
    }
}
