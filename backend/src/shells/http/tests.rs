//! What every route keeps to, whoever wrote it.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};

use super::openapi;
use crate::selling::{
    cryptobot::http::TOKEN,
    merchants::harness::{Answer, Api},
    receipts,
};

/// A service with a shop, its invoices, and somebody who is logged in.
struct House {
    api: Api,
    key: String,
    session: String,
    invoice: String,
}

impl House {
    async fn open() -> Self {
        let api = Api::open().await;
        receipts::make_ready(&api.app).await.unwrap();
        let (_, key) = api.merchant().await;
        let (_, session) = api.person(77).await;
        let mut house = Self { api, key, session, invoice: String::new() };
        house.invoice = house.sells(1).await;
        house
    }

    /// Makes so many invoices; the last one's id.
    async fn sells(&self, count: usize) -> String {
        let body = json!({ "amount": "1", "asset": "GRAM", "paid_message": "Code: 42" });
        let mut last = String::new();
        for _ in 0..count {
            let made = self.api.post("/v1/invoices", &self.key, body.clone()).await;
            assert_eq!(made.status, 201, "{:?}", made.body);
            last = made.text("id").to_owned();
        }
        last
    }

    /// Calls an operation as whoever may, with an empty body where it wants one.
    async fn calls(&self, method: &str, path: &str, credential: Credential) -> Answer {
        let path = path.replace("{id}", &self.invoice).replace("{method}", "getMe");
        let path = match path.as_str() {
            "/v1/recipients" => "/v1/recipients?q=@nobody".to_owned(),
            _ => path,
        };
        let request = Request::builder().method(method.to_uppercase().as_str()).uri(path);
        let request = match credential {
            Credential::None => request,
            Credential::Key => {
                request.header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            }
            Credential::Session => {
                request.header(header::AUTHORIZATION, format!("Bearer {}", self.session))
            }
            Credential::Token => request.header(TOKEN, &self.key),
        };
        self.api.ask(request.body(Body::empty()).unwrap()).await
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Credential {
    None,
    Key,
    Session,
    Token,
}

/// Method, path, and by what it is opened.
fn operations() -> Vec<(String, String, Credential)> {
    let description: Value = serde_json::from_str(&openapi()).unwrap();
    let mut found = Vec::new();
    for (path, operations) in description["paths"].as_object().unwrap() {
        if path.starts_with("/sandbox") {
            continue;
        }
        for (method, operation) in operations.as_object().unwrap() {
            let security = operation["security"].as_array();
            let asks = |name: &str| {
                security.is_some_and(|all| all.iter().any(|one| one.get(name).is_some()))
            };
            let credential = match () {
                () if asks("crypto_pay") => Credential::Token,
                () if asks("key") => Credential::Key,
                () if asks("session") => Credential::Session,
                () => Credential::None,
            };
            found.push((method.clone(), path.clone(), credential));
        }
    }
    assert!(found.len() > 60, "{}", found.len());
    found
}

#[tokio::test]
async fn whoever_reads_never_takes_the_one_writer() {
    let house = House::open().await;
    for (method, path, credential) in operations() {
        if method != "get" || is_a_change(&path) {
            continue;
        }
        let before = house.api.app.db.tally.writers();
        house.calls(&method, &path, credential).await;
        let writers = house.api.app.db.tally.writers() - before;
        assert_eq!(writers, 0, "{path} opens a transaction that may write");
    }
    let pages = ["/", "/health/ready", &format!("/pay/{}", house.invoice)].map(str::to_owned);
    for page in pages {
        let before = house.api.app.db.tally.writers();
        house.calls("get", &page, Credential::None).await;
        assert_eq!(house.api.app.db.tally.writers(), before, "{page}");
    }
}

/// CryptoBot's clients may send changes by GET, too.
fn is_a_change(path: &str) -> bool {
    ["createInvoice", "deleteInvoice", "transfer", "createCheck", "deleteCheck"]
        .iter()
        .any(|change| path.ends_with(change))
}

#[tokio::test]
async fn a_long_list_costs_no_more_statements_than_a_short_one() {
    let house = House::open().await;
    let lists = [
        ("/v1/invoices?limit=100", Credential::Key),
        ("/compat/cryptobot/api/getInvoices?count=1000", Credential::Token),
        ("/v1/events?limit=100", Credential::Key),
        ("/v1/refunds?limit=100", Credential::Key),
        ("/v1/unmatched?limit=100", Credential::Key),
        ("/v1/deliveries?limit=100", Credential::Key),
        ("/v1/payments?limit=100", Credential::Session),
    ];
    let mut short = Vec::new();
    for (path, credential) in lists {
        short.push(statements(&house, path, credential).await);
    }
    house.sells(30).await;
    for ((path, credential), few) in lists.into_iter().zip(short) {
        let many = statements(&house, path, credential).await;
        assert_eq!(many, few, "{path}");
        assert!(many <= 16, "{path}: {many}");
    }
}

async fn statements(house: &House, path: &str, credential: Credential) -> u64 {
    let before = house.api.app.db.tally.statements();
    let answer = house.calls("get", path, credential).await;
    assert_eq!(answer.status, 200, "{path}: {:?}", answer.body);
    house.api.app.db.tally.statements() - before
}

/// What anybody may read, and keep: everything else is between this service and one caller.
const PUBLIC: [&str; 1] = ["/v1/info"];

#[tokio::test]
async fn a_private_answer_is_kept_by_nobody_and_shown_nowhere_else() {
    let house = House::open().await;
    for (method, path, credential) in operations() {
        // A refusal is as private as an answer.
        for credential in [credential, Credential::None] {
            let answer = house.calls(&method, &path, credential).await;
            let said = |name: &str| {
                answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
            };
            let kept = if PUBLIC.contains(&path.as_str()) { "no-cache" } else { "no-store" };
            assert_eq!(said("cache-control"), kept, "{method} {path} {credential:?}");
            let policy = said("cross-origin-resource-policy");
            assert_eq!(policy, "same-origin", "{method} {path} {credential:?}");
        }
    }
    // What came before has used up what one address may ask.
    let house = House::open().await;
    for (page, policy) in
        [("/", "same-origin"), ("/openapi.json", "cross-origin"), ("/docs", "same-origin")]
    {
        let answer = house.calls("get", page, Credential::None).await;
        assert_eq!(answer.headers["cross-origin-resource-policy"], policy, "{page}");
    }
}

/// How many of so many calls are let through.
async fn let_through(
    house: &House,
    count: usize,
    path: &str,
    token: impl Fn(usize) -> String,
) -> usize {
    let mut passed = 0;
    for n in 0..count {
        let answer = house.api.get(path, &token(n)).await;
        match answer.status.as_u16() {
            429 => assert!(answer.headers.contains_key(header::RETRY_AFTER), "{path}"),
            _ => passed += 1,
        }
    }
    passed
}

#[tokio::test]
async fn an_invented_credential_raises_nothing() {
    let house = House::open().await;
    let passed = let_through(&house, 300, "/v1/merchant", |n| format!("sk_test_{n:064}")).await;
    assert!(passed < 150, "{passed} of 300");
}

#[tokio::test]
async fn a_good_credential_is_known_again_and_sessions_add_nothing() {
    let house = House::open().await;
    let own = house.key.clone();
    assert_eq!(let_through(&house, 190, "/v1/merchant", |_| own.clone()).await, 190);
    let mut sessions = Vec::new();
    for _ in 0..3 {
        sessions.push(house.api.person(77).await.1);
    }
    let started = std::time::Instant::now();
    let passed = let_through(&house, 600, "/v1/me", |n| sessions[n % 3].clone()).await;
    let slowly = usize::try_from(started.elapsed().as_millis()).unwrap() / 20;
    assert!(passed <= 210 + slowly, "{passed} of 600");
}

#[tokio::test]
async fn pages_have_an_end_too() {
    for path in ["/", "/health/ready", "/icon.png", "/pay/inv_1", "/v1/recipients?q=@nobody"] {
        let house = House::open().await;
        let session = house.session.clone();
        let token = |_| if path.starts_with("/v1") { session.clone() } else { String::new() };
        let started = std::time::Instant::now();
        let passed = let_through(&house, 260, path, token).await;
        if started.elapsed().as_secs() < 4 {
            assert!(passed < 260, "{path}");
        }
    }
}

#[tokio::test]
async fn a_number_beyond_the_description_is_refused_and_one_within_is_capped() {
    let house = House::open().await;
    let paths = ["/v1/invoices", "/v1/refunds", "/v1/unmatched", "/v1/deliveries", "/v1/events"];
    for path in paths {
        for (limit, status) in
            [("2147483648", 400), ("4294967296", 400), ("-1", 400), ("2147483647", 200)]
        {
            let answer = house.api.get(&format!("{path}?limit={limit}"), &house.key).await;
            assert_eq!(answer.status, status, "{path}?limit={limit}");
        }
    }
    let invoice = format!("/v1/invoices/{}", house.invoice);
    let invoice = format!("{invoice}?after=paid&wait=");
    for (wait, status) in [("9223372036854775808", 400), ("-1", 400), ("9223372036854775807", 200)]
    {
        let answer = house.api.get(&format!("{invoice}{wait}"), &house.key).await;
        assert_eq!(answer.status, status, "wait={wait}");
    }
    let refused = house.api.get("/v1/events?wait=9223372036854775808", &house.key).await;
    assert_eq!(refused.status, 400);
}
