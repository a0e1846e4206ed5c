//! The house keeps its arrows: no domain looks up at the shells, no two folders import each other, and the web
//! stands in front. A call says whose hand it is. And what a database has been through stays as it was.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    iter::Peekable,
    path::Path,
    str::Chars,
};

use sha2::{Digest, Sha256};

/// The rooms of the house from the ground up, each in its wing: a room may use only what stands below it. A
/// star is for all rooms of a wing that stand side by side and know nothing of each other.
const HOUSE: &[&str] = &[
    "words/text",
    "words/time",
    "words/dice",
    "words/id",
    "words/money",
    "words/page",
    "base/db",
    "base/tasks",
    "base/config",
    "base/follow",
    "base/app",
    "base/web",
    "base/events",
    "base/idempotency",
    "base/questions",
    "base/vouched",
    "people/identity",
    "people/wallets",
    "money/rates",
    "money/payments",
    "money/stars",
    "asking/*",
    "selling/merchants",
    "selling/refunds",
    "selling/webhooks",
    "selling/payouts",
    "selling/invoices",
    "selling/cryptobot",
    "selling/receipts",
    "selling/reports",
    "selling/unmatched",
    "subjects",
    "shells/watch",
    "shells/bot",
    "shells/http",
    "shells/deliver",
    "run/backup",
    "run/serve",
    "run/sandbox",
    "run/doctor",
    "run/develop",
];

/// The few that look up: settings are read into the types of those who are set, and the app holds everybody's
/// handles. The list only becomes shorter.
const LOOK_UP: &[(&str, &str)] = &[
    ("base/app", "base/events"),
    ("base/app", "base/questions"),
    ("base/app", "base/vouched"),
    ("base/app", "base/web"),
    ("base/app", "money/rates"),
    ("base/app", "people/identity"),
    ("base/app", "selling/merchants"),
    ("base/config", "money/payments"),
    ("base/config", "money/rates"),
];

/// Wings that know nothing of each other.
const STRANGERS: [&str; 2] = ["asking/", "selling/"];

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("the source is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&path).expect("a source file is text");
            found.push((path.display().to_string(), untested(&text).to_owned()));
        }
    }
}

/// Without the tests that stand in the file itself: they may reach for the roof.
fn untested(text: &str) -> &str {
    const MARK: &str = "#[cfg(test)]\n";
    let has_tests = |at: &usize| {
        let next = text[at + MARK.len()..].lines().next().unwrap_or_default();
        next.contains("mod ") && next.ends_with('{')
    };
    let end = text.match_indices(MARK).map(|(at, _)| at).find(has_tests);
    &text[..end.unwrap_or(text.len())]
}

/// What a file names behind `crate::`, as whole paths.
fn used(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = code.collect::<Vec<_>>().join("\n");
    for (at, start) in code.match_indices("crate::") {
        paths(&mut code[at + start.len()..].chars().peekable(), "", &mut found);
    }
    found
}

/// Reads one path, or a group of them.
fn paths(text: &mut Peekable<Chars<'_>>, before: &str, found: &mut Vec<String>) {
    let mut path = before.to_owned();
    while let Some(c) = text.next_if(|c| c.is_alphanumeric() || *c == '_' || *c == ':') {
        path.push(c);
    }
    if text.next_if_eq(&'{').is_none() {
        found.push(path);
        return;
    }
    loop {
        while text.next_if(|c| c.is_whitespace() || *c == ',').is_some() {}
        if text.peek().is_none() || text.next_if_eq(&'}').is_some() {
            return;
        }
        let known = found.len();
        paths(text, &path, found);
        // Something that is no path, such as `as name`, is passed over.
        if found.len() == known || text.peek().is_some_and(|c| !",}".contains(*c)) {
            while text.next_if(|c| !",}".contains(*c)).is_some() {}
        }
    }
}

/// The room that a path leads to: a folder in a wing, or the switchboard.
fn room(path: &str) -> String {
    let parts: Vec<&str> = path.split("::").filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["subjects", ..] => "subjects".to_owned(),
        [wing, room, ..] => format!("{wing}/{room}"),
        [wing] => (*wing).to_owned(),
        [] => String::new(),
    }
}

fn place(room: &str) -> Option<usize> {
    let wing = room.split('/').next().unwrap_or_default();
    HOUSE.iter().position(|name| *name == room || name.strip_suffix("/*") == Some(wing))
}

#[test]
fn arrows_point_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 40);
    let (mut wrong, mut looked_up) = (BTreeSet::new(), BTreeSet::new());
    for (path, text) in &files {
        let inside = path.split("backend/src/").nth(1).unwrap_or_default();
        // What only tests use may reach for the roof; a wing's own file only names its rooms.
        let only_tests = ["harness.rs", "tables.rs", "tests.rs", "trials.rs"];
        let names_rooms = ["lib.rs", "main.rs"].contains(&inside)
            || inside.ends_with("/mod.rs")
                && inside.matches('/').count() == 1
                && !inside.starts_with("subjects");
        if names_rooms || only_tests.iter().any(|name| inside.ends_with(name)) {
            continue;
        }
        let own = room(&inside.trim_end_matches(".rs").replace('/', "::"));
        let Some(here) = place(&own) else {
            wrong.insert(format!("{inside} is in no room of HOUSE"));
            continue;
        };
        for there in used(text).iter().map(|path| room(path)).filter(|there| *there != own) {
            let Some(at) = place(&there) else {
                wrong.insert(format!("{inside} names {there}, which is no room of HOUSE"));
                continue;
            };
            let strangers =
                STRANGERS.iter().filter(|wing| own.starts_with(*wing) || there.starts_with(*wing));
            if strangers.count() == 2 && own.split('/').next() != there.split('/').next() {
                wrong.insert(format!("{inside} names {there}, a stranger"));
            }
            match LOOK_UP.iter().find(|(from, to)| *from == own && *to == there) {
                Some(known) => _ = looked_up.insert(known),
                None if at >= here => _ = wrong.insert(format!("{inside} looks up at {there}")),
                None => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let better: Vec<_> = LOOK_UP.iter().filter(|known| !looked_up.contains(known)).collect();
    assert!(better.is_empty(), "take these from LOOK_UP, they do so no longer: {better:#?}");
}

/// Whatever is new to be paid is to be understood in one place. Nobody else takes the list apart, and there no
/// match has a rest: so a new variant fails to compile there, and only there.
#[test]
fn what_can_be_paid_is_told_apart_in_one_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let variant = |text: &str| {
        let after =
            |name: &'static str| text.match_indices(name).map(move |(at, _)| at + name.len());
        let mut found = after("Subject::").chain(after("subjects::Kind::"));
        found.any(|at| text[at..].starts_with(char::is_uppercase))
    };
    let (own, others): (Vec<_>, Vec<_>) =
        files.iter().partition(|(path, _)| path.contains("backend/src/subjects/"));
    let elsewhere: Vec<_> =
        others.iter().filter(|(_, text)| variant(text)).map(|(path, _)| path).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    let list = own.iter().find(|(path, _)| path.ends_with("subjects/mod.rs")).expect("it is there");
    assert!(variant(&list.1) && !list.1.contains("_ =>"), "a match without a rest");
    let telling = own.iter().filter(|(path, text)| !path.ends_with("tests.rs") && variant(text));
    assert_eq!(telling.count(), 1, "one file");
    for (path, text) in others.iter().filter(|(path, _)| path.contains("backend/src/shells/watch/"))
    {
        // Whose wallet is paid is a store's affair, and changes by the chain's clock.
        let is_domain = |path: &String| {
            (path.starts_with("asking") || path.starts_with("selling"))
                && !path.starts_with("selling::merchants")
        };
        let named: Vec<_> = used(text).into_iter().filter(is_domain).collect();
        assert!(named.is_empty(), "{path} names {named:?}");
    }
}

/// Whoever is recognised in a call acts in it, and the events of it remember whose hand it was. So a route has
/// its moment from whoever calls; the app's own is the clock's.
#[test]
fn no_route_forgets_whose_hand_it_is() {
    /// Nobody is known before they have come in; Stars are paid by whoever has the link; and a payment that
    /// is only prepared is told to nobody.
    const NOBODY_IS_KNOWN: &[&str] =
        &["shells/http/me.rs", "shells/bot/http/offer.rs", "money/payments/http.rs"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let forgets = |(path, text): &(String, String)| {
        let inside = path.split("backend/src/").nth(1).unwrap_or_default().to_owned();
        let text = text.replace("app.now().by(", "");
        let forgets = text.contains("#[utoipa::path(") && text.contains("app.now()");
        (forgets && !NOBODY_IS_KNOWN.contains(&inside.as_str())).then_some(inside)
    };
    let wrong: Vec<_> = files.iter().filter_map(forgets).collect();
    assert!(
        wrong.is_empty(),
        "these take the clock's moment for a caller's; take `acting.now(&app)` or `caller.now(&app)`: {wrong:#?}"
    );
}

/// sqlx refuses to start on a database whose migrations are not the ones it went through: everybody who
/// runs this service would be locked out by an edit.
#[test]
fn a_merged_migration_never_changes() {
    let backend = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend");
    let list = fs::read_to_string(backend.join("migrations.sha256")).expect("the list is there");
    let mut listed: BTreeMap<_, _> = list
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, name)| (name, sum))
        .collect();
    let mut wrong = Vec::new();
    for entry in fs::read_dir(backend.join("migrations")).expect("the migrations are there") {
        let path = entry.expect("the folder can be read").path();
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let now = hex::encode(Sha256::digest(fs::read(&path).expect("a migration can be read")));
        match listed.remove(name.as_str()) {
            Some(sum) if sum == now => {}
            Some(_) => wrong.push(format!(
                "{name} was changed, and databases have been through it. Put it back as it was, and write a \
                 new migration that makes the difference."
            )),
            None => wrong.push(format!(
                "{name} is new. Add this line to backend/migrations.sha256; from then on it stays as it \
                 is:\n{now}  {name}"
            )),
        }
    }
    let lost =
        listed.keys().map(|name| format!("{name} is gone, and databases have been through it."));
    wrong.extend(lost);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What all routes share, and the list of everything payable, which joins their routes.
const WEB: &[&str] = &[
    "base/web/call.rs",
    "base/web/client.rs",
    "base/web/extract.rs",
    "base/web/list.rs",
    "base/web/problem.rs",
    "run/serve.rs",
    "subjects/mod.rs",
    "base/web/wait.rs",
];

/// These still tell a caller themselves what went wrong. The list only becomes shorter.
const TELL_A_CALLER: &[&str] = &[
    "shells/bot/cards.rs",
    "base/events/restore.rs",
    "selling/invoices/new.rs",
    "money/payments/prepare.rs",
    "money/payments/recipient.rs",
    "base/questions.rs",
    "selling/refunds/message.rs",
    "base/vouched.rs",
    "selling/webhooks/new.rs",
];

/// What a domain is and does can be read, tested and asked by the bot without a web in between: requests,
/// responses and problems are words of the routes alone.
#[test]
fn the_web_stands_in_front_of_the_domains() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let (mut wrong, mut better) = (Vec::new(), TELL_A_CALLER.to_vec());
    for (path, text) in &files {
        let inside = path.split("backend/src/").nth(1).unwrap_or_default();
        let only_tests = ["harness.rs", "tests.rs", "trials.rs"];
        let is_web = inside.split('/').any(|part| part == "http" || part == "http.rs");
        if is_web || WEB.contains(&inside) || only_tests.iter().any(|name| inside.ends_with(name)) {
            continue;
        }
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = code.collect::<Vec<_>>().join("\n");
        if code.contains("axum") {
            wrong.push(format!("{inside} names axum"));
        }
        let tells = used(&code).iter().any(|path| path.starts_with("base::web::problem"));
        let known = TELL_A_CALLER.contains(&inside);
        if tells && !known {
            wrong.push(format!("{inside} names problem"));
        }
        better.retain(|name| *name != inside || !tells);
        let name = inside.rsplit('/').next().unwrap_or_default();
        let is_pure = ["goods.rs", "jobs.rs", "mod.rs", "state.rs", "store.rs", "view.rs"];
        if is_pure.contains(&name) && inside.contains('/') && code.contains("http::") {
            wrong.push(format!("{inside} looks up at its routes"));
        }
    }
    assert!(wrong.is_empty(), "say it in http.rs, from an error of the domain: {wrong:#?}");
    assert!(better.is_empty(), "take these from TELL_A_CALLER, they do so no longer: {better:#?}");
}
