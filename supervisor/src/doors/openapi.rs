//! The description of the API, generated from the handlers themselves.

use contract::IdempotencyKey;
use serde_json::Value;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder, Schema};
use utoipa::{Modify, OpenApi};

use super::messages::{Envelope, Message, Numbered, Words};

/// What the handlers cannot say about themselves.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Motorline",
        description = "An automotive contact center that answers by itself. Every refusal is a problem body of RFC 9457 with a hint. \
            Who accepts application/cbor gets every answer in CBOR (RFC 8949), problems as application/problem+cbor with the same members.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(IdempotencyKey, Message, Numbered, Envelope, Words)),
    modifiers(&Credentials),
    tags(
        (name = "turns", description = "A customer says something, Motorline replies."),
        (name = "sessions", description = "What was said, and why."),
        (name = "desk", description = "For the people who take over: role operator or admin. Anybody else gets 403, whatever the address names."),
        (name = "boards", description = "For the people who work here: what was measured, which alarms are on, what to do about them."),
        (name = "me", description = "What is kept of a customer: theirs to see and to erase."),
        (name = "operation", description = "Whether it lives and could work."),
        (name = "admin", description = "For those who run the product: the audit trail, and customers who ask in writing."),
        (name = "demo", description = "Loopback only: the fictional customers.")
    )
)]
pub(super) struct Base;

/// The whole document.
pub fn document() -> Document {
    let mut document = super::router::described().into_openapi();
    for item in document.paths.paths.values_mut() {
        let methods = [&mut item.get, &mut item.post, &mut item.put, &mut item.delete];
        methods.into_iter().flatten().for_each(complete);
    }
    document
}

/// The whole document as JSON, in the words that generators of clients know.
pub(super) fn written() -> Vec<u8> {
    let mut document = serde_json::to_value(document()).unwrap_or_default();
    close_no_tuple(&mut document);
    serde_json::to_vec_pretty(&document).unwrap_or_default()
}

/// A pair is described by its two items, and by `items: false`, which says that there are no more. That is right, and many
/// generators break off at it.
fn close_no_tuple(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.contains_key("prefixItems") {
                fields.remove("items");
            }
            fields.values_mut().for_each(close_no_tuple);
        }
        Value::Array(items) => items.iter_mut().for_each(close_no_tuple),
        _ => {}
    }
}

/// Adds what holds for every operation: a header is there or not, but never null; and what may be answered besides what the
/// operation says of itself: a bad credential, too many requests, a defect.
fn complete(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        parameter.schema = parameter.schema.take().map(without_null);
    }
    operation.responses.responses.insert("default".into(), RefOr::T(refusal()));
}

fn without_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            if let SchemaType::Array(types) = &object.schema_type
                && let Some(named) = types.iter().find(|kind| **kind != Type::Null)
            {
                object.schema_type = SchemaType::Type(named.clone());
            }
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::OneOf(choices)) => {
            let named = choices.items.iter().find(|choice| matches!(choice, RefOr::Ref(_))).cloned();
            named.unwrap_or(RefOr::T(Schema::OneOf(choices)))
        }
        other => other,
    }
}

/// How callers prove who they are. Every operation takes visitors too.
struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut Document) {
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A customer's access token (JWT), or a token of the demonstration."))
            .build();
        let key = ApiKeyValue::with_description("X-Api-Key", "The key of a partner.");
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(token));
        components.add_security_scheme("api_key", SecurityScheme::ApiKey(ApiKey::Header(key)));
    }
}

fn refusal() -> Response {
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    ResponseBuilder::new().description("A refusal, with a hint.").content("application/problem+json", problem).build()
}
