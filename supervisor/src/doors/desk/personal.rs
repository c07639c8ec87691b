//! What the desk keeps of a person in memory: the beginning of what they said last, for those who look at what goes on.

use async_trait::async_trait;
use contract::ports::PersonalData;
use contract::{Access, Error, ErrorKind, Result};
use serde_json::Value;

use super::Desk;

#[async_trait]
impl PersonalData for Desk {
    fn store(&self) -> &'static str {
        "desk"
    }

    async fn export(&self, access: &Access) -> Result<Vec<Value>> {
        let unreadable = |cause| Error::new(ErrorKind::Internal, "what goes on cannot be shown").caused_by(cause);
        self.recent.of(access).iter().map(|body| serde_json::to_value(body).map_err(unreadable)).collect()
    }

    async fn erase(&self, access: &Access) -> Result<u64> {
        Ok(self.recent.forget(access) as u64)
    }
}

#[cfg(test)]
mod tests {
    use contract::Caller;
    use contract::testing::{personal_data, record, turn};

    use super::*;
    use crate::settings::{Settings, Sources};

    #[tokio::test]
    async fn keeps_the_promises_of_personal_data() {
        let desk = Desk::open(Settings::resolve(&Sources::default()).unwrap().handoff).unwrap();
        let plant = async |caller: &Caller, word: &str| {
            desk.see(&record(&turn(word, &format!("session-{word}"), caller, word), "good"));
            word.to_owned()
        };
        personal_data::check(&desk, plant).await;
    }
}
