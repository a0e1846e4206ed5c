//! A client that believes nothing: every answer is checked against the published description.

use std::sync::LazyLock;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// The service's API, with or without a credential.
#[derive(Clone)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    authorization: Option<String>,
    account: Option<String>,
}

/// An answer whose shape has been checked.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(&remit::shells::http::openapi()).expect("the description is JSON")
});

impl Api {
    pub fn new(http: reqwest::Client, base: &str) -> Self {
        Self { http, base: base.to_owned(), authorization: None, account: None }
    }

    #[must_use]
    pub fn with(&self, authorization: impl Into<String>) -> Self {
        Self { authorization: Some(authorization.into()), ..self.clone() }
    }

    /// The same person, acting for a store.
    #[must_use]
    pub fn for_account(&self, id: &str) -> Self {
        Self { account: Some(id.to_owned()), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// A request to be changed before it is sent; see [`Api::answer`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        let request = match &self.authorization {
            Some(value) => request.header("authorization", value),
            None => request,
        };
        match &self.account {
            Some(id) => request.header("remit-account", id),
            None => request,
        }
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.request(method.clone(), path);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        self.answer(method, path, request).await
    }

    pub async fn answer(&self, method: Method, path: &str, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("the service answers");
        let status = response.status();
        let text = response.text().await.expect("the answer arrives whole");
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or_else(|_| panic!("{method} {path}: {text}"))
        };
        assert!(!status.is_server_error() || status == 503, "{method} {path}: {status} {body}");
        let answer = Answer { status, body };
        answer.check(&method, path);
        answer
    }
}

impl Answer {
    /// The body of a success.
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.body);
        self.body
    }

    /// The slug of a problem.
    pub fn problem(self) -> String {
        assert!(!self.status.is_success(), "no problem: {}", self.body);
        let kind = self.body["type"].as_str().expect("a problem has a type");
        kind.trim_start_matches("/problems/").to_owned()
    }

    /// Holds the answer against what the description says of this path, method and status.
    fn check(&self, method: &Method, path: &str) {
        let path = path.split('?').next().unwrap_or_default();
        let Some(operation) = operation(method, path) else { return };
        let responses = &operation["responses"];
        let status = self.status.as_u16();
        let exact = &responses[status.to_string()];
        let described =
            if exact.is_null() { &responses[format!("{}XX", status / 100)] } else { exact };
        assert!(!described.is_null(), "{method} {path}: status {status} is not described");
        let Some(content) = described["content"].as_object() else {
            assert!(self.body.is_null(), "{method} {path}: a body where none is described");
            return;
        };
        let schema = &content.values().next().expect("a described body has a type")["schema"];
        let mut root = schema.clone();
        root["components"] = DESCRIPTION["components"].clone();
        let validator = jsonschema::draft202012::new(&root).expect("the schema is one");
        let wrong: Vec<String> = validator
            .iter_errors(&self.body)
            .map(|e| format!("{}: {e}", e.instance_path))
            .collect();
        assert!(wrong.is_empty(), "{method} {path} ({status}): {wrong:#?}\n{}", self.body);
    }
}

/// What the description says of a method on a path, whatever ids stand in it.
fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let given: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let parts: Vec<&str> = template.split('/').collect();
        parts.len() == given.len()
            && parts.iter().zip(&given).all(|(part, given)| part.starts_with('{') || part == given)
    };
    let paths = DESCRIPTION["paths"].as_object().expect("the description has paths");
    let mut fitting: Vec<_> = paths.iter().filter(|(template, _)| fits(template)).collect();
    fitting.sort_by_key(|(template, _)| template.matches('{').count());
    let name = method.as_str().to_lowercase();
    fitting.into_iter().find_map(|(_, operations)| operations.get(&name))
}

/// An empty JSON object, for posts that carry nothing.
pub fn nothing() -> Value {
    json!({})
}
