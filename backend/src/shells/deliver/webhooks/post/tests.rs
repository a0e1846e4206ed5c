//! Requests against servers that behave, servers that do not, and names that mean something else.

use std::sync::Mutex;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;

const NOW: Time = Time::from_millis(1_795_000_000_000);

fn letter(url: &str) -> Letter {
    Letter {
        url: url.to_owned(),
        id: "evt_1".to_owned(),
        timestamp: NOW.seconds(),
        cryptobot: None,
        signature: "v1,abc".to_owned(),
        body: "{}".to_owned(),
    }
}

/// A name server that gives each set of addresses once, then the last one again.
fn names(answers: &[&[&str]]) -> LookUp {
    let parse = |set: &&[&str]| set.iter().map(|ip| ip.parse().unwrap()).collect::<Vec<IpAddr>>();
    let mut answers: Vec<_> = answers.iter().map(parse).collect();
    answers.reverse();
    let answers = Arc::new(Mutex::new(answers));
    Arc::new(move |_| {
        let answers = answers.clone();
        Box::pin(async move {
            let mut left = answers.lock().unwrap();
            Ok(if left.len() > 1 { left.pop().unwrap() } else { left[0].clone() })
        })
    })
}

/// A server on this machine that says this to whoever has sent a request, and then `more` for ever. Its
/// port.
#[expect(clippy::disallowed_methods, reason = "somebody else's server is no task of ours")]
async fn says(what: &'static [u8], more: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                read_request(&mut stream).await;
                let _ = stream.write_all(what).await;
                while !more.is_empty() && stream.write_all(more).await.is_ok() {}
                // Silence, but the line stays open.
                let _ = stream.read(&mut [0; 1]).await;
            });
        }
    });
    port
}

async fn read_request(stream: &mut TcpStream) {
    let mut seen = Vec::new();
    while !seen.ends_with(b"{}") {
        let mut part = [0; 1024];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return,
            Ok(count) => seen.extend_from_slice(&part[..count]),
        }
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_called() {
    for inside in [
        &["10.0.0.1"][..],
        &["127.0.0.1", "::1"],
        &["169.254.169.254"],
        &["192.168.0.1", "fd00::1", "fe80::1"],
        &["::ffff:10.0.0.1"],
        &["64:ff9b::a00:1"],
        &["2002:a00:1::"],
    ] {
        let post = Post::with(Reach::Public, names(&[inside])).unwrap();
        let outcome = post.send(&letter("https://inside.example/hook"), NOW).await;
        let note = outcome.note().unwrap();
        assert!(note.contains("does not lead to a public address"), "{inside:?}: {note}");
    }
}

/// The name is public when it is looked at and private when it is called: there is only one look, and
/// each attempt has its own.
#[tokio::test]
async fn a_name_that_changes_its_mind_gains_nothing() {
    let port =
        says(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", b"").await;
    let looks = names(&[&["10.0.0.1", "127.0.0.1"], &["10.0.0.1"]]);
    let post = Post::with(Reach::Sandbox, looks).unwrap();
    let letter = letter(&format!("http://shop.localhost:{port}/hook"));
    assert_eq!(post.send(&letter, NOW).await.status(), Some(200), "only the allowed one is called");
    let note = post.send(&letter, NOW).await.note().unwrap();
    assert!(note.contains("does not lead to a public address"), "{note}");
}

#[tokio::test]
async fn an_address_is_judged_again_before_each_attempt() {
    let post = Post::new(Reach::Public).unwrap();
    for url in ["http://127.0.0.1:9/hook", "https://10.0.0.1/hook", "https://[::1]/hook"] {
        let note = post.send(&letter(url), NOW).await.note().unwrap();
        assert!(note.starts_with("not called: "), "{url}: {note}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let head = b"HTTP/1.1 500 Sorry\r\ntransfer-encoding: chunked\r\n\r\n";
    let port = says(head, b"4\r\n\0spa\r\n").await;
    let post = Post::new(Reach::Sandbox).unwrap();
    let outcome = post.send(&letter(&format!("http://127.0.0.1:{port}")), NOW).await;
    let Outcome::Answered { status: 500, body, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(body, "spa".repeat(KEPT / 4), "no U+0000, and no more than is kept");
}

#[tokio::test(start_paused = true)]
async fn who_says_nothing_is_not_waited_for() {
    let port = says(b"", b"").await;
    let post = Post::new(Reach::Sandbox).unwrap();
    let outcome = post.send(&letter(&format!("http://127.0.0.1:{port}")), NOW).await;
    assert_eq!(outcome, Outcome::Silent("no answer within 15 s".to_owned()));
}

#[tokio::test]
async fn nobody_there_is_said_in_words() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let post = Post::new(Reach::Sandbox).unwrap();
    let note = post.send(&letter(&format!("http://127.0.0.1:{port}")), NOW).await.note().unwrap();
    assert!(note.starts_with("cannot connect: "), "{note}");
}

#[test]
fn retry_after_is_a_number_or_a_date() {
    let asked = |value: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        retry_after(&headers, NOW).map(|wait| wait.as_secs())
    };
    assert_eq!(asked("120"), Some(120));
    assert_eq!(asked("Wed, 18 Nov 2026 11:07:40 GMT"), Some(60));
    assert_eq!(asked("Wed, 18 Nov 2026 11:00:00 GMT"), Some(0), "it is over");
    for junk in ["-5", "soon", "1.5"] {
        assert_eq!(asked(junk), None, "{junk}");
    }
}
