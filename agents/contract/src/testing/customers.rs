//! What every customer store promises.

use super::access;
use crate::ErrorKind;
use crate::ports::Customers;
use crate::profile::Profile;

/// Checks a store that holds exactly `known`.
pub async fn check(store: &dyn Customers, known: &[Profile]) {
    store.ready().await.expect("ready");
    for profile in known {
        let own = access(profile.customer.as_str());
        assert_eq!(&store.profile(&own).await.expect("a known customer"), profile);
    }
    assert_eq!(store.profile(&access("nobody-at-all")).await.unwrap_err().kind, ErrorKind::NotFound);
}
