//! The house keeps its arrows: no domain looks up at the shells, and no two folders import each other.

use std::{collections::BTreeMap, fs, path::Path};

/// Who stands on whom; a folder may use only what stands below it.
const STOREYS: &[&[&str]] = &[
    &["http", "watch", "deliver", "bot"],
    &["subjects"],
    &["unmatched", "receipts", "cryptobot", "reports"],
    &["invoices", "requests"],
    &["refunds", "payouts"],
    &["merchants", "webhooks"],
    &["payments", "stars"],
    &["wallets"],
    &["follow", "identity", "idempotency", "rates"],
    &["events"],
    &["db"],
];

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("the source is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&path).expect("a source file is text");
            let text = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
            found.push((path.display().to_string(), text));
        }
    }
}

fn storey(name: &str) -> Option<usize> {
    STOREYS.iter().position(|storey| storey.contains(&name))
}

/// The modules a file names behind `crate::`.
fn used(text: &str) -> Vec<String> {
    let mut used = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            // Only the first word of each item names a module of the crate.
            let (mut depth, mut first, mut word) = (1, true, String::new());
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                if first && (c.is_alphanumeric() || c == '_') {
                    word.push(c);
                } else if !word.is_empty() {
                    used.push(std::mem::take(&mut word));
                    first = false;
                }
                first |= depth == 1 && c == ',';
            }
            used.extend((!word.is_empty()).then_some(word));
        } else {
            used.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    used
}

#[test]
fn arrows_point_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 40);
    let mut wrong = BTreeMap::new();
    for (path, text) in &files {
        let inside = path.split("backend/src/").nth(1).unwrap_or_default();
        // What only tests use may reach for the roof.
        if ["harness.rs", "tests.rs", "trials.rs"].iter().any(|name| inside.ends_with(name)) {
            continue;
        }
        let own = inside.split(['/', '.']).next().unwrap_or_default();
        let Some(here) = storey(own) else { continue };
        for name in used(text) {
            if name != own && storey(&name).is_some_and(|there| there < here) {
                wrong.insert(inside.to_owned(), name);
            }
        }
    }
    assert!(wrong.is_empty(), "these look up: {wrong:#?}");
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
    let elsewhere: Vec<_> = others.iter().filter(|(_, text)| variant(text)).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    let list = own.iter().find(|(path, _)| path.ends_with("subjects/mod.rs")).expect("it is there");
    assert!(variant(&list.1) && !list.1.contains("_ =>"), "a match without a rest");
    let telling = own.iter().filter(|(_, text)| variant(text)).count();
    assert_eq!(telling, 1, "one file");
    for (path, text) in others.iter().filter(|(path, _)| path.contains("backend/src/watch/")) {
        let domains = ["invoices", "requests", "refunds"];
        let named: Vec<_> =
            used(text).into_iter().filter(|name| domains.contains(&&**name)).collect();
        assert!(named.is_empty(), "{path} names {named:?}");
    }
}
