//! The pages one looks at the world through: the stage with everybody's phones, and one phone.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use url::Url;

/// Bytes and media type.
pub type Asset = (Cow<'static, [u8]>, Cow<'static, str>);
/// Finds a file of the built frontend by its path, such as `assets/stage-1a2b.js`.
pub type Assets = Arc<dyn Fn(&str) -> Option<Asset> + Send + Sync>;

const FOREVER: &str = "public, max-age=31536000, immutable";

#[derive(Clone)]
struct Pages {
    assets: Assets,
    policy: Arc<str>,
}

/// `here` and `service` are the origins of the world and of the service it frames.
pub fn router(assets: Assets, here: &Url, service: &Url) -> Router {
    let pages = Pages { assets, policy: policy(here, service).into() };
    Router::new()
        .route("/", get(|State(pages): State<Pages>| async move { pages.page("stage.html") }))
        .route("/phone", get(|State(pages): State<Pages>| async move { pages.page("phone.html") }))
        .route("/assets/{*path}", get(asset))
        .with_state(pages)
}

async fn asset(State(pages): State<Pages>, Path(path): Path<String>) -> Response {
    pages.file(&format!("assets/{path}"), FOREVER)
}

impl Pages {
    fn page(&self, name: &str) -> Response {
        let headers = [
            (CONTENT_SECURITY_POLICY, self.policy.to_string()),
            (REFERRER_POLICY, "no-referrer".to_owned()),
        ];
        (headers, self.file(name, "no-cache")).into_response()
    }

    fn file(&self, path: &str, caching: &'static str) -> Response {
        let Some((bytes, media_type)) = (self.assets)(path) else {
            return (StatusCode::NOT_FOUND, "There is no such page here.\n").into_response();
        };
        let headers: [(HeaderName, &str); 3] = [
            (CONTENT_TYPE, &media_type),
            (CACHE_CONTROL, caching),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        let bytes = match bytes {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        (headers, bytes).into_response()
    }
}

/// Every phone is an origin of its own (`alice.localhost`), framed by the stage; a phone frames
/// the Mini App, which is as many origins again on the service's port. The shop's terminal calls the
/// service's API.
fn policy(here: &Url, service: &Url) -> String {
    let (own, framed) = (hosts(here), hosts(service));
    format!(
        "default-src 'self'; img-src 'self' data: blob: {framed}; style-src 'self' 'unsafe-inline'; \
         script-src 'self'; connect-src 'self' {own} {framed}; frame-src 'self' {own} {framed}; \
         frame-ancestors 'self' {own}; base-uri 'none'; object-src 'none'; form-action 'none'"
    )
}

/// All the names under which a port of this machine is visited.
fn hosts(origin: &Url) -> String {
    let scheme = origin.scheme();
    let port = origin.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mut hosts: Vec<String> = ["localhost", "*.localhost", "127.0.0.1"]
        .iter()
        .map(|host| format!("{scheme}://{host}{port}"))
        .collect();
    let named = origin.origin().ascii_serialization();
    if !hosts.contains(&named) {
        hosts.push(named);
    }
    hosts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_may_frame_the_mini_app_of_their_own_person() {
        let here = Url::parse("http://127.0.0.1:8081").unwrap();
        let service = Url::parse("http://localhost:8080").unwrap();
        let policy = policy(&here, &service);
        assert!(policy.contains(
            "frame-src 'self' http://localhost:8081 http://*.localhost:8081 http://127.0.0.1:8081 \
             http://localhost:8080 http://*.localhost:8080 http://127.0.0.1:8080;"
        ));
        assert!(policy.contains("connect-src 'self' http://localhost:8081 "));
        let calls = policy.split("connect-src").nth(1).and_then(|rest| rest.split(';').next());
        assert!(calls.is_some_and(|calls| calls.contains("http://localhost:8080")));
        assert!(policy.contains("frame-ancestors 'self' http://localhost:8081 "));
    }
}
