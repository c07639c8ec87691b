//! All doors in one router: served by a socket at home, and by whatever else can serve a router.

use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;

use ::analytics::AnalyticsAgent;
use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use boards::Boards;
use contract::{Caller, IdempotencyKey};
use intent::IntentAgent;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::auth::Authentication;
use super::body::LARGEST_BODY;
use super::browsers::{self, Browsers};
use super::desk::{self, Desk};
use super::error::Problem;
use super::flights::{Admitted, Flights, Listener};
use super::gate::{counted, gate};
use super::limits::Limits;
use super::open::Open;
use super::patience::Patience;
use super::traced::traced;
use super::wire::TurnRequest;
use super::{
    ClientConfiguration, analytics, audit, boards as board_doors, client, demo, feedback, health, insights, memory,
    openapi, pages, privacy, rest, scrape, socket, tickets, translate, words,
};
use crate::erasure::Erasure;
use crate::learn::Lag;
use crate::measures;
use crate::settings::{Scrapers, Settings};
use crate::turn::Request;
use crate::wiring::Product;

/// What the doors share. Holds nothing of any request but who is how near to a limit.
#[derive(Clone)]
pub struct Doors {
    /// The product behind them.
    pub product: Product,
    /// What counts turns and ratings.
    pub analytics: Arc<AnalyticsAgent>,
    /// How callers are told apart.
    pub authentication: Authentication,
    /// What a client must know.
    pub client: Arc<ClientConfiguration>,
    /// Milliseconds until a reply is due.
    pub deadline_ms: u64,
    /// How far learning is behind.
    pub lag: Arc<Lag>,
    /// The turns under way.
    pub flights: Arc<Flights>,
    /// The boards and alarms of this deployment.
    pub boards: Arc<Boards>,
    /// What people who take over share.
    pub desk: Arc<Desk>,
    /// What is kept of one person, shown and erased.
    pub erasure: Erasure,
    /// How much callers may ask for.
    pub limits: Arc<Limits>,
    /// What is open.
    pub open: Open,
    /// Who may read what was measured.
    pub scrapers: Scrapers,
    /// How long is waited for a client.
    pub patience: Patience,
    /// What browsers are told.
    pub browsers: Arc<Browsers>,
    /// Cancelled when the process is going away: what lasts comes to its end.
    pub closing: CancellationToken,
}

impl Doors {
    /// The doors of a product, as the settings want them. With an issuer of tokens it must be called in a runtime.
    ///
    /// # Errors
    /// As [`Authentication::open`].
    pub fn over(product: Product, settings: &Settings) -> contract::Result<Self> {
        let desk = Arc::new(Desk::open(settings.handoff)?);
        let time_and_chance = (product.clock.clone(), product.entropy.clone());
        let erasure = Erasure::over(&product.oversight, vec![desk.clone()], time_and_chance, settings.turn.deadline);
        Ok(Self {
            analytics: Arc::new(AnalyticsAgent::new(IntentAgent::shipped_labels()?)?),
            authentication: Authentication::open(settings, product.clock.clone())?,
            boards: Arc::new(Boards::shipped(&settings.deployment)?),
            client: Arc::new(ClientConfiguration::from(settings)),
            deadline_ms: settings.turn.deadline.as_millis().try_into().unwrap_or(u64::MAX),
            lag: Arc::default(),
            flights: Arc::new(Flights::new(product.supervisor.clone(), desk.clone(), settings.stream_grace)),
            desk,
            erasure,
            limits: Arc::new(Limits::new(settings.limits.clone(), product.clock.clone())),
            open: Open::default(),
            scrapers: settings.oversight.scrapers,
            patience: Patience { grace: settings.grace, ..Patience::default() },
            browsers: Arc::new(Browsers::of(settings)),
            closing: CancellationToken::new(),
            product,
        })
    }

    /// Lets in a turn that a caller sent from an address, if no limit is reached.
    ///
    /// # Errors
    /// 422, naming the field; 429 or 503, naming the limit.
    pub(super) fn admit(
        &self,
        caller: Caller,
        address: Option<IpAddr>,
        key: Option<IdempotencyKey>,
        wanted: TurnRequest,
    ) -> Result<Admitted, Problem> {
        self.place(self.checked(caller, key, wanted)?, address)
    }

    /// Lets in a turn that is to be told as it goes, and returns its key and what is told behind the message that the
    /// client has `seen` last. A client that comes back to a turn under way asks for nothing new: no limit counts it.
    ///
    /// # Errors
    /// As [`Self::admit`]; 422 too when the key is under way with another body.
    pub(crate) fn listen(
        &self,
        (caller, address): (Caller, Option<IpAddr>),
        key: Option<IdempotencyKey>,
        wanted: TurnRequest,
        seen: u64,
    ) -> Result<(IdempotencyKey, Listener), Problem> {
        let request = self.checked(caller, key, wanted)?;
        let key = request.key.clone();
        let listener = match self.flights.rejoin(&request, seen)? {
            Some(listener) => listener,
            None => self.flights.listen(self.place(request, address)?, seen)?,
        };
        Ok((key, listener))
    }

    /// Counts what is turned away.
    pub(super) fn turned_away<T>(&self, outcome: Result<T, Problem>) -> Result<T, Problem> {
        outcome.inspect_err(|problem| self.product.metrics.record(&[measures::of_refusal(problem.status)]))
    }

    fn checked(&self, caller: Caller, key: Option<IdempotencyKey>, wanted: TurnRequest) -> Result<Request, Problem> {
        let Product { clock, entropy, .. } = &self.product;
        Ok(wanted.admit(caller, key, self.deadline_ms, &**clock, &**entropy)?)
    }

    fn place(&self, request: Request, address: Option<IpAddr>) -> Result<Admitted, Problem> {
        let permit = self.turned_away(self.limits.admit(&request.turn.caller, address, &request.turn.session))?;
        Ok(Admitted { request, permit })
    }
}

/// The router of all doors.
pub fn router(doors: Doors) -> Router {
    let (api, _) = described().split_for_parts();
    // Written once: it never changes while the process lives.
    let document = Bytes::from(openapi::written());
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let pages_and_api = api
        .route("/openapi.json", get(move || async move { (json, document) }))
        .with_state(doors.clone())
        .route("/", get(pages::index))
        .route("/desk", get(pages::to_the_desk))
        .route("/desk/", get(pages::desk))
        .route("/desk/{*path}", get(pages::file_of_the_desk))
        .route("/{*path}", get(pages::file))
        .fallback(|| async { pages::not_found() })
        .method_not_allowed_fallback(|| async {
            let hint = "GET /openapi.json lists the methods of each address";
            Problem::protocol(StatusCode::METHOD_NOT_ALLOWED, "this method is not for this address", hint)
        })
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(doors.clone(), gate))
        .layer(CatchPanicLayer::custom(|cause: Box<dyn Any + Send>| panicked(&*cause)))
        .layer(from_fn_with_state(doors.clone(), counted))
        .layer(from_fn(translate::answers))
        .layer(from_fn_with_state(doors.clone(), traced));
    browsers::told(pages_and_api, &doors)
}

/// The routes that describe themselves.
pub(super) fn described() -> OpenApiRouter<Doors> {
    OpenApiRouter::with_openapi(openapi::Base::openapi())
        .merge(rest::routes())
        .merge(scrape::routes())
        .merge(analytics::routes())
        .merge(feedback::routes())
        .merge(insights::routes())
        .merge(words::routes())
        .merge(board_doors::routes())
        .merge(desk::routes())
        .merge(socket::routes())
        .merge(tickets::routes())
        .merge(memory::routes())
        .merge(privacy::routes())
        .merge(audit::routes())
        .merge(health::routes())
        .merge(client::routes())
        .merge(demo::routes())
}

/// A defect in a handler: the client gets a problem, the log gets the cause, every other request goes on.
fn panicked(cause: &(dyn Any + Send)) -> Response {
    let words = cause.downcast_ref::<&str>().copied().or_else(|| cause.downcast_ref::<String>().map(String::as_str));
    tracing::error!(cause = words.unwrap_or("unknown"), "a handler panicked");
    let detail = "something broke while answering this request";
    Problem::protocol(StatusCode::INTERNAL_SERVER_ERROR, detail, "the same request may be sent again").into_response()
}
