//! The files of the web client and of the operators' desk, embedded so that the binary alone serves them; the same files
//! work from any static host.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use include_dir::{Dir, include_dir};

use super::error::Problem;

static WEB: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/web");
static DESK: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../dashboards/desk");

pub(super) async fn index() -> Response {
    page(&WEB, "index.html")
}

pub(super) async fn file(Path(path): Path<String>) -> Response {
    page(&WEB, &path)
}

/// The desk without its slash: its files are named relative to it.
pub(super) async fn to_the_desk() -> Redirect {
    Redirect::permanent("/desk/")
}

pub(super) async fn desk() -> Response {
    page(&DESK, "index.html")
}

pub(super) async fn file_of_the_desk(Path(path): Path<String>) -> Response {
    page(&DESK, &path)
}

fn page(files: &Dir<'static>, path: &str) -> Response {
    let Some(file) = files.get_file(path) else {
        return not_found().into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type(path))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, file.contents()).into_response()
}

pub(super) fn not_found() -> Problem {
    Problem::protocol(
        StatusCode::NOT_FOUND,
        "there is nothing at this address",
        "GET /openapi.json lists the addresses",
    )
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}
