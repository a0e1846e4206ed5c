//! What the people of a merchant may do. A role is the same grant that a key could have, so that one
//! table, [`grant::need`](super::grant::need), guards every door.

use super::grant::{Area, Grant, Scope};
use crate::words::text::text_enum;

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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selling::merchants::grant::need;

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
