//! For whoever builds a shop: `remit listen` brings events to a server on this machine, `remit trigger`
//! makes them happen in the sandbox, and `remit pay` pays an invoice there, well or badly. All are clients
//! of the API like any other. `remit verify-receipt` is for everybody who is shown a receipt.

pub mod listen;
pub mod pay;
pub mod trigger;
pub mod verify;

use anyhow::{Context, bail};
use reqwest::{Client, Method};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{base::config::Access, run::serve};

/// The feed does not know the number it was asked to go on from.
#[derive(Debug, thiserror::Error)]
#[error("the service was restored from an older copy; its feed goes on after number {last_seq}")]
struct UnknownPosition {
    last_seq: i64,
}

/// A service, and a merchant's key to it.
struct Remote {
    http: Client,
    base: String,
    key: String,
}

impl Remote {
    fn new(access: &Access) -> anyhow::Result<Self> {
        Self::at(&access.service, access.api_key.reveal())
    }

    /// Without a key, it is left out.
    fn at(base: &str, key: &str) -> anyhow::Result<Self> {
        let base = base.trim_end_matches('/').to_owned();
        Ok(Self { http: serve::client()?, base, key: key.to_owned() })
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        Ok(serde_json::from_value(self.ask(Method::GET, path, None).await?)?)
    }

    async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.ask(Method::POST, path, Some(body)).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let url = format!("{}{path}", self.base);
        let mut request = self.http.request(method, &url);
        if !self.key.is_empty() {
            request = request.bearer_auth(&self.key);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.with_context(|| format!("{url} does not answer"))?;
        let status = response.status();
        let answer: Value = response.json().await.with_context(|| format!("{url}: {status}"))?;
        if let Some(last_seq) = answer["last_seq"].as_i64()
            && answer["type"] == "/problems/unknown-position"
        {
            bail!(UnknownPosition { last_seq });
        }
        if !status.is_success() {
            let said = answer["detail"].as_str().or(answer["error"].as_str()).unwrap_or_default();
            bail!("{url}: {status}: {said}");
        }
        Ok(answer)
    }
}
