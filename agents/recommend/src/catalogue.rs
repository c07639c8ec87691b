//! The catalogue: what Veldra sells, what it fits and what speaks for it. All of it is in `data/catalogue.toml`.

use contract::{Error, ErrorKind, Result};
use jiff::civil::Date;
use serde::Deserialize;

/// Everything that can be recommended.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The day on which the prices hold.
    pub priced: toml::value::Datetime,
    /// What is sold, in no order.
    #[serde(rename = "product")]
    pub products: Vec<Product>,
}

/// Something that can be recommended.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Stable name.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// One sentence that says what it is.
    pub summary: String,
    /// Price in pounds; 0 when it has none.
    pub gbp: f64,
    /// Price in euros; 0 when it has none.
    pub eur: f64,
    /// What the price is for, such as `a month`, behind `from` when there are dearer ones.
    #[serde(default)]
    pub unit: String,
    /// Models that it fits; empty: all.
    #[serde(default)]
    pub models: Vec<String>,
    /// Variants that it fits; empty: all.
    #[serde(default)]
    pub variants: Vec<String>,
    /// Model years that it fits; empty: all.
    #[serde(default)]
    pub years: Vec<u16>,
    /// Markets in which it is sold; empty: all.
    #[serde(default)]
    pub markets: Vec<String>,
    /// What customers call it, or need it for.
    pub words: Vec<String>,
    /// Matters for which it is worth telling although none of its words was said.
    #[serde(default)]
    pub intents: Vec<String>,
    /// Months in which it is worth more; empty: all the same.
    #[serde(default)]
    pub months: Vec<i8>,
    /// What the customer asked about, in words.
    pub topic: String,
    /// Words in a customer's record that say that they have it.
    #[serde(default)]
    pub owned: Vec<String>,
    /// What is said when a car is one that it does not fit.
    #[serde(default)]
    pub unfit: String,
    /// What must be said with it.
    #[serde(default)]
    pub note: String,
}

/// What a product is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something for the car.
    Accessory,
    /// Something to charge with.
    Charging,
    /// Something that is paid for as long as it is used.
    Plan,
    /// A car.
    Car,
}

impl Catalogue {
    /// The shipped catalogue.
    ///
    /// # Errors
    /// `Invalid` when it is broken.
    pub fn shipped() -> Result<Self> {
        toml::from_str(include_str!("../data/catalogue.toml"))
            .map_err(|cause| Error::new(ErrorKind::Invalid, "catalogue.toml cannot be read").caused_by(cause))
    }

    /// The day on which the prices hold; none when the file names no day.
    pub fn day(&self) -> Option<Date> {
        let date = self.priced.date?;
        Date::new(date.year.try_into().ok()?, date.month.try_into().ok()?, date.day.try_into().ok()?).ok()
    }
}

impl Product {
    /// Which cars it is made for, such as `Lumen Long Range` or `Lumen of 2025 and 2026`; none when for all.
    pub fn made_for(&self) -> Option<String> {
        if self.models.is_empty() && self.variants.is_empty() && self.years.is_empty() {
            return None;
        }
        let mut named = [self.models.join(" and the "), self.variants.join(" and ")].join(" ").trim().to_owned();
        if let (Some(first), Some(last)) = (self.years.iter().min(), self.years.iter().max()) {
            named = format!("{named} of the model years {first} to {last}");
        }
        Some(named)
    }

    /// The price in the money of a market, both when the market is not known: `£690 with fitting`. None when it costs nothing.
    pub fn price(&self, market: Option<&str>) -> Option<String> {
        if self.gbp <= 0.0 {
            return None;
        }
        let (pounds, euros) = (format!("£{}", amount(self.gbp)), format!("€{}", amount(self.eur)));
        let money = match market {
            Some("uk") => pounds,
            Some(_) => euros,
            None => format!("{pounds} ({euros})"),
        };
        Some(match self.unit.strip_prefix("from") {
            Some(rest) => format!("from {money}{rest}"),
            None => format!("{money} {}", self.unit).trim_end().to_owned(),
        })
    }
}

/// 1090 → `1,090`, 5.99 → `5.99`.
fn amount(money: f64) -> String {
    let text = if money.fract() == 0.0 { format!("{money:.0}") } else { format!("{money:.2}") };
    let (whole, cents) = text.split_once('.').map_or((text.as_str(), None), |(whole, cents)| (whole, Some(cents)));
    let groups: Vec<&str> =
        whole.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    let whole = groups.join(",");
    cents.map_or(whole.clone(), |cents| format!("{whole}.{cents}"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_catalogue_is_large_distinct_and_complete() {
        let catalogue = Catalogue::shipped().unwrap();
        assert!(catalogue.products.len() >= 40, "{}", catalogue.products.len());
        assert_eq!(catalogue.day(), Some("2026-10-01".parse().unwrap()));
        let ids: HashSet<&str> = catalogue.products.iter().map(|product| product.id.as_str()).collect();
        assert_eq!(ids.len(), catalogue.products.len());
        for Product { id, summary, words, topic, gbp, eur, months, models, unfit, note, .. } in &catalogue.products {
            assert!(summary.ends_with('.') && !words.is_empty() && !topic.is_empty(), "{id}");
            assert!(words.iter().all(|word| *word == word.to_lowercase()), "{id}: words are in small letters");
            assert_eq!(*gbp > 0.0, *eur > 0.0, "{id}");
            assert!(months.iter().all(|month| (1..=12).contains(month)), "{id}");
            assert!(models.iter().all(|model| ["Lumen", "Corran"].contains(&model.as_str())), "{id}");
            assert!([unfit, note].iter().all(|text| text.is_empty() || text.ends_with('.')), "{id}");
        }
    }

    #[test]
    fn prices_are_told_in_the_money_of_the_market() {
        let catalogue = Catalogue::shipped().unwrap();
        let product = |id: &str| catalogue.products.iter().find(|product| product.id == id).unwrap();
        let wheels = product("winter-wheels-lumen");
        assert_eq!(wheels.price(Some("uk")).unwrap(), "from £1,090, for a set of four");
        assert_eq!(wheels.price(Some("eu")).unwrap(), "from €1,250, for a set of four");
        assert_eq!(product("tow-bar-corran").price(None).unwrap(), "£890 (€990) with fitting");
        assert_eq!(product("connect-plus").price(Some("uk")).unwrap(), "£8.99 a month");
        assert_eq!(product("charge-flex").price(Some("uk")), None);
        assert_eq!(
            product("tow-bar-lumen-standard").made_for().unwrap(),
            "Lumen Standard of the model years 2025 to 2026"
        );
        assert_eq!(product("care-set").made_for(), None);
    }
}
