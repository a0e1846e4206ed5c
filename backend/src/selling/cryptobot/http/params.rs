//! The arguments of a call, however they were sent: in the query, as JSON, a form, or in parts. All of
//! them are text; a number in JSON is taken by its digits, and never becomes a float.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Display,
};

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
    http::header,
};
use serde_json::value::RawValue;

use crate::base::web::{
    extract::Whole,
    problem::{Kind, Problem, Result},
};

/// Named values. What is empty or `null` was not given.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Params(BTreeMap<String, String>);

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let mut params = Self::default();
        params.read_form(request.uri().query().unwrap_or_default().as_bytes());
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        if kind.starts_with("multipart/form-data") {
            let (parts, body) = request.into_parts();
            let whole = Request::from_parts(parts.clone(), body);
            let Whole(body) = Whole::from_request(whole, state).await?;
            params.read_parts(Request::from_parts(parts, body.into())).await?;
        } else {
            let Whole(body) = Whole::from_request(request, state).await?;
            if kind.starts_with("application/json") {
                params.read_json(&body)?;
            } else {
                params.read_form(&body);
            }
        }
        match params.0.values().any(|value| value.contains('\0')) {
            true => Err(bad("No text may hold the character U+0000.")),
            false => Ok(params),
        }
    }
}

impl Params {
    fn insert(&mut self, name: String, value: String) {
        if !value.is_empty() {
            self.0.insert(name, value);
        }
    }

    fn read_form(&mut self, form: &[u8]) {
        for (name, value) in url::form_urlencoded::parse(form) {
            self.insert(name.into_owned(), value.into_owned());
        }
    }

    fn read_json(&mut self, body: &Bytes) -> Result<()> {
        if body.is_empty() {
            return Ok(());
        }
        let unreadable = |_| bad("The body is not a JSON object.");
        let read: HashMap<String, &RawValue> = serde_json::from_slice(body).map_err(unreadable)?;
        for (name, value) in read {
            let value = plain(value).ok_or_else(|| bad(&format!("{name} is no plain value.")))?;
            self.insert(name, value);
        }
        Ok(())
    }

    async fn read_parts(&mut self, request: Request) -> Result<()> {
        let unreadable =
            || bad("The body's parts cannot be read; together they have 64 KiB at most.");
        let parts = Multipart::from_request(request, &()).await;
        let mut parts = parts.map_err(|_| unreadable())?;
        while let Some(part) = parts.next_field().await.map_err(|_| unreadable())? {
            let name = part.name().unwrap_or_default().to_owned();
            let text = part.text().await.map_err(|_| unreadable())?;
            self.insert(name, text);
        }
        Ok(())
    }

    /// Refuses what no one would read: a misspelled `expires_in` must not be passed over.
    pub fn holds_only(&self, known: &[&str]) -> Result<()> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let name: String = name.chars().take(64).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                Err(bad(&format!("There is no parameter {name:?} here, but: {known}.")))
            }
        }
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn needed(&self, name: &str) -> Result<&str> {
        self.text(name).ok_or_else(|| bad(&format!("{name} is missing.")))
    }

    pub fn flag(&self, name: &str, default: bool) -> Result<bool> {
        match self.text(name).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(default),
            Some("true" | "1") => Ok(true),
            Some("false" | "0") => Ok(false),
            Some(_) => Err(bad(&format!("{name} is true or false."))),
        }
    }

    /// A whole number of this range.
    pub fn number(&self, name: &str, range: std::ops::RangeInclusive<i64>) -> Result<Option<i64>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        // Some clients send what they have divided: 300.0.
        let number = decimal(text).and_then(|text| text.parse().ok());
        let number = number.filter(|number| range.contains(number));
        let (from, to) = (range.start(), range.end());
        number.map(Some).ok_or_else(|| bad(&format!("{name} is a whole number, {from} to {to}.")))
    }

    /// One of a few words.
    pub fn word<T: Copy + Display>(&self, name: &str, all: &[T]) -> Result<Option<T>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let found = all.iter().find(|word| word.to_string() == text).copied();
        found.map(Some).ok_or_else(|| {
            let all: Vec<_> = all.iter().map(T::to_string).collect();
            bad(&format!("{name} is one of: {}.", all.join(", ")))
        })
    }

    /// Words between commas.
    pub fn words(&self, name: &str) -> impl Iterator<Item = &str> {
        let words = self.text(name).unwrap_or_default().split(',');
        words.map(str::trim).filter(|word| !word.is_empty())
    }
}

/// The most that a decimal point is moved by an exponent: past that there is no money.
const FURTHEST: i32 = 40;

/// A number as every digit of it, however it was spelled: `1e-05` is `0.00001`, `300.0` is `300`. Nothing is
/// rounded. `None`: it is none, or out of all reason.
pub fn decimal(text: &str) -> Option<String> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    let digits_only = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let fits = !whole.is_empty() && digits_only(whole) && digits_only(fraction);
    if !fits || exponent.abs() > FURTHEST {
        return None;
    }
    let digits = format!("{whole}{fraction}");
    let point = i32::try_from(whole.len()).ok()? + exponent;
    let (whole, fraction) = match usize::try_from(point) {
        Ok(point) if point < digits.len() => {
            let (whole, fraction) = digits.split_at(point);
            (whole.to_owned(), fraction.to_owned())
        }
        Ok(point) => (format!("{digits:0<point$}"), String::new()),
        Err(_) => {
            let zeros = usize::try_from(point.unsigned_abs()).ok()?;
            (String::new(), format!("{}{digits}", "0".repeat(zeros)))
        }
    };
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") })
}

pub fn bad(detail: &str) -> Problem {
    Problem::new(Kind::BadRequest, format!("{detail} Nothing was changed."))
}

/// A value of JSON as a form would have sent it; a list goes by commas.
fn plain(value: &RawValue) -> Option<String> {
    if !value.get().starts_with('[') {
        return single(value);
    }
    let items: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
    let items: Option<Vec<String>> = items.into_iter().map(single).collect();
    Some(items?.join(","))
}

fn single(value: &RawValue) -> Option<String> {
    match value.get().as_bytes().first()? {
        b'"' => serde_json::from_str(value.get()).ok(),
        b'n' => Some(String::new()),
        b'[' | b'{' => None,
        _ => Some(value.get().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn read(kind: &str, uri: &str, body: &str) -> Result<Params> {
        let request = Request::post(uri).header(header::CONTENT_TYPE, kind);
        Params::from_request(request.body(Body::from(body.to_owned())).unwrap(), &()).await
    }

    #[tokio::test]
    async fn the_same_call_reads_the_same_however_it_is_sent() {
        let form =
            "amount=1.50&asset=TON&allow_comments=false&invoice_ids=1%2C2&description=%D0%AF+%26";
        let json = r#"{"amount":1.50,"asset":"TON","allow_comments":false,"invoice_ids":[1,2],
                       "description":"Я &","payload":null,"fiat":""}"#;
        let part = |name: &str, value: &str| {
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let parts = [
            part("amount", "1.50"),
            part("asset", "TON"),
            part("allow_comments", "false"),
            part("invoice_ids", "1,2"),
            part("description", "Я &"),
            "--b--\r\n".to_owned(),
        ];
        let query = read("", &format!("/?{form}"), "").await.unwrap();
        assert_eq!(query.text("amount"), Some("1.50"), "by its digits");
        assert_eq!(query.words("invoice_ids").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(read("application/x-www-form-urlencoded", "/", form).await.unwrap(), query);
        assert_eq!(read("application/json; charset=utf-8", "/", json).await.unwrap(), query);
        let kind = "multipart/form-data; boundary=b";
        assert_eq!(read(kind, "/", &parts.concat()).await.unwrap(), query);
    }

    #[test]
    fn a_number_is_a_number_however_it_is_spelled() {
        for (spelled, plain) in [
            ("1e-05", "0.00001"),
            ("1E-5", "0.00001"),
            ("1.5e+2", "150"),
            ("12.50e1", "125"),
            ("1e3", "1000"),
            ("300.0", "300"),
            ("0010.0", "10"),
            ("0.30000000000000004", "0.30000000000000004"),
            ("32.25806452", "32.25806452"),
            ("0.0", "0"),
            ("0e5", "0"),
            ("123e-2", "1.23"),
            ("123e-3", "0.123"),
            ("1e-9", "0.000000001"),
        ] {
            assert_eq!(decimal(spelled).as_deref(), Some(plain), "{spelled}");
        }
        for junk in [
            "",
            "e5",
            "1e",
            "1e5.5",
            "-1",
            "+1",
            ".5",
            "5.",
            "1,5",
            "0x10",
            "1e41",
            "1e-41",
            "NaN",
            "Infinity",
            "1e99999999999",
            "１",
            "1 ",
            "1e5e5",
        ] {
            assert_eq!(decimal(junk), None, "{junk}");
        }
    }

    proptest::proptest! {
        #[test]
        fn an_exponent_only_moves_the_point(units in 0u64..=u64::MAX, places in 0usize..12) {
            let plain = crate::words::money::decimal(u128::from(units), u8::try_from(places).unwrap());
            proptest::prop_assert_eq!(decimal(&format!("{units}e-{places}")), Some(plain));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn parts_that_do_not_come_are_not_waited_for() {
        let beginning = futures_util::stream::iter([Ok::<_, std::convert::Infallible>("--b\r\n")]);
        let endless = futures_util::StreamExt::chain(beginning, futures_util::stream::pending());
        let kind = "multipart/form-data; boundary=b";
        let request = Request::post("/").header(header::CONTENT_TYPE, kind);
        let request = request.body(Body::from_stream(endless)).unwrap();
        assert_eq!(Params::from_request(request, &()).await.unwrap_err().kind, Kind::BodySlow);
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_refused() {
        for (kind, uri, body) in [
            ("application/json", "/", "[1]"),
            ("application/json", "/", "{\"amount\":{}}"),
            ("application/json", "/", "{\"amount\":[[1]]}"),
            ("application/json", "/", "{\"amount\":\"1"),
            ("application/json", "/", "{\"payload\":\"\\u0000\"}"),
            ("multipart/form-data", "/", "x"),
            ("", "/?payload=%00", ""),
        ] {
            assert_eq!(read(kind, uri, body).await.unwrap_err().kind, Kind::BadRequest, "{body}");
        }
        let params = read("", "/?count=0&flag=yes", "").await.unwrap();
        assert!(
            params.holds_only(&["count"]).is_err() && params.holds_only(&["count", "flag"]).is_ok()
        );
        assert!(params.number("count", 1..=9).is_err() && params.flag("flag", true).is_err());
        assert!(params.needed("asset").is_err());
    }
}
