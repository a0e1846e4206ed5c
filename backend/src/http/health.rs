//! Whether this process is alive, and whether it is doing its work.

use axum::{Json, Router, extract::State, http::StatusCode, response::IntoResponse, routing::get};
use serde_json::json;

use crate::{app::App, watch};

pub fn router() -> Router<App> {
    Router::new().route("/health/live", get(live)).route("/health/ready", get(ready))
}

async fn live() -> impl IntoResponse {
    Json(json!({ "status": "ok" }))
}

/// Ready when the database answers and every task has made progress within its budget.
async fn ready(State(app): State<App>) -> impl IntoResponse {
    let database = app.db.snapshot().await.is_ok();
    let tasks = app.tasks.health();
    let chain = watch::report::health(&app).await;
    let ready = database && tasks.iter().all(|task| task.ok) && !app.stop.is_cancelled();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "status": if ready { "ok" } else { "not ready" },
        "database": { "engine": app.db.engine(), "ok": database },
        "chain": chain,
        "tasks": tasks,
    });
    (status, Json(body))
}
