//! Puts a ranking into words: an answer when the customer asked to be shown something, offers beside the answer when not.

use contract::finding::{Offer, Statement};

use crate::catalogue::{Catalogue, Product};
use crate::rank::{Ranking, Wish};
use crate::wording::Wording;

/// The words of one catalogue for one wish.
pub(crate) struct Speaker<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) wording: &'a Wording,
    pub(crate) wish: &'a Wish<'a>,
}

impl Speaker<'_> {
    /// The answer to a customer who asked, short when they can take in no more; nothing when the catalogue has nothing to
    /// do with what they asked.
    pub(crate) fn answer(&self, ranking: &Ranking<'_>, short: bool) -> Option<Statement> {
        let say = &self.wording.say;
        if let Some((_, record)) = ranking.owned.filter(|_| ranking.picks.is_empty()) {
            let text = say.owned.replace("{record}", record);
            return Some(Statement { text, source: Some(say.source.clone()), closes: true });
        }
        if let Some(unfit) = ranking.unfit {
            return Some(self.unfit(unfit));
        }
        let Some((first, others)) = ranking.picks.split_first() else {
            let matters =
                self.wish.intent.is_some_and(|intent| self.wording.matters.iter().any(|known| known == intent));
            let nothing = Statement { text: say.nothing.clone(), source: None, closes: false };
            return matters.then_some(nothing);
        };
        let mut text = self.told(first, short);
        for other in others.iter().filter(|_| !short) {
            text = format!("{text} {}", self.told(other, false));
        }
        Some(Statement { text, source: Some(self.source()), closes: true })
    }

    /// A recommendation beside the answer to something else.
    pub(crate) fn offer(&self, product: &Product) -> Offer {
        let say = &self.wording.say;
        let form = if product.price(self.wish.market).is_some() { &say.offer } else { &say.offer_free };
        Offer { name: product.name.clone(), summary: self.filled(form, product), reason: self.reason(product) }
    }

    fn told(&self, product: &Product, short: bool) -> String {
        let say = &self.wording.say;
        let free = product.price(self.wish.market).is_none();
        let form = match (short, free) {
            (true, true) => &say.short_free,
            (true, false) => &say.short,
            (false, true) => &say.free,
            (false, false) => &say.answer,
        };
        self.filled(form, product)
    }

    fn filled(&self, form: &str, product: &Product) -> String {
        let fits = product.made_for().filter(|_| self.wish.car.is_none());
        let fits = fits.map(|fits| self.wording.say.fits.replace("{fits}", &fits));
        let notes: Vec<&str> = [product.note.as_str(), fits.as_deref().unwrap_or_default()].into_iter().collect();
        let note = notes.into_iter().filter(|note| !note.is_empty()).map(|note| format!("{note} ")).collect::<String>();
        form.replace("{name}", &product.name)
            .replace("{summary}", &product.summary)
            .replace("{price}", &product.price(self.wish.market).unwrap_or_default())
            .replace("{note}", &note)
            .replace("{reason}", &self.reason(product))
    }

    /// Why this customer is told of it: what they drive, what they asked, the season.
    fn reason(&self, product: &Product) -> String {
        let say = &self.wording.say;
        let season = self.wording.season(self.wish.month);
        let form = match self.wish.car {
            Some(_) if product.months.contains(&self.wish.month) => &say.reason_season,
            Some(_) => &say.reason_car,
            None => &say.reason_asked,
        };
        let car = self.wish.car.map(contract::profile::Vehicle::name).unwrap_or_default();
        form.replace("{car}", &car).replace("{topic}", &product.topic).replace("{season}", season)
    }

    fn unfit(&self, product: &Product) -> Statement {
        let say = &self.wording.say;
        let text = match self.wish.car {
            Some(car) => say.nothing_for.replace("{car}", &car.name()).replace("{unfit}", &product.unfit),
            None if product.unfit.is_empty() => say.nothing.clone(),
            None => product.unfit.clone(),
        };
        Statement { text: text.trim().into(), source: Some(say.source.clone()), closes: true }
    }

    /// The catalogue, with the day on which its prices hold.
    fn source(&self) -> String {
        let source = &self.wording.say.source;
        self.catalogue
            .day()
            .map_or_else(|| source.clone(), |day| format!("{source}, prices of {}", day.strftime("%-d %B %Y")))
    }
}
