//! The arguments of a Bot API call, however they were sent: query, form, multipart or JSON.

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Refusal;

/// A named bag of values. Forms send everything as text, so every reader takes text too.
#[derive(Default)]
pub struct Params {
    values: Map<String, Value>,
}

impl Params {
    /// Reads the query and the body of a request.
    pub async fn read(request: Request) -> Result<Self, Refusal> {
        let mut params = Self::default();
        if let Some(query) = request.uri().query() {
            params.read_form(query.as_bytes());
        }
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        if kind.starts_with("multipart/form-data") {
            params.read_multipart(request).await?;
        } else if kind.starts_with("application/json") {
            params.read_json(&body(request).await?)?;
        } else {
            params.read_form(&body(request).await?);
        }
        Ok(params)
    }

    fn read_form(&mut self, form: &[u8]) {
        for (name, value) in url::form_urlencoded::parse(form) {
            self.values.insert(name.into_owned(), Value::String(value.into_owned()));
        }
    }

    fn read_json(&mut self, body: &[u8]) -> Result<(), Refusal> {
        if body.is_empty() {
            return Ok(());
        }
        let read: Map<String, Value> = serde_json::from_slice(body)
            .map_err(|_| Refusal::bad_request("can't parse JSON object"))?;
        self.values.extend(read);
        Ok(())
    }

    /// Files become `data:` URLs, so that a message can hold its picture.
    async fn read_multipart(&mut self, request: Request) -> Result<(), Refusal> {
        let unreadable = |_| Refusal::bad_request("can't read the multipart body");
        let mut parts = Multipart::from_request(request, &())
            .await
            .map_err(|_| Refusal::bad_request("can't read the multipart body"))?;
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            let name = part.name().unwrap_or_default().to_owned();
            let is_file = part.file_name().is_some();
            let kind = part.content_type().unwrap_or("application/octet-stream").to_owned();
            let bytes = part.bytes().await.map_err(unreadable)?;
            let value = if is_file {
                format!("data:{kind};base64,{}", BASE64_STANDARD.encode(&bytes))
            } else {
                String::from_utf8_lossy(&bytes).into_owned()
            };
            self.values.insert(name, Value::String(value));
        }
        Ok(())
    }

    pub fn has(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|value| !value.is_null())
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        match self.values.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub fn text(&self, name: &str) -> Option<String> {
        match self.values.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    pub fn flag(&self, name: &str) -> bool {
        match self.values.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => matches!(text.to_ascii_lowercase().as_str(), "true" | "1"),
            _ => false,
        }
    }

    /// An object or array, sent as JSON or as text that holds JSON. Empty text means absent.
    pub fn object<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Refusal> {
        let value = match self.values.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map_err(|_| Refusal::bad_request(format!("can't parse {name} JSON object")))?,
            Some(value) => value.clone(),
        };
        serde_json::from_value(value)
            .map(Some)
            .map_err(|error| Refusal::bad_request(format!("can't parse {name}: {error}")))
    }

    /// What was sent, for the transcript. Pictures are shortened.
    pub fn to_json(&self) -> Value {
        let shorten = |value: &Value| match value {
            Value::String(text) if text.starts_with("data:") => Value::from("(a file)"),
            value => value.clone(),
        };
        Value::Object(
            self.values.iter().map(|(name, value)| (name.clone(), shorten(value))).collect(),
        )
    }
}

#[cfg(test)]
impl From<Value> for Params {
    fn from(value: Value) -> Self {
        let Value::Object(values) = value else { panic!("params are an object") };
        Self { values }
    }
}

async fn body(request: Request) -> Result<Bytes, Refusal> {
    Bytes::from_request(request, &())
        .await
        .map_err(|_| Refusal::new(413, "Request Entity Too Large"))
}
