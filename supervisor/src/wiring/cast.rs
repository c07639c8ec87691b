//! Puts the language models together: each vendor's behind what bounds it, each tier as a list that ends with the built-in answerer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use contract::ports::{Entropy, LanguageModel, Ledger};
use contract::{Result, When};
use jiff::tz::TimeZone;
use local::{MemoryLedger, SqliteLedger};
use models::openai::{Address, OpenAiModel, Service};
use models::prices::Price;
use models::{
    AuditedModel, BreakerModel, BreakerRules, BudgetedModel, ExtraCalls, FailoverModel, HedgedModel, OfflineModel,
    Patience, RetryModel, SplitModel, StructuredModel, ThriftyModel,
};

use super::{Adapters, scheme, unknown};
use crate::roster::Assistance;
use crate::settings::{Experiment, ModelRules, OpenAiRules};

/// The models of this deployment.
pub(super) struct Cast {
    /// For everyday replies.
    pub(super) fast: Arc<dyn LanguageModel>,
    /// For delicate replies.
    pub(super) capable: Arc<dyn LanguageModel>,
    /// For understanding.
    pub(super) assistance: Assistance,
}

/// Makes models.
pub(super) struct Casting<'a> {
    adapters: &'a Adapters<'a>,
    rules: &'a ModelRules,
    entropy: Arc<dyn Entropy>,
    ledger: Arc<dyn Ledger>,
    patience: Patience,
    hedges: Arc<ExtraCalls>,
    builtin: Arc<dyn LanguageModel>,
    /// By URI: tiers that name the same model share its breaker and its connections.
    vendors: BTreeMap<String, Arc<dyn LanguageModel>>,
}

impl<'a> Casting<'a> {
    pub(super) fn new(adapters: &'a Adapters<'a>, entropy: Arc<dyn Entropy>) -> Result<Self> {
        let rules = &adapters.settings.models;
        let offline = Arc::new(OfflineModel::new());
        Ok(Self {
            adapters,
            rules,
            entropy,
            ledger: ledger(adapters)?,
            patience: Patience {
                first_word: rules.first_word,
                stall: rules.stall,
                reserve: reserve(adapters.settings.turn.deadline),
            },
            hedges: Arc::new(ExtraCalls::new(rules.hedge_percent, ExtraCalls::USUAL)),
            // Its tokens are on the bill although nothing is paid for them.
            builtin: Arc::new(AuditedModel::new(offline, Price::FREE, adapters.clock.clone())),
            vendors: BTreeMap::new(),
        })
    }

    /// All models that the settings name.
    ///
    /// # Errors
    /// Whatever keeps one of them from being called, with a hint.
    pub(super) fn cast(mut self) -> Result<Cast> {
        let rules = self.rules;
        let (mut fast, mut capable) = (self.tier(&rules.fast)?, self.tier(&rules.capable)?);
        if let Some(experiment) = &rules.experiment {
            fast = split(experiment, fast, self.tier(&experiment.fast)?);
            capable = split(experiment, capable, self.tier(&experiment.capable)?);
        }
        if rules.reply == When::Unsure {
            fast = Arc::new(ThriftyModel::new(fast, self.adapters.clock.clone()));
        }
        let model: Arc<dyn LanguageModel> = Arc::new(StructuredModel::new(self.tier(&rules.analysis)?));
        Ok(Cast {
            fast,
            capable,
            assistance: Assistance { model, patience: rules.opinion, intent: rules.intent, sentiment: rules.sentiment },
        })
    }

    /// The models of a list, in order; behind them, and instead of `offline://`, the built-in answerer.
    fn tier(&mut self, uris: &[String]) -> Result<Arc<dyn LanguageModel>> {
        let named: Vec<&String> = uris.iter().take_while(|uri| scheme(uri) != "offline").collect();
        let vendors: Vec<_> = named.into_iter().map(|uri| self.vendor(uri)).collect::<Result<_>>()?;
        if vendors.is_empty() {
            return Ok(self.builtin.clone());
        }
        let hedged = (0..vendors.len()).map(|at| self.hedged(&vendors, at)).collect();
        let (last, clock) = (self.builtin.clone(), self.adapters.clock.clone());
        Ok(Arc::new(FailoverModel::new(hedged, last, clock, self.patience)))
    }

    /// A model of the list with the next one, or itself, as its second.
    fn hedged(&self, vendors: &[Arc<dyn LanguageModel>], at: usize) -> Arc<dyn LanguageModel> {
        let first = vendors[at].clone();
        let Some(after) = self.rules.hedge_after else { return first };
        let second = vendors.get(at + 1).cloned().unwrap_or_else(|| first.clone());
        Arc::new(HedgedModel::new(first, second, after, self.hedges.clone()))
    }

    /// A vendor's model, behind everything that bounds it.
    fn vendor(&mut self, uri: &str) -> Result<Arc<dyn LanguageModel>> {
        if let Some(known) = self.vendors.get(uri) {
            return Ok(known.clone());
        }
        let (vendor, price) = self.adapter(uri)?;
        let clock = || self.adapters.clock.clone();
        let audited = AuditedModel::new(vendor, price, clock());
        let audited = Arc::new(audited.keeping_answers(self.adapters.settings.turn.record_answers));
        let caps = models::Caps { session: self.rules.caps.session, day: self.rules.caps.day };
        let budgeted = Arc::new(BudgetedModel::new(audited, price, self.ledger.clone(), caps, clock()));
        let guarded = Arc::new(BreakerModel::new(budgeted, clock(), BreakerRules::of(&self.patience)));
        let extra = Arc::new(ExtraCalls::new(ExtraCalls::RETRY_PERCENT, ExtraCalls::USUAL));
        let entropy = self.entropy.clone();
        let model: Arc<dyn LanguageModel> =
            Arc::new(RetryModel::new(guarded, self.rules.retries, extra, clock(), entropy));
        self.vendors.insert(uri.to_owned(), model.clone());
        Ok(model)
    }

    fn adapter(&self, uri: &str) -> Result<(Arc<dyn LanguageModel>, Price)> {
        match scheme(uri) {
            "openai" => {
                let model = self.openai(uri)?;
                let price = model.price();
                Ok((Arc::new(model), price))
            }
            #[cfg(feature = "aws")]
            "bedrock" => {
                let model = self.adapters.cloud()?.bedrock(uri)?;
                let price = model.price();
                Ok((Arc::new(model), price))
            }
            _ => Err(unknown("model", uri)),
        }
    }

    fn openai(&self, uri: &str) -> Result<OpenAiModel> {
        let OpenAiRules { url, key } = &self.rules.openai;
        let key = key.as_ref().map(|key| key.read("openai.key")).transpose()?;
        let service = Service { base: url.clone(), key, first_byte: self.rules.first_word, stall: self.rules.stall };
        let today = self.adapters.clock.now().to_zoned(TimeZone::UTC).date();
        OpenAiModel::open(Address::parse(uri.trim_start_matches("openai://"))?, &service, today)
    }
}

fn split(
    experiment: &Experiment,
    control: Arc<dyn LanguageModel>,
    treatment: Arc<dyn LanguageModel>,
) -> Arc<dyn LanguageModel> {
    Arc::new(SplitModel::new(experiment.name.clone(), experiment.percent, control, treatment))
}

/// The part of a turn's time that is kept for the built-in answerer, which needs about a millisecond, and for what follows it.
fn reserve(deadline: Duration) -> Duration {
    (deadline / 20).clamp(Duration::from_millis(20), Duration::from_millis(250))
}

fn ledger(adapters: &Adapters<'_>) -> Result<Arc<dyn Ledger>> {
    let (uri, clock) = (&adapters.settings.models.ledger, adapters.clock.clone());
    match scheme(uri) {
        "memory" => Ok(Arc::new(MemoryLedger::new(clock))),
        "sqlite" => Ok(Arc::new(SqliteLedger::new(adapters.database(uri, "sqlite")?, clock))),
        #[cfg(feature = "aws")]
        "dynamodb" => adapters.cloud()?.ledger(uri),
        _ => Err(unknown("budget.store", uri)),
    }
}
