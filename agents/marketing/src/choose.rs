//! Chooses the campaign that a customer is shown, and says of each that fits why it is not.

use backoffice::offers::{Bound, Shown};
use contract::finding::Withheld;
use contract::{SessionId, TurnContext};
use jiff::{SignedDuration, Timestamp};

use crate::campaign::{Campaign, Customer};
use crate::wording::{Caps, Rules};

/// The campaigns that fit a customer and the matter, judged.
#[derive(Debug, Default)]
pub(crate) struct Choice<'a> {
    /// The one to show, and the bounds that it must pass.
    pub(crate) shown: Option<(&'a Campaign, Vec<Bound>)>,
    /// Those that are not, most important first.
    pub(crate) withheld: Vec<Withheld>,
}

/// What a choice is made by.
pub(crate) struct Chooser<'a> {
    pub(crate) caps: Caps,
    pub(crate) rules: &'a Rules,
    /// Label of the matter, when it is sure.
    pub(crate) intent: Option<&'a str>,
    pub(crate) customer: Customer<'a>,
    /// Rules that forbid every campaign in this turn.
    pub(crate) forbidden: Option<&'a str>,
}

impl<'a> Chooser<'a> {
    /// The campaigns for this customer in this matter, the most important first.
    pub(crate) fn fitting(&self, campaigns: &'a [Campaign]) -> Vec<&'a Campaign> {
        let matter = |campaign: &&Campaign| {
            campaign.matters.is_empty() || self.intent.is_some_and(|label| campaign.matters.iter().any(|m| m == label))
        };
        campaigns.iter().filter(matter).filter(|campaign| campaign.is_for(&self.customer)).collect()
    }

    /// The first that no rule forbids, after what the customer was shown.
    pub(crate) fn choose(
        &self,
        fitting: &[&'a Campaign],
        past: &[Shown],
        here: &SessionId,
        now: Timestamp,
    ) -> Choice<'a> {
        let mut choice = Choice::default();
        for campaign in fitting {
            let bounds = self.bounds(campaign, here, now);
            let forbidden = self.forbids(campaign);
            let reached = || bounds.iter().find(|bound| bound.is_reached(past)).map(|bound| bound.rule.clone());
            let taken = || choice.shown.is_some().then(|| self.rules.another.clone());
            match forbidden.or_else(reached).or_else(taken) {
                None => choice.shown = Some((campaign, bounds)),
                Some(rule) => choice.withheld.push(Withheld { name: campaign.title.clone(), rule }),
            }
        }
        choice.withheld.truncate(self.caps.most_withheld);
        choice
    }

    /// The rule that forbids a campaign whatever was shown.
    fn forbids(&self, campaign: &Campaign) -> Option<String> {
        let day = |day: jiff::civil::Date| day.strftime("%-d %B %Y").to_string();
        let today = self.customer.today;
        let dates = if today < campaign.from() {
            Some(self.rules.not_yet.replace("{day}", &day(campaign.from())))
        } else if today > campaign.until() {
            Some(self.rules.over.replace("{day}", &day(campaign.until())))
        } else {
            None
        };
        let consent = (!self.customer.profile.consents.marketing).then(|| self.rules.no_consent.clone());
        dates.or_else(|| self.forbidden.map(Into::into)).or(consent)
    }

    fn bounds(&self, campaign: &Campaign, here: &SessionId, now: Timestamp) -> Vec<Bound> {
        let ago = |days: i64| now.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN);
        let often = self.rules.often.replace("{days}", &campaign.every_days.to_string());
        vec![
            Bound {
                rule: often,
                offer: Some(campaign.name.clone()),
                session: None,
                since: ago(campaign.every_days),
                most: 1,
            },
            Bound {
                rule: self.rules.session.clone(),
                offer: None,
                session: Some(here.clone()),
                since: ago(backoffice::offers::KEPT_DAYS),
                most: self.caps.per_session,
            },
            Bound { rule: self.rules.day.clone(), offer: None, session: None, since: ago(1), most: self.caps.per_day },
        ]
    }
}

/// The customer as campaigns see them; none when nobody is known.
pub(crate) fn customer(context: &TurnContext) -> Option<Customer<'_>> {
    let today = context.turn.received.to_zoned(jiff::tz::TimeZone::UTC).date();
    context.profile().map(|profile| Customer { profile, state: context.turn.vehicle.as_ref(), today })
}
