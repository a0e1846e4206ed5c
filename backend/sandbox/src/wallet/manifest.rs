//! The app's manifest: how an app that wants to connect calls itself.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

const LARGEST: usize = 64 * 1024;
const TIMEOUT: Duration = Duration::from_secs(5);

/// An app as the person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct App {
    pub name: String,
    pub url: String,
    pub icon: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    url: String,
    name: String,
    icon_url: String,
}

#[derive(Debug, thiserror::Error)]
pub enum BadManifest {
    #[error("the manifest cannot be fetched: {0}")]
    NotFound(String),
    #[error("the manifest cannot be read: {0}")]
    Content(String),
}

impl BadManifest {
    /// The code of TON Connect's `connect_error`.
    pub fn code(&self) -> u16 {
        match self {
            Self::NotFound(_) => 2,
            Self::Content(_) => 3,
        }
    }
}

impl App {
    /// The domain that a proof for this app names: host and port of its address.
    pub fn domain(&self) -> String {
        let url = Url::parse(&self.url).expect("checked when the manifest was read");
        let host = url.host_str().unwrap_or_default();
        match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

/// A client that finds `alice.localhost` without asking any name server, and follows no redirects.
pub fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .dns_resolver(Arc::new(Localhost))
        .no_proxy()
        .build()
}

pub async fn fetch(client: &reqwest::Client, url: &str) -> Result<App, BadManifest> {
    let not_found = |error: reqwest::Error| BadManifest::NotFound(error.to_string());
    let answer = client.get(url).send().await.and_then(reqwest::Response::error_for_status);
    let mut chunks = answer.map_err(not_found)?.bytes_stream();
    let mut body = Vec::new();
    while let Some(chunk) = chunks.next().await {
        body.extend_from_slice(&chunk.map_err(not_found)?);
        if body.len() > LARGEST {
            return Err(BadManifest::Content("it is too large".to_owned()));
        }
    }
    read(&body)
}

fn read(body: &[u8]) -> Result<App, BadManifest> {
    let Manifest { url, name, icon_url } =
        serde_json::from_slice(body).map_err(|error| BadManifest::Content(error.to_string()))?;
    let has_host = Url::parse(&url)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
    if !has_host {
        return Err(BadManifest::Content(format!("{url:?} is not the address of an app")));
    }
    Ok(App { name, url, icon: icon_url })
}

/// Names under `localhost` are this machine (RFC 6761), whatever the system's resolver thinks.
struct Localhost;

impl Resolve for Localhost {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str();
            if host == "localhost" || host.ends_with(".localhost") {
                let here = SocketAddr::from(([127, 0, 0, 1], 0));
                return Ok(Box::new(std::iter::once(here)) as Addrs);
            }
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_has_the_port_only_if_the_address_has_it() {
        let domain = |url: &str| {
            App { name: String::new(), url: url.to_owned(), icon: String::new() }.domain()
        };
        assert_eq!(domain("http://localhost:8080"), "localhost:8080");
        assert_eq!(domain("https://pay.example/app"), "pay.example");
        assert_eq!(domain("https://pay.example:443"), "pay.example");
    }

    #[test]
    fn a_manifest_must_name_an_app_with_an_address() {
        let good = br#"{"url":"https://a.example","name":"A","iconUrl":"https://a.example/i.png"}"#;
        assert_eq!(read(good).unwrap().name, "A");
        let no_host = br#"{"url":"javascript:alert(1)","name":"A","iconUrl":""}"#;
        assert!(matches!(read(no_host), Err(BadManifest::Content(_))));
        assert_eq!(read(b"{}").unwrap_err().code(), 3);
    }

    #[tokio::test]
    async fn a_person_has_a_host_name_of_their_own() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let tasks = crate::tasks::Tasks::default();
        let route = axum::routing::get(|| async {
            r#"{"url":"http://localhost:1","name":"A","iconUrl":""}"#
        });
        let router = axum::Router::new().route("/manifest.json", route);
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        let url = format!("http://alice.localhost:{port}/manifest.json");
        assert_eq!(fetch(&client().unwrap(), &url).await.unwrap().domain(), "localhost:1");
        let missing = format!("http://alice.localhost:{port}/other.json");
        assert_eq!(fetch(&client().unwrap(), &missing).await.unwrap_err().code(), 2);
    }
}
