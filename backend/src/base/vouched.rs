//! Whether the jettons of the settings are what the chain says they are. Wrong decimals would make a price
//! a thousand times another, so nothing is asked for or prepared in a jetton before the chain has
//! confirmed it; and what it has denied is refused for as long as the service runs.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use ton::{
    address::Address,
    toncenter::{self, JettonMaster},
};

use crate::{
    base::{
        app::App,
        questions::Asker,
        web::problem::{Kind, Problem, Result},
    },
    words::money::{Asset, Assets, Listed},
};

/// What the chain says of a listed jetton.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// It is as listed.
    Right,
    /// It is there, but says nothing of its decimals, or calls itself something else.
    Doubtful(String),
    /// It is not what is listed.
    Wrong(String),
}

/// What has been heard so far, by master.
#[derive(Default)]
pub struct Vouched(Mutex<HashMap<Address, Word>>);

impl Vouched {
    fn get(&self, master: &Address) -> Option<Word> {
        self.all().get(master).cloned()
    }

    fn set(&self, master: Address, word: Word) {
        self.all().insert(master, word);
    }

    fn all(&self) -> std::sync::MutexGuard<'_, HashMap<Address, Word>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks the chain about every listed jetton, in the order of the list.
pub async fn ask<'a>(
    chain: &toncenter::Client,
    assets: &'a Assets,
) -> Result<Vec<(&'a Listed, Word)>, toncenter::Error> {
    let mut words = Vec::new();
    for listed in assets.iter() {
        if let Asset::Jetton(master) = listed.asset {
            let found = chain.jetton_master(&master).await?;
            words.push((listed, judge(listed, found.as_ref())));
        }
    }
    Ok(words)
}

/// At the start: refuses settings that the chain denies. While the chain service is away the service starts
/// all the same, and refuses each jetton until it is back.
pub async fn at_start(app: &App) -> anyhow::Result<()> {
    let words = match ask(&app.chain, &app.assets).await {
        Ok(words) => words,
        Err(error) => {
            tracing::warn!(%error, "the jettons of REMIT_JETTONS are not confirmed yet: nothing is asked for in them until the chain service answers");
            return Ok(());
        }
    };
    for (listed, word) in words {
        match &word {
            Word::Right => {}
            Word::Doubtful(what) => tracing::warn!(asset = listed.code, "REMIT_JETTONS: {what}"),
            Word::Wrong(what) => anyhow::bail!("REMIT_JETTONS: {what}. {MEND}"),
        }
        note(app, listed, word);
    }
    Ok(())
}

/// What to do about a jetton that is not what the settings say.
pub const MEND: &str = "Correct its master or its decimals: CODE=master:decimals.";

/// Refuses a jetton that the chain has not confirmed; it is asked now if it was not before.
pub async fn confirm(app: &App, asker: &Asker, asset: Asset) -> Result<()> {
    let (Asset::Jetton(master), Some(listed)) = (asset, app.assets.get(asset)) else {
        return Ok(());
    };
    let word = match app.vouched.get(&master) {
        Some(word) => word,
        None => {
            let found = app.questions.jetton_master(asker, &master).await?;
            let word = judge(listed, found.as_ref());
            if let Word::Wrong(what) = &word {
                tracing::error!(asset = listed.code, "REMIT_JETTONS: {what}. {MEND}");
            }
            note(app, listed, word.clone());
            word
        }
    };
    match word {
        Word::Right | Word::Doubtful(_) => Ok(()),
        Word::Wrong(_) => Err(Problem::new(
            Kind::AssetDenied,
            format!(
                "This service's settings of {} are not what the chain says, so no sum in it would be \
                 right. Nothing was created and no money has moved. The operator must correct \
                 REMIT_JETTONS; other assets go on.",
                listed.code
            ),
        )),
    }
}

fn note(app: &App, listed: &Listed, word: Word) {
    if let Asset::Jetton(master) = listed.asset {
        app.vouched.set(master, word);
    }
}

/// Holds what is listed against what was found.
fn judge(listed: &Listed, found: Option<&JettonMaster>) -> Word {
    let code = &listed.code;
    let Some(found) = found else {
        return Word::Wrong(format!("{code}: there is no jetton at this master"));
    };
    match found.decimals() {
        Some(decimals) if decimals != u32::from(listed.decimals) => Word::Wrong(format!(
            "{code} has {decimals} decimals on the chain, not {}",
            listed.decimals
        )),
        None => Word::Doubtful(format!(
            "the chain service does not say how many decimals {code} has; {} are taken for right",
            listed.decimals
        )),
        Some(_) => match found.symbol() {
            Some(symbol) if !is_like(symbol, code) => Word::Doubtful(format!(
                "{code} calls itself {} on the chain: make sure that its master is the one you mean",
                Short(symbol)
            )),
            _ => Word::Right,
        },
    }
}

/// Whether a symbol may stand for a code: `USD₮` for `USDT`, `jUSDC` not.
fn is_like(symbol: &str, code: &str) -> bool {
    let plain = |c: char| match c {
        '₮' => Some('T'),
        '₿' => Some('B'),
        '€' => Some('E'),
        c if c.is_alphanumeric() => Some(c.to_ascii_uppercase()),
        _ => None,
    };
    symbol.chars().filter_map(plain).eq(code.chars())
}

/// Somebody else's text, short and on one line.
struct Short<'a>(&'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.0.chars().filter(|c| !c.is_control()).take(32).collect();
        write!(f, "{text:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(code: &str, decimals: u8) -> Listed {
        let asset = Asset::Jetton(Address::new(0, [7; 32]));
        Listed { asset, code: code.into(), name: code.into(), decimals }
    }

    fn master(decimals: Option<&str>, symbol: Option<&str>) -> JettonMaster {
        let text = |text: Option<&str>| text.map(str::to_owned);
        JettonMaster { decimals: text(decimals), symbol: text(symbol) }
    }

    #[test]
    fn decimals_must_be_the_chains() {
        let usdt = |decimals| listed("USDT", decimals);
        assert_eq!(judge(&usdt(6), Some(&master(Some("6"), Some("USD₮")))), Word::Right);
        assert_eq!(judge(&usdt(6), Some(&master(Some("6"), None))), Word::Right);
        for (listed, found) in [
            (usdt(9), Some(master(Some("6"), Some("USDT")))),
            (usdt(6), Some(master(Some("9"), Some("USDT")))),
            (usdt(6), Some(master(Some("0"), None))),
            (usdt(6), None),
        ] {
            let word = judge(&listed, found.as_ref());
            assert!(matches!(word, Word::Wrong(_)), "{found:?}: {word:?}");
        }
        for found in [
            master(None, Some("USDT")),
            master(Some("six"), None),
            master(Some("6"), Some("SCAM\n\u{202e}")),
        ] {
            let word = judge(&usdt(6), Some(&found));
            assert!(matches!(&word, Word::Doubtful(what) if !what.contains('\n')), "{word:?}");
        }
    }

    #[test]
    fn a_symbol_is_spelled_in_many_ways() {
        for (symbol, code, same) in [
            ("USD₮", "USDT", true),
            ("usdt", "USDT", true),
            ("USD-T", "USDT", true),
            ("jUSDT", "USDT", false),
            ("USDC", "USDT", false),
            ("", "USDT", false),
        ] {
            assert_eq!(is_like(symbol, code), same, "{symbol}");
        }
    }
}
