//! What every customer store promises.

use crate::ports::Customers;
use crate::profile::Profile;
use crate::{CustomerId, ErrorKind};

/// Checks a store that holds exactly `known`.
pub async fn check(store: &dyn Customers, known: &[Profile]) {
    store.ready().await.expect("ready");
    for profile in known {
        assert_eq!(&store.profile(&profile.customer).await.expect("a known customer"), profile);
    }
    let stranger = CustomerId::new("nobody-at-all").unwrap();
    assert_eq!(store.profile(&stranger).await.unwrap_err().kind, ErrorKind::NotFound);
}
