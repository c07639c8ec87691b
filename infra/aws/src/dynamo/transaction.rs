//! Transactions: several conditional writes that happen together or not at all.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, ReturnConsumedCapacity, TransactWriteItem};
use aws_smithy_runtime_api::http::Response;
use contract::Error;

use super::Item;
use super::capacity::Meter;
use super::failure::{lost, of_code, unavailable, undecided};

/// Why a transaction was not carried out, or may not have been.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Conditions did not hold: for each write, in their order, the item that was there if its condition was one of them
    /// (empty when there was none).
    Conditions(Vec<Option<Item>>),
    /// Another transaction was at one of the items.
    Contended,
    /// It failed in a way that leaves open whether it was carried out.
    Undecided(Error),
    /// It failed.
    Failed(Error),
}

/// Carries out `writes`, which touch `tables`. Under one `token`, the same writes are carried out once within ten minutes,
/// however often the SDK has to send them.
pub(super) async fn transact(
    client: &Client,
    meter: &Meter,
    writes: Vec<TransactWriteItem>,
    token: &str,
    tables: &str,
) -> Result<(), Refusal> {
    let request = client
        .transact_write_items()
        .set_transact_items(Some(writes))
        .client_request_token(token)
        .return_consumed_capacity(ReturnConsumedCapacity::Total);
    match request.send().await {
        Ok(done) => {
            meter.wrote(done.consumed_capacity());
            Ok(())
        }
        Err(error) => Err(refusal(error, tables)),
    }
}

fn refusal(error: SdkError<TransactWriteItemsError, Response>, tables: &str) -> Refusal {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            of_reasons(cancelled.cancellation_reasons())
        }
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => Refusal::Contended,
        _ if undecided(&error) => Refusal::Undecided(lost(error, tables)),
        _ => Refusal::Failed(lost(error, tables)),
    }
}

/// What cancelled a transaction. A condition that does not hold will not hold after waiting either, so it comes before a
/// conflict; a throttled write comes before both, since then not every condition was looked at.
fn of_reasons(reasons: &[CancellationReason]) -> Refusal {
    let codes = || reasons.iter().filter_map(CancellationReason::code);
    if let Some(error) = codes().find_map(of_code) {
        return Refusal::Failed(error.caused_by(codes().collect::<Vec<_>>().join(", ")));
    }
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    if reasons.iter().any(failed) {
        let item = |reason: &CancellationReason| failed(reason).then(|| reason.item().cloned().unwrap_or_default());
        return Refusal::Conditions(reasons.iter().map(item).collect());
    }
    if codes().any(|code| code == "TransactionConflict") {
        return Refusal::Contended;
    }
    Refusal::Failed(unavailable().caused_by(codes().collect::<Vec<_>>().join(", ")))
}

#[cfg(test)]
mod tests {
    use contract::ErrorKind;

    use super::*;

    fn reasons(codes: &[&str]) -> Refusal {
        let reason = |code: &&str| CancellationReason::builder().code(*code).build();
        of_reasons(&codes.iter().map(reason).collect::<Vec<_>>())
    }

    #[test]
    fn a_cancelled_transaction_is_read_by_index() {
        let Refusal::Conditions(failed) = reasons(&["None", "ConditionalCheckFailed", "TransactionConflict"]) else {
            panic!("a condition failed")
        };
        assert_eq!(failed.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true, false]);
        assert!(matches!(reasons(&["TransactionConflict", "None"]), Refusal::Contended));
    }

    #[test]
    fn what_a_caller_can_do_decides_the_kind() {
        let kinds = [
            (&["ThrottlingError", "ConditionalCheckFailed"], ErrorKind::Busy),
            (&["None", "ProvisionedThroughputExceeded"], ErrorKind::Busy),
            (&["None", "ValidationError"], ErrorKind::Internal),
            (&["None", "SomethingNew"], ErrorKind::Unavailable),
        ];
        for (codes, kind) in kinds {
            let Refusal::Failed(error) = reasons(codes) else { panic!("{codes:?} is an error") };
            assert_eq!(error.kind, kind, "{codes:?}");
        }
    }
}
