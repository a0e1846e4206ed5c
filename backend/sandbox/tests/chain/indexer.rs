//! The toncenter-shaped server, as a client sees it.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sandbox::chain::{Chain, address};
use sandbox::toncenter::Settings;
use serde_json::{Value, json};
use tycho_types::boc::Boc;
use tycho_types::cell::{Cell, CellBuilder, HashBytes};
use tycho_types::models::StdAddr;

use crate::support::{GRAM, Indexer, Payment, Person, alice_and_bob, comment, gift};

fn base64(hash: &HashBytes) -> String {
    BASE64_STANDARD.encode(hash.as_slice())
}

fn rows<'a>(answer: &'a Value, key: &str) -> &'a [Value] {
    answer[key].as_array().unwrap()
}

/// Alice pays Bob `count` times; every payment is final.
async fn payments(count: u32) -> (Chain, Person, Person) {
    let (chain, alice, bob) = alice_and_bob().await;
    for number in 0..count {
        let payment = Payment::new(&bob.address(), GRAM / 100);
        let payment = payment.with_body(comment(&format!("#{number}")));
        alice.sends(&chain, payment).unwrap();
        chain.produce(1).await.unwrap();
    }
    chain.produce(1).await.unwrap();
    (chain, alice, bob)
}

#[tokio::test]
async fn a_transaction_has_the_fields_and_encodings_of_toncenter() {
    let (chain, alice, bob) = payments(1).await;
    let bob_raw = address::raw(&bob.address());
    let answer =
        Indexer::new(&chain).get(&format!("/transactions?account={bob_raw}&limit=1")).await;
    let found = &rows(&answer, "transactions")[0];
    let record =
        chain.read(|ledger| ledger.of_account_since(&bob.address(), 0).last().unwrap().clone());
    assert_eq!(found["account"], bob_raw);
    assert_eq!(found["hash"], base64(&record.hash));
    assert_eq!(found["lt"], record.lt.to_string());
    assert_eq!(found["now"], record.now());
    assert_eq!(found["mc_block_seqno"], record.seqno + 1);
    assert_eq!(found["prev_trans_hash"], base64(&record.raw.prev_trans_hash));
    assert_eq!(found["prev_trans_lt"], record.raw.prev_trans_lt.to_string());
    assert_eq!(found["orig_status"], "uninit");
    assert_eq!(found["finality"], "finalized");
    assert_eq!(found["emulated"], false);
    assert_eq!(found["description"]["type"], "ord");
    assert_eq!(
        found["description"]["compute_ph"],
        json!({ "skipped": true, "reason": "no_state" })
    );
    assert_eq!(found["description"]["credit_ph"]["credit"], (GRAM / 100).to_string());
    let block = json!({ "workchain": 0, "shard": "8000000000000000", "seqno": record.seqno });
    assert_eq!(found["block_ref"], block);
    let message = &found["in_msg"];
    assert_eq!(message["source"], address::raw(&alice.address()));
    assert_eq!(message["value"], (GRAM / 100).to_string());
    assert_eq!(message["opcode"], "0x00000000");
    assert_eq!(message["message_content"]["decoded"]["comment"], "#0");
    let body = message["message_content"]["body"].as_str().unwrap();
    assert_eq!(Boc::decode_base64(body).unwrap(), comment("#0"));
    assert_eq!(found["account_state_after"]["balance"], (10 * GRAM + GRAM / 100).to_string());
    let friendly = address::friendly(&bob.address(), false);
    assert_eq!(answer["address_book"][&bob_raw]["user_friendly"], friendly);
}

#[tokio::test]
async fn only_what_is_final_is_listed() {
    let (chain, alice, bob) = alice_and_bob().await;
    let indexer = Indexer::new(&chain);
    let bob_raw = address::raw(&bob.address());
    let list = format!("/transactions?account={bob_raw}");
    let waiting = format!("/pendingTransactions?account={bob_raw}");
    let before = rows(&indexer.get(&list).await, "transactions").len();
    assert_eq!(indexer.try_get(&waiting).await.0, 404);

    let sent = alice.sends(&chain, Payment::new(&bob.address(), GRAM)).unwrap();
    let pending = indexer.get(&waiting).await;
    let pending = &rows(&pending, "transactions")[0];
    assert_eq!((&pending["finality"], &pending["emulated"]), (&json!("pending"), &json!(true)));
    assert_eq!(pending["trace_external_hash"], base64(&sent.hash));
    assert_eq!(pending["mc_block_seqno"], 0);

    chain.produce(1).await.unwrap();
    let confirmed = indexer.get(&waiting).await;
    let confirmed = &rows(&confirmed, "transactions")[0];
    assert_eq!(
        (&confirmed["finality"], &confirmed["emulated"]),
        (&json!("confirmed"), &json!(false))
    );
    assert_eq!(rows(&indexer.get(&list).await, "transactions").len(), before);
    let states = format!("/accountStates?address={bob_raw}");
    let balance = rows(&indexer.get(&states).await, "accounts")[0]["balance"].clone();
    assert_eq!(balance, (10 * GRAM).to_string(), "balances too are those of final blocks");

    chain.produce(1).await.unwrap();
    assert_eq!(indexer.try_get(&waiting).await.0, 404);
    assert_eq!(rows(&indexer.get(&list).await, "transactions").len(), before + 1);
    let balance = rows(&indexer.get(&states).await, "accounts")[0]["balance"].clone();
    assert_eq!(balance, (11 * GRAM).to_string());
}

#[tokio::test]
async fn lists_are_sorted_windowed_and_paged() {
    let (chain, alice, bob) = payments(5).await;
    let indexer = Indexer::new(&chain);
    let (alice, bob) = (address::raw(&alice.address()), address::raw(&bob.address()));
    let lts = async |query: &str| -> Vec<u64> {
        let answer = indexer.get(&format!("/transactions?{query}")).await;
        let lt = |row: &Value| row["lt"].as_str().unwrap().parse().unwrap();
        rows(&answer, "transactions").iter().map(lt).collect()
    };
    let all = lts(&format!("account={bob}&sort=asc")).await;
    assert_eq!(all.len(), 6);
    assert!(all.is_sorted());
    let newest_first = lts(&format!("account={bob}")).await;
    assert!(newest_first.iter().rev().eq(all.iter()));
    assert_eq!(lts(&format!("account={bob}&sort=asc&limit=2&offset=1")).await, all[1..3]);
    let window = format!("account={bob}&sort=asc&start_lt={}&end_lt={}", all[2], all[4]);
    assert_eq!(lts(&window).await, all[2..5], "both ends are inclusive");
    assert_eq!(lts(&format!("account={bob}&lt={}", all[3])).await, all[3..4]);
    assert_eq!(lts(&format!("account={alice}&account={bob}&limit=100")).await.len(), 12);
    assert_eq!(lts("limit=100").await.len(), 12);
    assert_eq!(lts(&format!("exclude_account={alice}&limit=100")).await.len(), 6);
    assert_eq!(lts(&format!("account={bob}&start_utime=1")).await.len(), 6);
    assert!(lts(&format!("account={bob}&end_utime=1")).await.is_empty());
}

#[tokio::test]
async fn a_block_lists_its_transactions() {
    let (chain, alice, _) = payments(2).await;
    let indexer = Indexer::new(&chain);
    let record =
        chain.read(|ledger| ledger.of_account_since(&alice.address(), 0).last().unwrap().clone());
    let seqno = record.seqno;
    for path in [
        format!("/transactionsByMasterchainBlock?seqno={}", seqno + 1),
        format!("/transactions?mc_seqno={}", seqno + 1),
        format!("/transactions?workchain=0&shard=8000000000000000&seqno={seqno}"),
    ] {
        let answer = indexer.get(&path).await;
        assert_eq!(rows(&answer, "transactions").len(), 2, "{path}");
    }
    let answer = indexer.get(&format!("/transactionsByMasterchainBlock?seqno={seqno}")).await;
    assert_eq!(rows(&answer, "transactions").len(), 2, "the payment before");
}

#[tokio::test]
async fn a_message_finds_its_transactions_by_either_name() {
    let (chain, alice, bob) = alice_and_bob().await;
    let indexer = Indexer::new(&chain);
    let boc = alice.signs(&chain, vec![Payment::new(&bob.address(), GRAM).with_body(comment("x"))]);
    let (status, sent) =
        indexer.post("/message", json!({ "boc": BASE64_STANDARD.encode(&boc) })).await;
    assert_eq!(status, 200, "{sent}");
    chain.produce(2).await.unwrap();

    for name in ["message_hash", "message_hash_norm"] {
        let hash = sent[name].as_str().unwrap().replace('+', "%2B");
        let answer = indexer.get(&format!("/transactionsByMessage?msg_hash={hash}")).await;
        let found = rows(&answer, "transactions");
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0]["in_msg"]["hash"], sent["message_hash"]);
        assert_eq!(found[0]["in_msg"]["hash_norm"], sent["message_hash_norm"]);
        let answer = indexer.get(&format!("/traces?msg_hash={hash}")).await;
        let trace = &rows(&answer, "traces")[0];
        assert_eq!(trace["trace_info"]["transactions"], 2);
        assert_eq!(trace["trace_info"]["trace_state"], "complete");
        assert_eq!(trace["external_hash"], sent["message_hash"]);
        assert_eq!(trace["trace"]["children"].as_array().unwrap().len(), 1);
        let order = rows(trace, "transactions_order");
        assert_eq!(trace["transactions"][order[0].as_str().unwrap()]["lt"], trace["start_lt"]);
    }
    let answer = indexer.get("/transactionsByMessage?opcode=0x00000000&limit=100").await;
    assert_eq!(rows(&answer, "transactions").len(), 1, "an opcode is looked up on the way in");
    let body = base64(comment("x").repr_hash()).replace('+', "%2B");
    let answer = indexer.get(&format!("/transactionsByMessage?body_hash={body}")).await;
    assert_eq!(rows(&answer, "transactions").len(), 2, "sent once and received once");
    let answer = indexer.get(&format!("/messages?body_hash={body}")).await;
    let [message] = rows(&answer, "messages") else { panic!("one message: {answer}") };
    assert_ne!(message["in_msg_tx_hash"], message["out_msg_tx_hash"]);
    let parent = message["out_msg_tx_hash"].as_str().unwrap().replace('+', "%2B");
    let answer = indexer.get(&format!("/adjacentTransactions?hash={parent}&direction=out")).await;
    assert_eq!(rows(&answer, "transactions")[0]["hash"], message["in_msg_tx_hash"]);
}

#[tokio::test]
async fn the_head_and_its_blocks_carry_the_network() {
    let (chain, ..) = payments(2).await;
    let indexer = Indexer::new(&chain);
    let info = indexer.get("/masterchainInfo").await;
    let head = chain.head();
    assert_eq!(info["last"]["seqno"], head.seqno);
    assert_eq!(info["last"]["gen_utime"], head.utime.to_string());
    assert_eq!(info["first"]["seqno"], 1);
    assert_eq!(info["last"]["global_id"], -217);

    let newest = indexer.get("/blocks?workchain=-1&limit=1&sort=desc").await;
    assert_eq!(rows(&newest, "blocks")[0], info["last"]);
    let shard = indexer.get(&format!("/blocks?workchain=0&mc_seqno={}", head.seqno)).await;
    let [block] = rows(&shard, "blocks") else { panic!("{shard}") };
    assert_eq!(block["seqno"], head.seqno - 1);
    assert_eq!(block["tx_count"], 2);
    let all = indexer.get("/blocks?workchain=-1&sort=asc&limit=1000").await;
    assert_eq!(rows(&all, "blocks").len(), usize::try_from(head.seqno).unwrap());
    let window =
        format!("/blocks?workchain=-1&start_lt={}&limit=1000", block["start_lt"].as_str().unwrap());
    assert_eq!(rows(&indexer.get(&window).await, "blocks").len(), 2);
    let never = indexer.get("/blocks?start_utime=4000000000").await;
    assert_eq!(rows(&never, "blocks").len(), 0);
}

#[tokio::test]
async fn wallets_tell_what_they_are() {
    let (chain, alice, bob) = payments(1).await;
    let indexer = Indexer::new(&chain);
    let (alice, bob) = (address::raw(&alice.address()), address::raw(&bob.address()));
    let answer = indexer.get(&format!("/walletStates?address={alice}&address={bob}")).await;
    let wallet =
        |raw: &str| rows(&answer, "wallets").iter().find(|it| it["address"] == *raw).unwrap();
    assert_eq!(wallet(&alice)["wallet_type"], "wallet v5 r1");
    assert_eq!(wallet(&alice)["seqno"], 1);
    assert_eq!(wallet(&alice)["wallet_id"], 2_147_483_431_u32);
    assert_eq!(wallet(&alice)["is_signature_allowed"], true);
    assert_eq!(
        (&wallet(&bob)["is_wallet"], &wallet(&bob)["status"]),
        (&json!(false), &json!("uninit"))
    );
    assert_eq!(answer["address_book"][&alice]["interfaces"], json!(["wallet_v5r1"]));

    let information = indexer.get(&format!("/walletInformation?address={alice}")).await;
    assert_eq!((&information["seqno"], &information["status"]), (&json!(1), &json!("active")));
    let nobody =
        indexer.get(&format!("/addressInformation?address={}", address::raw(&StdAddr::ZERO))).await;
    assert_eq!((&nobody["balance"], &nobody["status"]), (&json!("0"), &json!("uninit")));
    let unknown =
        format!("/accountStates?address={}", address::raw(&StdAddr::new(0, HashBytes([7; 32]))));
    assert_eq!(rows(&indexer.get(&unknown).await, "accounts").len(), 0);
}

#[tokio::test]
async fn a_refused_message_says_why() {
    let (chain, alice, bob) = alice_and_bob().await;
    let indexer = Indexer::new(&chain);
    let boc = alice.signs(&chain, vec![Payment::new(&bob.address(), GRAM)]);
    chain.send_external(&boc).unwrap();
    chain.produce(2).await.unwrap();
    let (status, body) =
        indexer.post("/message", json!({ "boc": BASE64_STANDARD.encode(boc) })).await;
    let error = body["error"].as_str().unwrap();
    assert_eq!(status, 500);
    assert!(error.starts_with("LITE_SERVER_UNKNOWN: cannot apply external message"), "{error}");
    assert!(error.contains("exitcode=133"), "{error}");
    assert_eq!(indexer.post("/message", json!({ "boc": "????" })).await.0, 422);
}

#[tokio::test]
async fn get_methods_speak_toncenters_stack() {
    let (chain, alice, _) = payments(1).await;
    let indexer = Indexer::new(&chain);
    let ask = |address: String, method: &str| json!({ "address": address, "method": method, "stack": [] });
    let alice = address::raw(&alice.address());
    let (_, answer) = indexer.post("/runGetMethod", ask(alice.clone(), "seqno")).await;
    assert_eq!(answer["exit_code"], 0);
    assert_eq!(answer["stack"], json!([{ "type": "num", "value": "0x1" }]));
    let (_, missing) = indexer.post("/runGetMethod", ask(alice, "nonsense")).await;
    assert_eq!(missing["exit_code"], 11);
    let nobody = address::raw(&StdAddr::ZERO);
    let (status, nobody) = indexer.post("/runGetMethod", ask(nobody, "seqno")).await;
    assert_eq!((status, &nobody["exit_code"], &nobody["stack"]), (200, &json!(-13), &json!([])));
}

#[tokio::test]
async fn fees_are_estimated_before_anybody_signs() {
    let (chain, alice, bob) = payments(1).await;
    let indexer = Indexer::new(&chain);
    let unsigned = alice.signs(&chain, vec![Payment::new(&bob.address(), GRAM)]);
    let message = sandbox::chain::Message::parse(&Boc::decode(unsigned).unwrap()).unwrap();
    let request = json!({
        "address": address::raw(&alice.address()),
        "body": Boc::encode_base64(&message.body),
        "ignore_chksig": true,
    });
    let (status, answer) = indexer.post("/estimateFee", request).await;
    assert_eq!(status, 200, "{answer}");
    let fees = &answer["source_fees"];
    let total: u64 = ["in_fwd_fee", "storage_fee", "gas_fee", "fwd_fee"]
        .iter()
        .map(|key| fees[key].as_u64().unwrap())
        .sum();
    assert!((2_000_000..6_000_000).contains(&total), "{answer}");
    assert_eq!(alice.seqno(&chain), 1, "nothing was sent");
}

#[tokio::test]
async fn errors_have_toncenters_words() {
    let (chain, ..) = alice_and_bob().await;
    let indexer = Indexer::new(&chain);
    for (path, status, error) in [
        ("/transactions?limit=1001", 422, "limit is not allowed: 1001 > 1000"),
        ("/transactions?sort=up", 422, "wrong value for sort parameter"),
        ("/accountStates", 422, "address of account is required"),
        ("/walletInformation", 401, "address of account is required"),
        (
            "/transactionsByMessage",
            422,
            "at least one of msg_hash, body_hash, opcode should be specified",
        ),
        (
            "/transactionsByMessage?opcode=1&direction=up",
            422,
            "direction should be one of: in, out",
        ),
        ("/pendingTransactions", 422, "at least 1 account address required"),
    ] {
        assert_eq!(indexer.try_get(path).await, (status, json!({ "error": error })), "{path}");
    }
    assert_eq!(indexer.try_get("/transactions?account=nonsense").await.0, 422);
}

#[tokio::test]
async fn trouble_comes_when_it_is_called() {
    let (chain, ..) = alice_and_bob().await;
    let indexer = Indexer::new(&chain);
    indexer.faults.set(Settings { rate_limit: true, ..Settings::default() });
    let limited = json!({ "ok": false, "result": "Ratelimit exceed", "code": 429 });
    assert_eq!(indexer.try_get("/masterchainInfo").await, (429, limited));
    indexer.faults.set(Settings { down: true, ..Settings::default() });
    let (status, body) = indexer.try_get("/masterchainInfo").await;
    assert_eq!(status, 502);
    assert!(body.as_str().unwrap().starts_with("<html>"), "a proxy answers, not the indexer");
    indexer.faults.set(Settings { network: Some(-239), ..Settings::default() });
    assert_eq!(indexer.get("/masterchainInfo").await["last"]["global_id"], -239);
    indexer.faults.set(Settings::default());
    assert_eq!(indexer.get("/masterchainInfo").await["last"]["global_id"], -217);
}

#[tokio::test]
async fn an_omitted_transaction_leaves_a_hole_and_only_once() {
    let (chain, _, bob) = payments(3).await;
    let indexer = Indexer::new(&chain);
    let path = format!("/transactions?account={}&sort=asc", address::raw(&bob.address()));
    let whole = indexer.get(&path).await;
    indexer.faults.set(Settings { omit_next: 1, ..Settings::default() });
    let holed = indexer.get(&path).await;
    let (whole, holed) = (rows(&whole, "transactions"), rows(&holed, "transactions"));
    assert_eq!(holed.len(), whole.len() - 1);
    let is_linked = |pair: &[Value]| pair[1]["prev_trans_hash"] == pair[0]["hash"];
    assert!(whole.windows(2).all(is_linked));
    assert_eq!(holed.windows(2).filter(|pair| !is_linked(pair)).count(), 1);
    assert_eq!(indexer.faults.get().omit_next, 0);
    assert_eq!(rows(&indexer.get(&path).await, "transactions"), whole);
}

#[tokio::test]
async fn a_stale_indexer_stands_still_while_the_chain_goes_on() {
    let (chain, _, bob) = payments(1).await;
    let indexer = Indexer::new(&chain);
    let path = format!("/transactions?account={}", address::raw(&bob.address()));
    let before = rows(&indexer.get(&path).await, "transactions").len();
    let stopped = chain.head().seqno;
    indexer.faults.set(Settings { stale_at: Some(stopped), ..Settings::default() });
    gift(&chain, &bob.address(), GRAM);
    chain.produce(3).await.unwrap();
    assert_eq!(indexer.get("/masterchainInfo").await["last"]["seqno"], stopped);
    assert_eq!(rows(&indexer.get(&path).await, "transactions").len(), before);
    indexer.faults.set(Settings::default());
    assert_eq!(rows(&indexer.get(&path).await, "transactions").len(), before + 1);
}

/// Within the size of a message, deep enough for whoever walks it by recursion.
#[tokio::test]
async fn a_bottomless_cell_is_only_refused() {
    let (chain, alice, _) = alice_and_bob().await;
    let indexer = Indexer::new(&chain);
    let mut levels = vec![Cell::default()];
    for _ in 0..60_000 {
        let below = levels.last().unwrap().clone();
        levels.push(CellBuilder::build_from(below).unwrap());
    }
    let boc = Boc::encode_base64(levels.last().unwrap());
    // From the top, so that no drop goes deeper than one level.
    while levels.pop().is_some() {}

    assert_eq!(indexer.post("/message", json!({ "boc": boc })).await.0, 422);
    let stack = json!([{ "type": "cell", "value": boc }]);
    let address = address::raw(&alice.address());
    let call = json!({ "address": address, "method": "seqno", "stack": stack });
    assert_eq!(indexer.post("/runGetMethod", call).await.0, 422);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_unprocessable() {
    let (chain, ..) = alice_and_bob().await;
    let indexer = Indexer::new(&chain);
    for body in [json!("a string"), json!(1), json!({ "boc": 1 })] {
        let (status, answer) = indexer.post("/message", body).await;
        assert_eq!(status, 422);
        assert!(answer["error"].is_string(), "{answer}");
    }
    let request = axum::http::Request::post("/message").body("not json".into()).unwrap();
    let (status, answer) = indexer.send(request).await;
    assert_eq!(status, 422);
    assert!(answer["error"].is_string(), "{answer}");
}
