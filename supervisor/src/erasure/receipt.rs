//! The receipt of an erasure: what was erased where, whether that is all, and a digest by which it is known again.

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What an erasure did. Nothing in it names the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Receipt {
    /// By which it is found in the audit trail.
    pub receipt_id: String,
    /// What stands for the customer; who knows their id can tell that it is theirs.
    pub customer: String,
    /// When the first sweep began.
    pub began: Timestamp,
    /// When the last one ended.
    pub ended: Timestamp,
    /// How often every store was swept.
    pub sweeps: u32,
    /// What was erased, store by store, over all sweeps.
    pub stores: Vec<Erased>,
    /// Whether everything is gone. If not, a store failed in the last sweep, and the erasure is to be asked for again.
    pub complete: bool,
    /// SHA-256 (hexadecimal) over all the above, as the audit trail holds it.
    pub digest: String,
}

/// What was erased from one store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Erased {
    /// The store.
    pub store: String,
    /// How many pieces.
    pub pieces: u64,
    /// Whether it failed when it was asked last.
    pub failed: bool,
}

impl Receipt {
    /// The receipt of two sweeps.
    pub(super) fn of(
        id: String,
        customer: String,
        (began, ended): (Timestamp, Timestamp),
        first: Vec<Erased>,
        last: Vec<Erased>,
    ) -> Self {
        let mut stores = last;
        for Erased { store, pieces, .. } in first {
            if let Some(same) = stores.iter_mut().find(|same| same.store == store) {
                same.pieces += pieces;
            }
        }
        let complete = !stores.is_empty() && stores.iter().all(|store| !store.failed);
        let digest = String::new();
        let mut receipt = Self { receipt_id: id, customer, began, ended, sweeps: 2, stores, complete, digest };
        // Our own types always become JSON.
        let written = serde_json::to_vec(&receipt).unwrap_or_default();
        receipt.digest = Sha256::digest(written).iter().map(|byte| format!("{byte:02x}")).collect();
        receipt
    }

    /// One line for the audit trail.
    pub(super) fn in_words(&self) -> String {
        let Self { receipt_id, sweeps, digest, .. } = self;
        let outcome = if self.complete { "done" } else { "incomplete" };
        let stores =
            self.stores.iter().map(
                |Erased { store, pieces, failed }| {
                    if *failed { format!("{store} failed") } else { format!("{store} {pieces}") }
                },
            );
        let stores = stores.collect::<Vec<_>>().join(", ");
        format!("{outcome}; receipt {receipt_id}; sweeps {sweeps}; {stores}; sha256 {digest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn erased(store: &str, pieces: u64, failed: bool) -> Erased {
        Erased { store: store.into(), pieces, failed }
    }

    fn receipt(last: Vec<Erased>) -> Receipt {
        let at = Timestamp::UNIX_EPOCH;
        Receipt::of("r".into(), "customer~1".into(), (at, at), vec![erased("a", 2, true), erased("b", 3, false)], last)
    }

    #[test]
    fn a_receipt_adds_up_and_claims_no_more_than_was_done() {
        let good = receipt(vec![erased("a", 1, false), erased("b", 0, false)]);
        assert!(good.complete, "what failed once was asked again");
        assert_eq!(good.stores, [erased("a", 3, false), erased("b", 3, false)]);
        assert!(good.in_words().starts_with("done; receipt r; sweeps 2; a 3, b 3; sha256 "), "{}", good.in_words());
        let bad = receipt(vec![erased("a", 1, false), erased("b", 0, true)]);
        assert!(!bad.complete && bad.in_words().contains("incomplete") && bad.in_words().contains("b failed"));
        assert!(good.digest != bad.digest && good.digest.len() == 64);
        assert!(!receipt(Vec::new()).complete, "nobody was asked");
    }
}
