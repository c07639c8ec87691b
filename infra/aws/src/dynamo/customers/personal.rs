//! What is kept of a customer themselves: everything lies in their own partition.

use async_trait::async_trait;
use contract::ports::PersonalData;
use contract::{Access, Result};
use serde_json::{Value, json};

use super::{DynamoCustomers, items};

#[async_trait]
impl PersonalData for DynamoCustomers {
    fn store(&self) -> &'static str {
        "customers"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let customer = access.customer();
        let profile = items::profile(customer, self.items(customer, "", true).await?)?;
        Ok(profile.map(|profile| json!(profile)).into_iter().collect())
    }

    async fn erase(&self, access: &Access) -> Result<u64> {
        let whole = self.whole();
        let found = whole.partition(&items::partition(access.customer())).await?;
        let count = found.len() as u64;
        whole.remove(found).await?;
        Ok(count)
    }
}
