//! The description of the API, generated from the handlers themselves.

use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;

/// What the handlers cannot say about themselves.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Motorline",
        description = "An automotive contact center that answers by itself. Every refusal is a problem body of RFC 9457 with a hint.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "turns", description = "A customer says something, Motorline replies."),
        (name = "sessions", description = "What was said, and why."),
        (name = "operation", description = "Whether it lives and could work."),
        (name = "demo", description = "Loopback only: the fictional customers.")
    )
)]
pub(super) struct Base;

/// The whole document.
pub fn document() -> Document {
    super::router::described().into_openapi()
}
