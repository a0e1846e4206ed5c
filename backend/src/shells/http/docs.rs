//! The API, described: for programs at `/openapi.json`, for people at `/docs`, and every problem at
//! `/problems/{slug}`. The page for people is made from the description itself, so it cannot lag behind.

use std::fmt::Write;

use axum::{
    Router,
    http::{HeaderValue, header},
    middleware,
    response::Html,
    routing::get,
};
use serde_json::Value;

use super::Openness;
use crate::base::{
    app::App,
    web::{
        extract::Path,
        problem::{Kind, Problem, Result},
    },
};

/// Words and curls that no description can generate.
const GUIDE: &str = include_str!("docs/guide.html");
/// What the guide tells a shop to do is what the tests do: these are their files.
const VERIFY: [(&str, &str); 4] = [
    ("{{verify.mjs}}", include_str!("../../../../tests/foreign/verify.mjs")),
    ("{{verify.py}}", include_str!("../../../../tests/foreign/verify.py")),
    ("{{verify.rs}}", include_str!("../../../../tests/src/verify.rs")),
    ("{{receipt.mjs}}", include_str!("../../../../tests/foreign/receipt.mjs")),
];
const STYLE: &str = include_str!("docs/style.css");

pub fn router(app: &App, spec: &str) -> Router<App> {
    let page = page(spec, &app.settings.public_url);
    let spec = spec.to_owned();
    // The page is text and its own style: nothing else may run on it.
    let policy = HeaderValue::from_static(
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    );
    Router::new()
        .route("/docs", get(|| async move { (Openness::Kept.headers(), Html(page)) }))
        .route("/problems/{slug}", get(problem))
        .layer(middleware::from_fn_with_state(policy, super::with_policy))
        .route(
            "/openapi.json",
            get(|| async move {
                let kind = [(header::CONTENT_TYPE, "application/json")];
                (kind, Openness::Shown.headers(), spec)
            }),
        )
}

async fn problem(Path(slug): Path<String>) -> Result<Html<String>> {
    let kind = Kind::ALL.iter().find(|kind| kind.slug() == slug);
    let kind = kind.ok_or_else(|| Problem::not_found("problem of this name"))?;
    let (title, status) = (kind.title(), kind.status());
    Ok(Html(document(
        title,
        &format!(
            "<main><h1>{title}</h1><p><code>{slug}</code> comes with HTTP status {status}. Its \
             <code>detail</code> says what happened, what is safe and what to do.</p>\
             <p><a href=/docs#problems>All problems</a></p></main>"
        ),
    )))
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8>\
         <meta name=viewport content='width=device-width,initial-scale=1'>\
         <title>{title} · Remit</title><style>{STYLE}</style></head><body>{body}</body></html>"
    )
}

fn page(spec: &str, public_url: &str) -> String {
    let spec: Value = serde_json::from_str(spec).unwrap_or_default();
    let mut contents = String::new();
    let mut body = GUIDE.replace("{{url}}", &escape(public_url));
    for (place, code) in VERIFY {
        body = body.replace(place, escape(code).trim());
    }
    for tag in array(&spec["tags"]) {
        let name = text(&tag["name"]);
        let _ = write!(contents, "<a href='#{name}'>{name}</a>");
        let _ = write!(body, "<section id='{name}'><h2>{name}</h2>");
        paragraph(&mut body, text(&tag["description"]));
        for (path, operations) in object(&spec["paths"]) {
            for (method, operation) in object(operations) {
                if array(&operation["tags"]).any(|of| of == name) {
                    describe(&mut body, &spec, method, path, operation);
                }
            }
        }
        body.push_str("</section>");
    }
    problems(&mut body);
    let page = format!(
        "<nav><b>Remit API</b><a href='#start'>Start</a><a href='#feed'>Event feed</a>\
         <a href='#fiat'>Prices in fiat</a><a href='#assets'>Several assets</a>\
         <a href='#stars'>Digital goods</a><a href='#shared'>What a link shares</a>\
         <a href='#pace'>How much one may take</a><a href='#hooks'>Webhooks</a>\
         <a href='#odd'>Odd money and keys</a><a href='#receipts'>Checking receipts</a>\
         <a href='#books'>The books</a><a href='#coming'>Coming from CryptoBot</a>\
         <a href='#live'>Going live</a><a href='#copies'>Copies</a>{contents}<a href='#problems'>Problems</a>\
         <a href='/openapi.json'>openapi.json</a></nav><main>{body}</main>"
    );
    document("API", &page)
}

fn describe(out: &mut String, spec: &Value, method: &str, path: &str, operation: &Value) {
    let verb = method.to_uppercase();
    let _ = write!(
        out,
        "<details><summary><b class='{method}'>{verb}</b> <code>{path}</code> <span>{}</span></summary>",
        escape(text(&operation["summary"]))
    );
    paragraph(out, text(&operation["description"]));
    for security in array(&operation["security"]) {
        for (name, _) in object(security) {
            let scheme = &spec["components"]["securitySchemes"][name];
            let _ = write!(out, "<p>Needs: {}</p>", prose(text(&scheme["description"])));
        }
    }
    let parameters: Vec<_> = array(&operation["parameters"]).collect();
    if !parameters.is_empty() {
        out.push_str("<table><caption>Parameters</caption>");
        for parameter in parameters {
            let name = text(&parameter["name"]);
            row(out, name, text(&parameter["in"]), text(&parameter["description"]));
        }
        out.push_str("</table>");
    }
    if let Some((_, body)) = object(&operation["requestBody"]["content"]).next() {
        schema(out, spec, "Body", &body["schema"]);
    }
    for (status, response) in object(&operation["responses"]) {
        match object(&response["content"]).next() {
            Some((_, body)) if status.starts_with('2') => {
                schema(out, spec, &format!("Answer {status}"), &body["schema"]);
            }
            None if status.starts_with('2') => {
                let _ = write!(out, "<p>Answer {status}, with no body.</p>");
            }
            _ => {}
        }
    }
    out.push_str("</details>");
}

/// The fields of a schema, one level deep: names that are types elsewhere are enough.
fn schema(out: &mut String, spec: &Value, title: &str, schema: &Value) {
    let schema = resolve(spec, schema);
    let _ = write!(out, "<table><caption>{title}</caption>");
    let parts = array(&schema["allOf"]).map(|part| resolve(spec, part));
    for part in parts.chain(std::iter::once(schema)) {
        for (name, field) in object(&part["properties"]) {
            row(out, name, &kind(field), text(&resolve(spec, field)["description"]));
        }
    }
    out.push_str("</table>");
}

fn resolve<'a>(spec: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str().and_then(|name| name.strip_prefix('#')) {
        Some(pointer) => spec.pointer(pointer).unwrap_or(schema),
        None => schema,
    }
}

/// A field's type in one word or two.
fn kind(field: &Value) -> String {
    if let Some(name) = field["$ref"].as_str() {
        return name.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(items) = field.get("items") {
        return format!("list of {}", kind(items));
    }
    let choices: Vec<_> = array(&field["oneOf"]).chain(array(&field["anyOf"])).collect();
    if !choices.is_empty() {
        let kinds: Vec<_> = choices.into_iter().map(kind).filter(|k| k != "null").collect();
        return format!("{} or null", kinds.join(" or "));
    }
    match &field["type"] {
        Value::Array(kinds) => kinds.iter().map(text).collect::<Vec<_>>().join(" or "),
        kind => text(kind).to_owned(),
    }
}

fn row(out: &mut String, name: &str, kind: &str, description: &str) {
    let (name, kind) = (escape(name), escape(kind));
    let _ = write!(out, "<tr><td><code>{name}</code><td>{kind}<td>{}", prose(description));
}

fn problems(out: &mut String) {
    out.push_str(
        "<section id=problems><h2>Problems</h2><p>Everything that can go wrong, by its \
         <code>type</code>. Match on it; <code>detail</code> is for people.</p><table>",
    );
    for kind in Kind::ALL {
        row(out, &format!("/problems/{}", kind.slug()), &kind.status().to_string(), kind.title());
    }
    out.push_str("</table></section>");
}

fn paragraph(out: &mut String, text: &str) {
    if !text.is_empty() {
        let _ = write!(out, "<p>{}</p>", prose(text));
    }
}

/// Escaped text in which `code` is set as code.
fn prose(text: &str) -> String {
    let mut out = String::new();
    for (index, part) in escape(text).split('`').enumerate() {
        if index % 2 == 0 {
            out.push_str(part);
        } else {
            let _ = write!(out, "<code>{part}</code>");
        }
    }
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn object(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_stands_on_the_page() {
        let spec = super::super::openapi();
        let page = page(&spec, "https://pay.example");
        let spec: Value = serde_json::from_str(&spec).unwrap();
        let paths: Vec<_> = object(&spec["paths"]).map(|(path, _)| path).collect();
        assert!(paths.len() > 20);
        for path in paths {
            assert!(page.contains(&format!("<code>{path}</code>")), "{path}");
        }
        assert!(page.contains("https://pay.example/v1/invoices"));
        assert!(!page.contains("{{") && page.contains("from standardwebhooks import Webhook"));
    }

    #[test]
    fn a_description_cannot_bring_markup() {
        assert_eq!(prose("a <b> `x<y`"), "a &lt;b&gt; <code>x&lt;y</code>");
    }
}
