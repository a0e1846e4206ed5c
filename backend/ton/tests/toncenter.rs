//! The client against a server that says what it is told to: what is asked, how answers are read,
//! and how failures are told apart.
#![allow(clippy::unwrap_used, reason = "also around the tests themselves")]
#![allow(clippy::disallowed_methods, reason = "a test has no supervisor to start its server")]

use std::{num::NonZeroU32, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use ton::{
    Address, Network,
    toncenter::{Client, Error, Estimate, Pace, Sort, StackEntry, TraceOf, TransactionQuery},
};
use tycho_types::{
    boc::Boc,
    cell::{Cell, CellBuilder},
    models::{IntAddr, StdAddr},
};

const KEY: &str = "s3cret-key";

/// Plays one canned answer per request, and remembers the requests.
struct Toncenter {
    client: Client,
    requests: JoinHandle<Vec<String>>,
}

impl Toncenter {
    async fn playing(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/api/v3/", listener.local_addr().unwrap());
        let requests = async move {
            let mut requests = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                requests.push(read_request(&mut stream).await);
                // A client that has read enough may hang up.
                let _ = stream.write_all(answer.as_bytes()).await;
            }
            requests
        };
        let requests = tokio::spawn(requests);
        Self { client: client(&base), requests }
    }

    async fn answering(body: Value) -> Self {
        Self::playing(vec![ok(&body)]).await
    }

    async fn request(self) -> String {
        self.requests.await.unwrap().remove(0)
    }
}

fn client(base: &str) -> Client {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    Client::new(http, base, Some(KEY), Pace::Unlimited).unwrap()
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.unwrap();
        request.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return text;
        }
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

fn ok(body: &Value) -> String {
    answer("200 OK", "content-type: application/json\r\n", &body.to_string())
}

fn account(n: u8) -> Address {
    Address::new(0, [n; 32])
}

/// The answer of a get method that gives one address.
fn address_cell(address: Address) -> String {
    let address: IntAddr = StdAddr::new(address.workchain, address.hash.into()).into();
    Boc::encode_base64(CellBuilder::build_from(address).unwrap())
}

#[tokio::test]
async fn transactions_are_asked_for_by_account_and_time() {
    let toncenter = Toncenter::answering(json!({ "transactions": [], "address_book": {} })).await;
    let accounts = [account(1), account(2)];
    let query = TransactionQuery {
        start_lt: Some(42),
        start_utime: Some(9),
        ..TransactionQuery::of(&accounts)
    };
    assert!(toncenter.client.transactions(&query).await.unwrap().is_empty());

    let request = toncenter.request().await;
    let line = request.lines().next().unwrap();
    let [one, two] = accounts.map(|account| account.to_string().replace(':', "%3A"));
    let expected = format!(
        "GET /api/v3/transactions?account={one}&account={two}&start_lt=42&start_utime=9&limit=1000&offset=0&sort=asc HTTP/1.1"
    );
    assert_eq!(line, expected);
    assert!(request.contains("\r\nx-api-key: s3cret-key\r\n"));
    assert!(request.contains("\r\naccept-encoding: gzip\r\n"));
}

#[tokio::test]
async fn the_newest_can_come_first() {
    let toncenter = Toncenter::answering(json!({ "transactions": null })).await;
    let sort = Sort::Descending;
    let query = TransactionQuery { end_lt: Some(9), limit: 1, sort, ..TransactionQuery::of(&[]) };
    assert!(toncenter.client.transactions(&query).await.unwrap().is_empty());
    assert!(toncenter.request().await.contains("?end_lt=9&limit=1&offset=0&sort=desc "));
}

#[tokio::test]
async fn numbers_are_read_as_numbers_and_as_strings() {
    let hash = STANDARD.encode([7; 32]);
    let transactions = json!({ "transactions": [
        { "account": account(1), "hash": hash, "lt": "56572595000003", "now": 1_745_876_068 },
        { "account": account(1), "hash": hash, "lt": 5, "now": "6", "mc_block_seqno": "7",
          "finality": "confirmed", "total_fees": 8, "prev_trans_lt": "", "prev_trans_hash": "", "description": null, "out_msgs": null,
          "in_msg": { "value": 9, "bounced": null, "hash": hash } },
    ]});
    let toncenter = Toncenter::answering(transactions).await;
    let pending = toncenter.client.pending_transactions(&[account(1)]).await.unwrap();
    assert_eq!(pending[0].link(), (56_572_595_000_003, [7; 32]));
    assert_eq!(pending[0].prev(), None, "a missing link is not a zero link");
    assert_eq!((pending[1].lt, pending[1].now, pending[1].total_fees), (5, 6, Some(8)));
    assert_eq!(pending[1].in_msg.as_ref().unwrap().value, Some(9));
    assert_eq!(pending[1].prev(), None, "nor is an empty one");
    assert_eq!(pending[1].final_in(), None, "confirmed is not final");
    assert!(toncenter.request().await.starts_with("GET /api/v3/pendingTransactions?account=0%3A"));
}

#[tokio::test]
async fn the_head_and_the_network_are_those_of_the_last_block() {
    let block =
        json!({ "workchain": -1, "seqno": 4711, "global_id": -217, "gen_utime": "1790000000" });
    let head = json!({ "first": block, "last": block });
    let blocks = json!({ "blocks": [block] });
    let toncenter = Toncenter::playing(vec![ok(&head), ok(&blocks)]).await;
    let head = toncenter.client.masterchain_info().await.unwrap().last;
    assert_eq!((head.seqno, head.gen_utime), (4711, Some(1_790_000_000)));
    assert_eq!(toncenter.client.network().await, Ok(Network::SANDBOX));
    let requests = toncenter.requests.await.unwrap();
    assert!(requests[1].starts_with("GET /api/v3/blocks?workchain=-1&limit=1&sort=desc "));
}

#[tokio::test]
async fn many_addresses_are_asked_for_in_portions() {
    let states = |n: usize| {
        let state = json!({ "address": account(1), "status": "active", "balance": "5" });
        ok(&json!({ "accounts": vec![state; n] }))
    };
    let toncenter = Toncenter::playing(vec![states(50), states(50), states(20)]).await;
    let states = toncenter.client.account_states(&[account(1); 120]).await.unwrap();
    assert_eq!(states.len(), 120);
    assert_eq!((states[0].status.as_str(), states[0].balance), ("active", Some(5)));
    let counts = toncenter.requests.await.unwrap();
    let counts = counts.iter().map(|request| request.matches("address=").count());
    assert_eq!(counts.collect::<Vec<_>>(), [50, 50, 20]);
}

#[tokio::test]
async fn wallets_and_jetton_wallets_are_found() {
    let wallets = json!({ "wallets": [
        { "address": account(1), "is_wallet": true, "wallet_type": "wallet v5 r1", "seqno": 3 },
        { "address": account(2), "is_wallet": false, "wallet_type": null, "seqno": null },
    ]});
    let jetton = json!({ "address": account(4), "owner": account(1), "jetton": account(9),
        "balance": "1208925819614629174706175" });
    let jettons = json!({ "jetton_wallets": [jetton] });
    let toncenter = Toncenter::playing(vec![ok(&wallets), ok(&jettons)]).await;
    let found = toncenter.client.wallet_states(&[account(1), account(2)]).await.unwrap();
    assert_eq!((found[0].is_wallet, found[0].seqno, found[1].seqno), (true, Some(3), None));
    let found = toncenter.client.jetton_wallets(&[account(1)], &[account(9)]).await.unwrap();
    assert_eq!((found[0].jetton, found[0].balance), (account(9), Some((1 << 80) - 1)));
    let request = toncenter.requests.await.unwrap().remove(1);
    for part in ["/jetton/wallets?owner_address=0%3A01", "&jetton_address=0%3A09", "&limit=1000"] {
        assert!(request.contains(part), "{part} in {request}");
    }
}

#[tokio::test]
async fn a_trace_gives_its_transactions_in_order() {
    let transaction = |n: u8| json!({ "account": account(n), "hash": STANDARD.encode([n; 32]), "lt": n, "now": 1 });
    let trace = json!({
        "trace_id": "t", "external_hash": STANDARD.encode([9; 32]), "is_incomplete": true,
        "transactions_order": ["a", "missing", "b"],
        "transactions": { "b": transaction(2), "a": transaction(1) },
        "trace": { "children": [] },
    });
    let toncenter = Toncenter::answering(json!({ "traces": [trace] })).await;
    let traces = toncenter.client.traces(TraceOf::Message(&[0xfb; 32])).await.unwrap();
    let order: Vec<u64> = traces[0].transactions().map(|transaction| transaction.lt).collect();
    assert_eq!((order, traces[0].is_incomplete), (vec![1, 2], true));
    assert!(toncenter.request().await.starts_with("GET /api/v3/traces?msg_hash=%2B%2Fv7"));
}

#[tokio::test]
async fn a_get_method_takes_and_gives_addresses() {
    let cell = address_cell(account(5));
    let stack =
        json!({ "gas_used": 1, "exit_code": 0, "stack": [{ "type": "cell", "value": cell }] });
    let toncenter = Toncenter::answering(stack).await;
    let found = toncenter.client.jetton_wallet_address(&account(9), &account(1)).await;
    assert_eq!(found, Ok(account(5)));

    let request = toncenter.request().await;
    assert!(request.starts_with("POST /api/v3/runGetMethod "));
    let body: Value = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body["address"], account(9).to_string());
    assert_eq!(
        (&body["method"], &body["stack"][0]["type"]),
        (&json!("get_wallet_address"), &json!("slice"))
    );
    let sent = Boc::decode_base64(body["stack"][0]["value"].as_str().unwrap()).unwrap();
    assert_eq!(sent, Boc::decode_base64(address_cell(account(1))).unwrap());
}

#[tokio::test]
async fn a_public_key_may_begin_with_zeros() {
    let stack = json!({ "exit_code": 0, "stack": [{ "type": "num", "value": "0xbeef" }] });
    let toncenter = Toncenter::answering(stack).await;
    let key = toncenter.client.public_key(&account(1)).await.unwrap();
    assert_eq!((&key[..30], &key[30..]), (&[0; 30][..], &[0xbe, 0xef][..]));
}

#[tokio::test]
async fn a_contract_that_is_not_there_is_no_broken_answer() {
    let toncenter = Toncenter::answering(json!({ "exit_code": -13, "stack": [] })).await;
    let missing = toncenter.client.public_key(&account(1)).await;
    assert_eq!(missing, Err(Error::GetMethod { exit_code: -13 }));
}

#[tokio::test]
async fn an_answer_of_the_wrong_kind_is_not_an_address() {
    let odd = json!({ "exit_code": 0, "stack": [
        { "type": "num", "value": "-0x1" }, { "type": "tuple", "value": [] },
        { "type": "cell", "value": Boc::encode_base64(Cell::default()) },
    ]});
    let toncenter = Toncenter::playing(vec![
        ok(&odd),
        ok(&odd),
        ok(&json!({ "exit_code": 0, "stack": [{ "type": "cell", "value": "te6c" }] })),
    ])
    .await;
    let client = &toncenter.client;
    let stack = client.run_get_method(&account(1), "any", &[]).await.unwrap();
    assert_eq!(stack[1], StackEntry::Other);
    assert!(stack.iter().all(|entry| entry.uint256().is_none() && entry.address().is_none()));
    for _ in 0..2 {
        let answer = client.jetton_wallet_address(&account(1), &account(1)).await;
        assert!(matches!(answer, Err(Error::BadAnswer(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn a_sent_message_has_two_names() {
    let [hash, norm] = [[1; 32], [2; 32]].map(|hash| STANDARD.encode(hash));
    let sent = json!({ "message_hash": hash, "message_hash_norm": norm });
    let refusal = r#"{"code":500,"error":"cannot apply external message to current state"}"#;
    let answers = vec![ok(&sent), answer("500 Internal Server Error", "", refusal)];
    let toncenter = Toncenter::playing(answers).await;
    let sent = toncenter.client.send_message("te6c").await.unwrap();
    assert_eq!((sent.message_hash, sent.message_hash_norm), (Some([1; 32]), Some([2; 32])));
    let refused = toncenter.client.send_message("te6c").await.unwrap_err();
    assert!(matches!(refused, Error::Refused { status: 500, .. }), "{refused:?}");
    assert!(toncenter.request().await.ends_with(r#"{"boc":"te6c"}"#));
}

#[tokio::test]
async fn a_message_can_be_followed_and_its_fees_guessed() {
    let fees = json!({ "source_fees": { "in_fwd_fee": 4, "storage_fee": "3", "gas_fee": 2, "fwd_fee": 1 } });
    let nothing = json!({ "transactions": [] });
    let toncenter = Toncenter::playing(vec![ok(&nothing), ok(&fees)]).await;
    let client = &toncenter.client;
    assert!(client.transactions_by_message(&[0xfb; 32]).await.unwrap().is_empty());
    let (init_code, init_data) = (None, None);
    let of = Estimate {
        address: account(1),
        body: "te6c".into(),
        init_code,
        init_data,
        ignore_chksig: true,
    };
    assert_eq!(client.estimate_fee(&of).await.unwrap().source_fees.total(), 10);
    let requests = toncenter.requests.await.unwrap();
    assert!(requests[0].starts_with("GET /api/v3/transactionsByMessage?msg_hash=%2B%2Fv7"));
    let body: Value = serde_json::from_str(requests[1].split_once("\r\n\r\n").unwrap().1).unwrap();
    let expected = json!({ "address": account(1), "body": "te6c", "ignore_chksig": true });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn failures_are_told_apart() {
    let html = "<html>Bad gateway</html>";
    let rate = r#"{"ok":false,"result":"Ratelimit exceed","code":429}"#;
    let after = |seconds| Error::RateLimited { retry_after: Some(Duration::from_secs(seconds)) };
    let unavailable = |status: u16| Error::Unavailable(format!("status {status}"));
    let refused = |detail: &str| Error::Refused { status: 422, detail: detail.into() };
    for (answer, error) in [
        (answer("429 Too Many Requests", "retry-after: 7\r\n", rate), after(7)),
        (answer("429 Too Many Requests", "", html), Error::RateLimited { retry_after: None }),
        (answer("502 Bad Gateway", "", html), unavailable(502)),
        (answer("503 Service Unavailable", "", ""), unavailable(503)),
        (answer("408 Request Timeout", "", ""), unavailable(408)),
        (answer("302 Found", "", ""), unavailable(302)),
        (answer("422 Unprocessable Entity", "", r#"{"error":"bad lt"}"#), refused("bad lt")),
        (answer("422 Unprocessable Entity", "", html), refused("no explanation")),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{".into(),
            Error::Unavailable("the connection broke".into()),
        ),
    ] {
        let toncenter = Toncenter::playing(vec![answer]).await;
        assert_eq!(toncenter.client.masterchain_info().await.unwrap_err(), error);
    }
}

#[tokio::test]
async fn an_error_in_the_disguise_of_an_answer_is_not_an_empty_list() {
    let deep = format!("{{\"transactions\":{}", "[".repeat(100_000));
    for body in [
        r#"{"ok":false,"result":"Ratelimit exceed","code":429}"#,
        r#"{"error":"down"}"#,
        r#"{"transactions":[{"account":"0:zz"}]}"#,
        r#"{"transactions":"#,
        "<html></html>",
        "null",
        "",
        "\u{0}",
        &deep,
    ] {
        let toncenter = Toncenter::playing(vec![answer("200 OK", "", body)]).await;
        let read = toncenter.client.transactions(&TransactionQuery::of(&[])).await;
        assert!(matches!(read, Err(Error::BadAnswer(_))), "{body:.80}");
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let endless = answer("200 OK", "", &" ".repeat(9 * 1024 * 1024));
    let toncenter = Toncenter::playing(vec![endless]).await;
    let read = toncenter.client.masterchain_info().await;
    assert_eq!(read.unwrap_err(), Error::TooLarge);
}

#[tokio::test]
async fn no_error_tells_the_key_or_the_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = listener.local_addr().unwrap();
    drop(listener);
    let client = client(&format!("http://{nobody}/api/v3"));
    let error = client.masterchain_info().await.unwrap_err();
    assert_eq!(error, Error::Unavailable("cannot connect".into()));
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains(KEY) && !text.contains(&nobody.to_string()), "{text}");
    }
}

#[test]
fn a_wrong_configuration_is_noticed_at_once() {
    let new = |base, key| {
        let http = reqwest::Client::builder().build().unwrap();
        Client::new(http, base, key, Pace::PerSecond(NonZeroU32::MIN)).err()
    };
    for base in ["", "toncenter.com/api/v3", "ftp://toncenter.com", "/api/v3"] {
        assert!(matches!(new(base, None), Some(Error::Misconfigured(_))), "{base:?}");
    }
    let base = "https://toncenter.com/api/v3";
    assert!(matches!(new(base, Some("line\nbreak")), Some(Error::Misconfigured(_))));
    assert_eq!(new(base, Some(KEY)), None);
}
