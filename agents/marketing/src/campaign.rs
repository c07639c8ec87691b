//! Campaigns: who is offered what, when, and why. Each is a file in `data/campaigns/`.

use contract::profile::{Profile, Vehicle};
use contract::turn::VehicleState;
use contract::{Error, ErrorKind, Result};
use include_dir::{Dir, include_dir};
use jiff::civil::Date;
use serde::Deserialize;

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/data/campaigns");

/// Days in a year on average, leap years included.
const YEAR: f64 = 365.25;

/// One campaign. `data/README.md` says what each field means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Campaign {
    /// The name of its file: what was shown is counted by it.
    #[serde(skip)]
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) summary: String,
    reason: String,
    pub(crate) priority: u32,
    from: toml::value::Datetime,
    until: toml::value::Datetime,
    pub(crate) every_days: i64,
    /// Empty: all in which the agent is asked.
    #[serde(default)]
    pub(crate) matters: Vec<String>,
    who: Who,
}

/// Whom a campaign is for. What is left out holds for all.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Who {
    models: Vec<String>,
    variants: Vec<String>,
    markets: Vec<String>,
    year_from: Option<u16>,
    year_until: Option<u16>,
    odometer_from_km: Option<u32>,
    odometer_until_km: Option<u32>,
    customer_from_years: Option<f64>,
    customer_until_years: Option<f64>,
    battery_below_pct: Option<f64>,
}

/// A customer as campaigns see them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Customer<'a> {
    /// Who they are.
    pub(crate) profile: &'a Profile,
    /// What the car reports.
    pub(crate) state: Option<&'a VehicleState>,
    /// The day.
    pub(crate) today: Date,
}

/// All campaigns that were built in, the most important first.
///
/// # Errors
/// `Invalid`, naming the file, when one is broken.
pub(crate) fn shipped() -> Result<Vec<Campaign>> {
    let mut campaigns = Vec::new();
    for file in FILES.files() {
        let name = file.path().file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        campaigns.push(read(name, file.contents_utf8().unwrap_or_default())?);
    }
    campaigns.sort_by(|one, other| (other.priority, &one.name).cmp(&(one.priority, &other.name)));
    Ok(campaigns)
}

fn read(name: &str, text: &str) -> Result<Campaign> {
    let broken = |why: String| Error::new(ErrorKind::Invalid, format!("the campaign {name}: {why}"));
    let campaign: Campaign = toml::from_str(text).map_err(|cause| broken("cannot be read".into()).caused_by(cause))?;
    if campaign.every_days < 1 || campaign.every_days > backoffice::offers::KEPT_DAYS {
        return Err(broken(format!("every_days must be 1 to {}", backoffice::offers::KEPT_DAYS)));
    }
    match (day(&campaign.from), day(&campaign.until)) {
        (Some(from), Some(until)) if from <= until => Ok(Campaign { name: name.into(), ..campaign }),
        _ => Err(broken("from and until must be days, in this order".into())),
    }
}

fn day(written: &toml::value::Datetime) -> Option<Date> {
    let date = written.date?;
    Date::new(date.year.try_into().ok()?, date.month.try_into().ok()?, date.day.try_into().ok()?).ok()
}

impl Campaign {
    /// The first day.
    pub(crate) fn from(&self) -> Date {
        day(&self.from).unwrap_or(Date::MAX)
    }

    /// The last day.
    pub(crate) fn until(&self) -> Date {
        day(&self.until).unwrap_or(Date::MIN)
    }

    /// Whether it is for this customer and their car.
    pub(crate) fn is_for(&self, customer: &Customer<'_>) -> bool {
        let Customer { profile, state, .. } = customer;
        let Some(car) = profile.vehicles.first() else { return false };
        let odometer = state.and_then(|state| state.odometer_km).unwrap_or(car.odometer_km.into());
        let years = customer.years();
        let battery = state.and_then(|state| state.battery_pct);
        let Who { models, variants, markets, .. } = &self.who;
        among(models, &car.model)
            && among(variants, &car.variant)
            && among(markets, &profile.market)
            && self.who.year_from.is_none_or(|from| car.year >= from)
            && self.who.year_until.is_none_or(|until| car.year <= until)
            && self.who.odometer_from_km.is_none_or(|from| odometer >= from.into())
            && self.who.odometer_until_km.is_none_or(|until| odometer <= until.into())
            && self.who.customer_from_years.is_none_or(|from| years >= from)
            && self.who.customer_until_years.is_none_or(|until| years <= until)
            && self.who.battery_below_pct.is_none_or(|below| battery.is_some_and(|battery| battery < below))
    }

    /// Why this customer sees it, to follow "You see this because".
    pub(crate) fn reason(&self, customer: &Customer<'_>) -> String {
        let Some(Vehicle { model, year, odometer_km, .. }) = customer.profile.vehicles.first() else {
            return self.reason.clone();
        };
        let reported = customer.state.and_then(|state| state.odometer_km).map(|km| format!("{km:.0}"));
        let km = grouped(&reported.unwrap_or_else(|| odometer_km.to_string()));
        self.reason
            .replace("{model}", model)
            .replace("{year}", &year.to_string())
            .replace("{km}", &km)
            .replace("{years}", &format!("{:.0}", customer.years().floor()))
    }
}

impl Customer<'_> {
    /// For how many years they are a customer.
    fn years(&self) -> f64 {
        let days = self.profile.since.duration_until(self.today).as_hours() / 24;
        // Fits a float exactly: fewer days than 2^31 lie between any two dates.
        i32::try_from(days).map_or(0.0, f64::from) / YEAR
    }
}

fn among(list: &[String], item: &str) -> bool {
    list.is_empty() || list.iter().any(|known| known == item)
}

/// 18200 → `18,200`.
fn grouped(digits: &str) -> String {
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use contract::CustomerId;
    use contract::profile::Consents;

    use super::*;

    fn profile(model: &str, year: u16, odometer_km: u32, since: &str) -> Profile {
        let car = Vehicle { vin: "V".into(), model: model.into(), variant: "Standard".into(), year, odometer_km };
        Profile {
            customer: CustomerId::new("ada").unwrap(),
            name: "Ada".into(),
            language: "en".into(),
            market: "uk".into(),
            since: since.parse().unwrap(),
            vehicles: vec![car],
            consents: Consents::default(),
            history: Vec::new(),
            memories: Vec::new(),
        }
    }

    fn of<'a>(profile: &'a Profile, state: Option<&'a VehicleState>) -> Customer<'a> {
        Customer { profile, state, today: "2026-11-28".parse().unwrap() }
    }

    fn named(name: &str) -> Campaign {
        shipped().unwrap().into_iter().find(|campaign| campaign.name == name).unwrap()
    }

    #[test]
    fn the_shipped_campaigns_are_many_and_in_their_order() {
        let campaigns = shipped().unwrap();
        assert!(campaigns.len() >= 8, "{}", campaigns.len());
        assert!(campaigns.is_sorted_by(|one, next| one.priority >= next.priority));
        for campaign in &campaigns {
            assert!(campaign.summary.ends_with('.') && !campaign.reason.ends_with('.'), "{}", campaign.name);
        }
    }

    #[test]
    fn a_broken_campaign_is_named() {
        let whole =
            "title='t'\nsummary='s.'\nreason='r'\npriority=1\nfrom=2026-01-01\nuntil=2026-02-01\nevery_days=1\n[who]\n";
        assert!(read("good", whole).is_ok());
        for (from, to) in
            [("2026-02-01", "2025-02-01"), ("every_days=1", "every_days=0"), ("[who]", "[who]\nsex='f'"), ("'t'", "")]
        {
            let error = read("winter", &whole.replace(from, to)).unwrap_err();
            assert!(error.to_string().contains("winter"), "{error}");
        }
    }

    #[test]
    fn each_field_of_a_segment_counts() {
        let lumen = profile("Lumen", 2022, 88_400, "2020-11-23");
        let young = profile("Lumen", 2026, 4_100, "2026-03-15");
        let corran = profile("Corran", 2021, 98_700, "2021-05-17");
        let low = VehicleState { battery_pct: Some(12.0), ..VehicleState::default() };
        let driven = VehicleState { odometer_km: Some(60_000.0), ..VehicleState::default() };
        let cases = [
            ("battery-check", of(&lumen, None), true),
            ("battery-check", of(&young, None), false),
            ("battery-check", of(&corran, None), false),
            ("hybrid-brakes", of(&corran, None), true),
            ("hybrid-brakes", of(&lumen, None), false),
            ("circle-thanks", of(&lumen, None), true),
            ("circle-thanks", of(&young, None), false),
            ("welcome-protection", of(&young, None), true),
            ("welcome-protection", of(&young, Some(&driven)), false),
            ("charge-on-the-way", of(&lumen, None), false),
            ("charge-on-the-way", of(&lumen, Some(&low)), true),
            ("next-car-bonus", of(&lumen, None), true),
            ("next-car-bonus", of(&young, None), false),
        ];
        for (campaign, customer, expected) in cases {
            let of = &customer.profile.vehicles[0];
            assert_eq!(named(campaign).is_for(&customer), expected, "{campaign} for {} of {}", of.model, of.year);
        }
        let mut without = profile("Lumen", 2022, 1, "2020-11-23");
        without.vehicles.clear();
        assert!(!named("winter-check-2026").is_for(&of(&without, None)), "nobody without a car");
    }

    #[test]
    fn a_reason_names_what_speaks_for_it() {
        let farid = profile("Lumen", 2022, 88_400, "2020-11-23");
        let reason = |name: &str| named(name).reason(&of(&farid, None));
        assert_eq!(reason("battery-check"), "your Lumen of 2022 has 88,400 km on it");
        assert_eq!(reason("circle-thanks"), "you have been a customer for 6 years");
    }
}
