//! Rates, as the API shows them.

use serde::Serialize;
use utoipa::ToSchema;

use super::Stand;
use crate::words::{text::text_enum, time::Time};

/// What assets are worth, and how that is known.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rates {
    /// One for each asset in each currency.
    pub data: Vec<RateView>,
    /// The currency in which money that has come is reported.
    #[schema(example = "USD")]
    pub reporting_currency: String,
    pub rules: RulesView,
}

/// When a rate is trusted.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesView {
    /// How many sources must agree.
    pub agreeing: usize,
    /// How far from the median they may be, in hundredths of a percent.
    pub max_deviation_bps: u16,
    /// How old what they said may be.
    pub max_age_seconds: u64,
}

/// What one whole unit of an asset is worth.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rate)]
pub struct RateView {
    #[schema(example = "GRAM")]
    pub asset: String,
    #[schema(example = "USD")]
    pub currency: String,
    /// The median of what was said lately, decimal. Rely on it only where it is trusted.
    #[schema(example = "2.5")]
    pub value: Option<String>,
    /// Whether prices in this currency are taken for this asset just now.
    pub trusted: bool,
    /// Why not.
    pub reason: Option<String>,
    /// How old a trusted rate is: when the oldest of the sources that agree was asked.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Time>,
    pub sources: Vec<SourceView>,
}

text_enum! {
    /// What a source counts for.
    pub enum Part {
        Agrees = "agrees",
        /// It is too far from the median.
        Deviates = "deviates",
        /// What it said is too old.
        Stale = "stale",
        /// It has said nothing of this pair so far.
        Silent = "silent",
    }
}

impl From<Stand> for Part {
    fn from(stand: Stand) -> Self {
        match stand {
            Stand::Agrees => Self::Agrees,
            Stand::Deviates => Self::Deviates,
            Stand::Stale => Self::Stale,
        }
    }
}

/// One source, and what it says of a pair.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RateSource)]
pub struct SourceView {
    pub name: String,
    pub part: Part,
    /// Decimal, exactly as the source said.
    pub value: Option<String>,
    /// When it last said so.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Time>,
    /// What went wrong when it was last asked.
    pub error: Option<String>,
    /// After several failures it is left in peace until then.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub resting_until: Option<Time>,
}
