//! The description of the API for programs (`/openapi.json`) and the problems for people
//! (`/problems/{slug}`).

use axum::{Router, http::header, response::Html, routing::get};

use crate::{
    app::App,
    extract::Path,
    problem::{Kind, Problem, Result},
};

pub fn router(spec: &str) -> Router<App> {
    let spec = spec.to_owned();
    Router::new()
        .route(
            "/openapi.json",
            get(|| async move { ([(header::CONTENT_TYPE, "application/json")], spec) }),
        )
        .route("/problems/{slug}", get(problem))
}

async fn problem(Path(slug): Path<String>) -> Result<Html<String>> {
    let kind = Kind::ALL.iter().find(|kind| kind.slug() == slug);
    let kind = kind.ok_or_else(|| Problem::not_found("problem of this name"))?;
    Ok(Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>\
         <h1>{title}</h1><p><code>{slug}</code>, HTTP status {status}.</p>\
         <p><a href=/docs>API documentation</a></p></html>",
        title = kind.title(),
        slug = kind.slug(),
        status = kind.status(),
    )))
}
