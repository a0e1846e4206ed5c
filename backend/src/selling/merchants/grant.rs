//! What an API key may do: pure, so that it can be read in one sitting.

use std::{collections::BTreeSet, fmt, net::IpAddr, str::FromStr};

use ipnet::IpNet;

use crate::words::{text::described, time::Time};

/// A part of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    Events,
    Invoices,
    Keys,
    Members,
    Refunds,
    Reports,
    Unmatched,
    Webhooks,
}

impl Area {
    pub const ALL: [Self; 8] = [
        Self::Events,
        Self::Invoices,
        Self::Keys,
        Self::Members,
        Self::Refunds,
        Self::Reports,
        Self::Unmatched,
        Self::Webhooks,
    ];

    /// Whether whoever writes here decides who else may do what. Where the store is paid has no area:
    /// no key decides that.
    const fn is_guarded(self) -> bool {
        matches!(self, Self::Keys | Self::Members)
    }

    /// Whether there is anything to write. A scope that says so may be asked for all the same.
    pub const fn is_written(self) -> bool {
        !matches!(self, Self::Events | Self::Reports)
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Invoices => "invoices",
            Self::Keys => "keys",
            Self::Members => "members",
            Self::Refunds => "refunds",
            Self::Reports => "reports",
            Self::Unmatched => "unmatched",
            Self::Webhooks => "webhooks",
        }
    }
}

/// `invoices:read`, or `invoices:write`, which includes reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    pub area: Area,
    pub write: bool,
}

impl Scope {
    pub fn all() -> impl Iterator<Item = Self> {
        Area::ALL.into_iter().flat_map(|area| [false, true].map(|write| Self { area, write }))
    }
}

described!(Scope: Scope::all());

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.area.word(), if self.write { "write" } else { "read" })
    }
}

impl FromStr for Scope {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (area, right) = text.split_once(':').ok_or(())?;
        let area = Area::ALL.into_iter().find(|known| known.word() == area).ok_or(())?;
        match right {
            "read" => Ok(Self { area, write: false }),
            "write" => Ok(Self { area, write: true }),
            _ => Err(()),
        }
    }
}

/// What a call needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Any key will do.
    Nothing,
    Scope(Scope),
    /// A key without limits: so is whatever nobody has thought of.
    Everything,
}

/// What a method of CryptoBot's API needs; there, GET makes invoices too.
fn cryptobot(method: &str) -> Need {
    let (area, write) = match method {
        "getMe" | "getExchangeRates" | "getCurrencies" => return Need::Nothing,
        "createInvoice" | "deleteInvoice" => (Area::Invoices, true),
        "getInvoices" => (Area::Invoices, false),
        "getBalance" | "getStats" | "getTransfers" | "getChecks" => (Area::Reports, false),
        _ => return Need::Everything,
    };
    Need::Scope(Scope { area, write })
}

/// What a call to `path` needs. A route that is not named here is closed to limited keys.
pub fn need(path: &str, reads: bool) -> Need {
    if let Some(method) = path.strip_prefix("/compat/cryptobot/api/") {
        return cryptobot(method);
    }
    let area = match path.strip_prefix("/v1/").and_then(|rest| rest.split('/').next()) {
        Some("merchant" | "rates") if reads => return Need::Nothing,
        // Whoever belongs to a store may always go.
        Some("members") if path == "/v1/members/leave" => return Need::Nothing,
        Some("members") => Area::Members,
        Some("payout_changes" | "rights_changes" | "audit_log") if reads => Area::Members,
        Some("events") => Area::Events,
        Some("invoices") => Area::Invoices,
        Some("keys") => Area::Keys,
        Some("refunds") => Area::Refunds,
        Some("reports" | "receipts") => Area::Reports,
        Some("unmatched") => Area::Unmatched,
        Some("webhook_endpoints" | "webhook_secret" | "deliveries") => Area::Webhooks,
        _ => return Need::Everything,
    };
    Need::Scope(Scope { area, write: !reads })
}

/// The limits of a key; empty ones limit nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant {
    pub scopes: Option<BTreeSet<Scope>>,
    pub allowed_ips: Vec<IpNet>,
    pub expires_at: Option<Time>,
}

/// Why a key does not open a door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    Expired,
    /// It may not be used from this address.
    Address,
    /// It lacks this scope; `None`: it would need to be without limits.
    Scope(Option<Scope>),
}

impl Grant {
    /// Whether a key with these limits may make a call now, from there.
    pub fn allows(&self, need: Need, from: Option<IpAddr>, now: Time) -> Result<(), Denied> {
        if self.expires_at.is_some_and(|end| now >= end) {
            return Err(Denied::Expired);
        }
        let known = from.is_some_and(|from| {
            let from = from.to_canonical();
            self.allowed_ips.iter().any(|network| network.contains(&from))
        });
        if !self.allowed_ips.is_empty() && !known {
            return Err(Denied::Address);
        }
        match need {
            _ if self.opens(need) => Ok(()),
            Need::Scope(scope) => Err(Denied::Scope(Some(scope))),
            Need::Nothing | Need::Everything => Err(Denied::Scope(None)),
        }
    }

    /// Whether its scopes are enough, wherever and whenever it is.
    pub fn opens(&self, need: Need) -> bool {
        match (need, &self.scopes) {
            (Need::Nothing, _) | (_, None) => true,
            (Need::Everything, Some(_)) => false,
            (Need::Scope(scope), Some(own)) => {
                own.contains(&scope) || own.contains(&Scope { write: true, ..scope })
            }
        }
    }

    /// Whether it gives power over who else may do what: over keys or people, or over everything.
    pub fn is_guarded(&self) -> bool {
        let guarded = |scope: &Scope| scope.write && scope.area.is_guarded();
        self.scopes.as_ref().is_none_or(|scopes| scopes.iter().any(guarded))
    }

    /// What is left of it as long as that power waits: everything else, and a look at what is guarded.
    #[must_use]
    pub fn unguarded(&self) -> Self {
        let everything = || Area::ALL.into_iter().map(|area| Scope { area, write: true }).collect();
        let scopes = self.scopes.clone().unwrap_or_else(everything);
        let scopes = scopes
            .into_iter()
            .map(|scope| Scope { write: scope.write && !scope.area.is_guarded(), ..scope })
            .collect();
        Self { scopes: Some(scopes), ..self.clone() }
    }

    /// What these limits become when they are handed to a webhook endpoint: it reads the feed.
    #[must_use]
    pub fn of_webhook(&self) -> Self {
        let feed = Scope { area: Area::Events, write: false };
        Self { scopes: Some([feed].into()), ..self.clone() }
    }

    /// The one rule of whoever gives, replaces or takes back what others may do: nobody does it with
    /// more than they have themselves.
    pub fn covers(&self, other: &Self) -> bool {
        let scopes = match (&self.scopes, &other.scopes) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(theirs)) => theirs
                .iter()
                .all(|scope| own.contains(scope) || own.contains(&Scope { write: true, ..*scope })),
        };
        let addresses = self.allowed_ips.is_empty()
            || !other.allowed_ips.is_empty()
                && other
                    .allowed_ips
                    .iter()
                    .all(|net| self.allowed_ips.iter().any(|own| own.contains(net)));
        let time = match (self.expires_at, other.expires_at) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(theirs)) => theirs <= own,
        };
        scopes && addresses && time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Option<BTreeSet<Scope>> {
        Some(text.split(' ').map(|scope| scope.parse().unwrap()).collect())
    }

    fn net(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    const NOW: Time = Time::from_millis(1_000);

    #[test]
    fn a_scope_reads_as_it_is_written() {
        for area in Area::ALL {
            for write in [false, true] {
                let scope = Scope { area, write };
                assert_eq!(scope.to_string().parse(), Ok(scope));
            }
        }
        for bad in ["", "invoices", "invoices:", "invoices:delete", "Invoices:read", "all:read"] {
            assert!(bad.parse::<Scope>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_call_needs_what_it_says() {
        for (path, reads, needed) in [
            ("/v1/invoices", true, "invoices:read"),
            ("/v1/invoices/inv_1/void", false, "invoices:write"),
            ("/v1/events", true, "events:read"),
            ("/v1/webhook_endpoints/x", false, "webhooks:write"),
            ("/v1/deliveries", true, "webhooks:read"),
            ("/v1/keys", false, "keys:write"),
            ("/v1/members/usr_1", false, "members:write"),
            ("/v1/audit_log", true, "members:read"),
            ("/v1/receipts/x", true, "reports:read"),
            ("/compat/cryptobot/api/createInvoice", true, "invoices:write"),
            ("/compat/cryptobot/api/getInvoices", false, "invoices:read"),
        ] {
            assert_eq!(need(path, reads), Need::Scope(needed.parse().unwrap()), "{path}");
        }
        assert_eq!(need("/v1/merchant", true), Need::Nothing);
        for closed in [
            "/v1/merchant",
            "/v1/somewhere",
            "/v2/invoices",
            "/",
            "/v1/invoicesx",
            "/compat/cryptobot/api/transfer",
        ] {
            assert_eq!(need(closed, false), Need::Everything, "{closed}");
        }
    }

    #[test]
    fn a_key_opens_what_it_was_made_for() {
        let till = Grant {
            scopes: scopes("invoices:write events:read"),
            allowed_ips: vec![net("203.0.113.0/24"), net("2001:db8::/32")],
            expires_at: Some(Time::from_millis(2_000)),
        };
        let home = "203.0.113.7".parse().ok();
        let read = need("/v1/invoices", true);
        assert_eq!(till.allows(read, home, NOW), Ok(()));
        assert_eq!(till.allows(need("/v1/invoices", false), home, NOW), Ok(()));
        assert_eq!(till.allows(read, "::ffff:203.0.113.7".parse().ok(), NOW), Ok(()));
        assert_eq!(till.allows(read, "203.0.114.7".parse().ok(), NOW), Err(Denied::Address));
        assert_eq!(till.allows(read, None, NOW), Err(Denied::Address));
        assert_eq!(till.allows(read, home, Time::from_millis(2_000)), Err(Denied::Expired));
        let refund = need("/v1/refunds", false);
        assert_eq!(
            till.allows(refund, home, NOW),
            Err(Denied::Scope("refunds:write".parse().ok()))
        );
        assert_eq!(till.allows(Need::Everything, home, NOW), Err(Denied::Scope(None)));
        assert_eq!(Grant::default().allows(Need::Everything, None, NOW), Ok(()));
    }

    #[test]
    fn what_waits_is_power_over_keys_and_people() {
        let of = |text: &str| Grant { scopes: scopes(text), ..Grant::default() };
        for (grant, guarded) in [
            (Grant::default(), true),
            (of("keys:write invoices:read"), true),
            (of("members:write"), true),
            (of("keys:read members:read webhooks:write refunds:write"), false),
        ] {
            assert_eq!(grant.is_guarded(), guarded, "{grant:?}");
            let left = grant.unguarded();
            assert!(!left.is_guarded() && grant.covers(&left), "{left:?}");
        }
        assert_eq!(of("keys:write invoices:write").unguarded(), of("keys:read invoices:write"));
        let till = Grant { allowed_ips: vec![net("10.0.0.0/8")], ..of("events:read") };
        assert_eq!(till.unguarded(), till);
        let left = Grant::default().unguarded();
        for (path, reads, may) in [
            ("/v1/invoices", false, true),
            ("/v1/webhook_endpoints", false, true),
            ("/v1/keys", true, true),
            ("/v1/keys", false, false),
            ("/v1/members/usr_1", false, false),
            ("/v1/payout_changes/pch_1/cancel", false, false),
        ] {
            assert_eq!(left.allows(need(path, reads), None, NOW).is_ok(), may, "{path}");
        }
    }

    #[test]
    fn nobody_gives_more_than_they_have() {
        let all = Grant::default();
        let some = Grant { scopes: scopes("keys:write invoices:write"), ..all.clone() };
        let less = Grant { scopes: scopes("invoices:read"), ..all.clone() };
        let other = Grant { scopes: scopes("refunds:read"), ..all.clone() };
        let near = Grant { allowed_ips: vec![net("10.0.0.0/8")], ..all.clone() };
        let nearer = Grant { allowed_ips: vec![net("10.1.0.0/16")], ..all.clone() };
        let short = Grant { expires_at: Some(NOW), ..all.clone() };
        for (giver, given, may) in [
            (&all, &some, true),
            (&some, &less, true),
            (&some, &other, false),
            (&some, &all, false),
            (&near, &nearer, true),
            (&nearer, &near, false),
            (&near, &all, false),
            (&short, &all, false),
            (&all, &short, true),
            (&short, &short, true),
        ] {
            assert_eq!(giver.covers(given), may, "{giver:?} {given:?}");
        }
    }
}
