//! `motorline partner-key`: a key for a partner's systems, shown once, and the lines that make it known.

use clap::Args;

use crate::commands::say;
use crate::doors::auth::fresh_partner_key;

/// What `partner-key` takes.
#[derive(Debug, Args)]
pub(super) struct PartnerKey {
    /// What the partner is called, such as "Acme Fleet".
    name: String,
}

impl PartnerKey {
    pub(super) fn run(self) -> Result<(), String> {
        let (key, lines) = fresh_partner_key(&self.name, &local::SystemEntropy).map_err(|error| error.to_string())?;
        say("# For the partner, to be sent as X-Api-Key. It is kept nowhere and not shown again.");
        say(key);
        say("\n# For the file that the setting `partners` names. Restart the server then.");
        say(lines);
        Ok(())
    }
}
