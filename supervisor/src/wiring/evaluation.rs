//! The product as it is measured: with agents and listeners of the measurement's choice.

use std::sync::Arc;

use contract::Result;
use contract::ports::LanguageModel;
use local::{NoMetrics, SystemClock, SystemEntropy};

use super::{Adapters, Product};
use crate::roster::{Roster, SelfTaught};
use crate::settings::Settings;
use crate::turn::Ports;

impl Product {
    /// The product over the adapters that the settings name, with these agents, and with what `overhear` puts before the
    /// models of both tiers. Nothing that it does is measured as operation.
    ///
    /// # Errors
    /// Whatever keeps an adapter from opening, with a hint.
    pub async fn staffed(
        settings: &Settings,
        agents: SelfTaught,
        overhear: impl Fn(Arc<dyn LanguageModel>) -> Arc<dyn LanguageModel>,
    ) -> Result<Self> {
        let adapters = Adapters::reach(settings, Arc::new(SystemClock::start())).await?;
        let entropy = Arc::new(SystemEntropy);
        let mut tools = adapters.tools(entropy.clone()).await?;
        (tools.fast, tools.capable) = (overhear(tools.fast), overhear(tools.capable));
        let ports = Ports {
            conversations: tools.conversations.clone(),
            handoffs: tools.office.handoffs.clone(),
            clock: adapters.clock.clone(),
            metrics: Arc::new(NoMetrics),
        };
        Self::over(Roster::join(agents, &tools)?, tools, ports, entropy, settings)
    }
}
