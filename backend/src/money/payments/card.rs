//! What a message shows of something that can be paid, to whoever has its link. How that is said is for
//! whoever sends the message.

use crate::words::money::Money;

#[derive(Debug, Clone)]
pub struct Card {
    /// The id that its link opens.
    pub id: String,
    /// Who asks.
    pub who: String,
    pub sum: Sum,
    /// The least that will do, where whoever pays decides how much.
    pub least: Option<Money>,
    /// What it is for, in the words of whoever asks.
    pub note: Option<String>,
    pub standing: Standing,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub enum Sum {
    /// One of these.
    OneOf(Vec<Money>),
    /// Whatever whoever pays thinks right.
    Any,
    /// It cannot be paid inside Telegram.
    Outside,
}

/// How it stands with something that can be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Open,
    OnItsWay,
    Paid,
    Over,
}
