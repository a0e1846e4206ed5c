//! TON Connect links: how an app asks a wallet to connect.
//!
//! The same query travels as `tc://?…`, behind a wallet's own address, or squeezed into the
//! `startapp` parameter of a Telegram link, which allows only letters, digits, `_` and `-`.

use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::bridge::Client;

const PREFIX: &str = "tonconnect-";
const VERSION: &str = "2";

/// What a link asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    Connect(Connect),
    /// Only brings the wallet to the front, where a request already waits.
    Wake,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connect {
    /// The app's session key.
    pub app: Client,
    pub request: ConnectRequest,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectRequest {
    pub manifest_url: String,
    pub items: Vec<Item>,
}

/// Something the app wants to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum Item {
    TonAddr,
    TonProof { payload: String },
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLink {
    #[error("this is not a TON Connect link")]
    NotALink,
    #[error("the link speaks version {0} of TON Connect; this wallet speaks 2")]
    Version(String),
    #[error("the link names no app")]
    NoApp,
    #[error("the link's request cannot be read: {0}")]
    Request(String),
}

/// Reads a link in any of its forms, or only its query.
pub fn parse(text: &str) -> Result<Link, BadLink> {
    let query = query_of(text);
    let fields = || form_urlencoded::parse(query.as_bytes());
    let field =
        |name: &str| fields().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let Some(request) = field("r") else {
        let known = fields().any(|(key, _)| matches!(&*key, "ret" | "v" | "id"));
        return if known { Ok(Link::Wake) } else { Err(BadLink::NotALink) };
    };
    match field("v") {
        Some(version) if version == VERSION => {}
        version => return Err(BadLink::Version(version.unwrap_or_else(|| "none".into()))),
    }
    let mut app = [0; 32];
    let id = field("id").ok_or(BadLink::NoApp)?;
    hex::decode_to_slice(id, &mut app).map_err(|_| BadLink::NoApp)?;
    let request =
        serde_json::from_str(&request).map_err(|error| BadLink::Request(error.to_string()))?;
    Ok(Link::Connect(Connect { app, request }))
}

fn query_of(text: &str) -> String {
    if let Some(encoded) = text.strip_prefix(PREFIX) {
        return decode_startapp(encoded);
    }
    let (_, query) = text.split_once('?').unwrap_or(("", text));
    let mut fields = form_urlencoded::parse(query.as_bytes());
    // Older SDKs open the wallet as an attachment.
    let startapp = fields.find(|(key, _)| key == "startapp" || key == "startattach");
    match startapp.as_ref().and_then(|(_, value)| value.strip_prefix(PREFIX)) {
        Some(encoded) => decode_startapp(encoded),
        None => query.to_owned(),
    }
}

/// The reverse of: `.`→`%2E`, `-`→`%2D`, `_`→`%5F`, `&`→`-`, `=`→`__`, `%`→`--`.
fn decode_startapp(encoded: &str) -> String {
    encoded.replace("--", "%").replace("__", "=").replace('-', "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    fn query() -> String {
        let request = r#"{"manifestUrl":"http://a-b.localhost:8080/tonconnect_manifest.json","items":[{"name":"ton_addr"},{"name":"ton_proof","payload":"ab_c"}]}"#;
        let request: String = form_urlencoded::byte_serialize(request.as_bytes()).collect();
        format!("v=2&id={APP}&r={request}&ret=back")
    }

    /// As `@tonconnect/sdk` encodes it (encodeTelegramUrlParameters).
    fn startapp(query: &str) -> String {
        query
            .replace('.', "%2E")
            .replace('-', "%2D")
            .replace('_', "%5F")
            .replace('&', "-")
            .replace('=', "__")
            .replace('%', "--")
            .replace('+', "--20")
    }

    #[test]
    fn all_forms_of_a_link_say_the_same() {
        let query = query();
        let encoded = startapp(&query);
        assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)));
        let plain = parse(&query).unwrap();
        let Link::Connect(connect) = &plain else { panic!("{plain:?}") };
        assert_eq!(hex::encode(connect.app), APP);
        assert_eq!(
            connect.request.manifest_url,
            "http://a-b.localhost:8080/tonconnect_manifest.json"
        );
        assert_eq!(
            connect.request.items,
            [Item::TonAddr, Item::TonProof { payload: "ab_c".into() }]
        );
        for link in [
            format!("tc://?{query}"),
            format!("https://wallet.example/ton-connect?{query}"),
            format!("tonconnect-{encoded}"),
            format!("https://t.me/sandbox_wallet/start?startapp=tonconnect-{encoded}"),
            format!("/sandbox_wallet/start?startapp=tonconnect-{encoded}"),
            format!("https://t.me/sandbox_wallet?startattach=tonconnect-{encoded}"),
        ] {
            assert_eq!(parse(&link).as_ref(), Ok(&plain), "{link}");
        }
    }

    #[test]
    fn a_link_without_a_request_only_wakes_the_wallet() {
        let link = "https://t.me/sandbox_wallet/start?startapp=tonconnect-ret__back";
        assert_eq!(parse(link), Ok(Link::Wake));
        assert_eq!(parse("https://t.me/sandbox_wallet?startapp=hello"), Err(BadLink::NotALink));
        assert_eq!(parse("hello"), Err(BadLink::NotALink));
    }

    #[test]
    fn other_versions_and_broken_requests_are_refused() {
        let other = query().replace("v=2", "v=3");
        assert_eq!(parse(&other), Err(BadLink::Version("3".into())));
        assert_eq!(parse(&query().replace("id=00", "id=0")), Err(BadLink::NoApp));
        let broken = format!("v=2&id={APP}&r=%7B%7D");
        assert!(matches!(parse(&broken), Err(BadLink::Request(_))));
    }
}
