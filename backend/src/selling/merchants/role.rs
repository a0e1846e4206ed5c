//! What the people of a merchant may do. A role is the same grant that a key could have, so that one
//! table, [`grant::need`](super::grant::need), guards every door.

use std::fmt;

use super::grant::{Area, Grant, Need, Scope, need};
use crate::words::text::{described, text_enum};

text_enum! {
    /// What somebody is to a merchant.
    pub enum Role {
        /// May do everything, also choose the wallet and the people.
        Owner = "owner",
        /// Runs the shop: invoices, refunds, the inbox. Reads the rest.
        Manager = "manager",
        /// Answers customers: reads what they have paid, changes nothing.
        Support = "support",
    }
}

impl Role {
    pub fn grant(self) -> Grant {
        use Area::{Events, Invoices, Keys, Members, Refunds, Reports, Unmatched, Webhooks};
        let (writes, reads): (&[Area], &[Area]) = match self {
            Self::Owner => return Grant::default(),
            Self::Manager => {
                (&[Invoices, Refunds, Unmatched], &[Events, Keys, Members, Reports, Webhooks])
            }
            Self::Support => (&[], &[Events, Invoices, Refunds, Reports, Unmatched]),
        };
        let scopes = |areas: &[Area], write| {
            let areas = areas.to_vec();
            areas.into_iter().map(move |area| Scope { area, write })
        };
        let scopes = scopes(writes, true).chain(scopes(reads, false)).collect();
        Grant { scopes: Some(scopes), ..Grant::default() }
    }

    /// What that lets somebody do, each by itself.
    pub fn may(self) -> Vec<Right> {
        let grant = self.grant();
        Right::all().filter(|right| grant.opens(right.need())).collect()
    }
}

/// Something that a role lets somebody do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    Scope(Scope),
    /// To see or to choose where the store is paid, for which keys have no scope.
    Payout {
        write: bool,
    },
}

impl Right {
    fn all() -> impl Iterator<Item = Self> {
        let scopes = Scope::all().filter(|scope| !scope.write || scope.area.is_written());
        scopes.map(Self::Scope).chain([false, true].map(|write| Self::Payout { write }))
    }

    fn need(self) -> Need {
        match self {
            Self::Scope(scope) => Need::Scope(scope),
            Self::Payout { write } => need("/v1/payout_changes", !write),
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scope(scope) => scope.fmt(f),
            Self::Payout { write: false } => f.write_str("payout:read"),
            Self::Payout { write: true } => f.write_str("payout:write"),
        }
    }
}

described!(Right: Right::all());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_is_told_what_it_may_do() {
        let may = |role: Role| role.may().iter().map(Right::to_string).collect::<Vec<_>>();
        let support =
            ["events:read", "invoices:read", "refunds:read", "reports:read", "unmatched:read"];
        assert_eq!(may(Role::Support), support);
        let manager = [
            "events:read",
            "invoices:read",
            "invoices:write",
            "keys:read",
            "members:read",
            "refunds:read",
            "refunds:write",
            "reports:read",
            "unmatched:read",
            "unmatched:write",
            "webhooks:read",
            "payout:read",
        ];
        assert_eq!(may(Role::Manager), manager);
        assert_eq!(Role::Owner.may(), Right::all().collect::<Vec<_>>());
        let owner = may(Role::Owner);
        assert!(owner.contains(&"payout:write".to_owned()), "{owner:?}");
        assert!(!owner.contains(&"events:write".to_owned()), "{owner:?}");
    }

    #[test]
    fn each_role_may_do_what_it_says() {
        let now = crate::words::time::Time::from_millis(0);
        let may = |role: Role, method: &str, path: &str| {
            role.grant().allows(need(path, method == "GET"), None, now).is_ok()
        };
        for (method, path, support, manager) in [
            ("GET", "/v1/invoices/inv_1/timeline", true, true),
            ("POST", "/v1/invoices", false, true),
            ("POST", "/v1/refunds", false, true),
            ("POST", "/v1/unmatched/trf_1/attach", false, true),
            ("GET", "/v1/reports/days", true, true),
            ("GET", "/v1/keys", false, true),
            ("POST", "/v1/keys", false, false),
            ("GET", "/v1/webhook_endpoints", false, true),
            ("POST", "/v1/webhook_endpoints", false, false),
            ("GET", "/v1/members", false, true),
            ("POST", "/v1/members", false, false),
            ("POST", "/v1/members/leave", true, true),
            ("GET", "/v1/audit_log", false, true),
            ("POST", "/v1/payout_changes", false, false),
        ] {
            assert_eq!(may(Role::Support, method, path), support, "support {method} {path}");
            assert_eq!(may(Role::Manager, method, path), manager, "manager {method} {path}");
            assert!(may(Role::Owner, method, path), "owner {method} {path}");
        }
    }
}
