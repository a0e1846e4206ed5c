//! Whether this process is alive, and whether it is doing its work.

use axum::{Json, Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use serde_json::json;

use crate::{base::app::App, shells::watch};

pub fn router() -> Router<App> {
    Router::new().route("/health/live", get(live)).route("/health/ready", get(ready))
}

async fn live() -> impl IntoResponse {
    Json(json!({ "status": "ok" }))
}

/// Ready when the database can be read and, as far as was seen lately, written, and every task has made
/// progress within its budget.
async fn ready(State(app): State<App>) -> impl IntoResponse {
    let trouble = app.db.trouble().await;
    let tasks = app.tasks.health();
    let chain = watch::report::health(&app).await;
    let ready = trouble.is_none() && tasks.iter().all(|task| task.ok) && !app.stop.is_cancelled();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if ready { "ok" } else { "not ready" },
        "database": { "engine": app.db.engine(), "ok": trouble.is_none(), "error": trouble.map(|t| t.to_string()) },
        "chain": chain,
        "tasks": tasks,
    });
    (status, Json(body))
}
