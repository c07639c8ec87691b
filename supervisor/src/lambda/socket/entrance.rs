//! Lets a client in: who it is, is decided once, when its socket is opened.

use aws_lambda_events::apigw::{ApiGatewayWebsocketProxyRequest, ApiGatewayWebsocketProxyRequestContext};
use axum::http::Request;
use axum::http::request::Parts;

use super::{SocketDoor, connection};
use crate::doors::address::Peer;
use crate::doors::auth::Verified;
use crate::doors::browsers::OverTls;
use crate::doors::error::Problem;
use crate::doors::socket::entrance::Entrance;
use crate::lambda::gateway::claims;

/// The name of a ticket in the address.
const TICKET: &str = "ticket";

impl SocketDoor {
    /// Remembers who is at the other end of a new socket. It is open only once this has returned: nothing can be sent yet.
    pub(super) async fn admit(&self, event: &ApiGatewayWebsocketProxyRequest) -> Result<(), Problem> {
        let ticket = event.query_string_parameters.first(TICKET);
        let Entrance { caller, address } = Entrance::with(ticket, &mut handshake(event), &self.doors).await?;
        self.doors.limits.knocked(address)?;
        Ok(self.connections.put(connection(&event.request_context)?, &caller, address).await?)
    }
}

/// The request by which the client asked for the socket, as the doors at home get it.
fn handshake(event: &ApiGatewayWebsocketProxyRequest) -> Parts {
    let (mut request, ()) = Request::new(()).into_parts();
    // Of a header that came twice, the plain ones hold only the last: which of two credentials counts is not ours to choose.
    let all = if event.multi_value_headers.is_empty() { &event.headers } else { &event.multi_value_headers };
    request.headers = all.clone();
    if let Some(claims) = claims(&event.request_context) {
        request.extensions.insert(Verified(claims));
    }
    if let Some(peer) = source(&event.request_context) {
        request.extensions.insert(peer);
    }
    // API Gateway serves nothing else.
    request.extensions.insert(OverTls);
    request
}

/// The other end of the connection to the gateway, as it saw it.
fn source(context: &ApiGatewayWebsocketProxyRequestContext) -> Option<Peer> {
    context.identity.source_ip.as_deref()?.parse().ok().map(Peer)
}
