//! What was measured before, as a file, and what has become of it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::figure::{Better, Figure, Summary, Unit, id};
use super::statistics::{mcnemar, paired, unpaired};

/// A change counts as more than chance when chance makes one as large in fewer than 5 of 100 runs.
const CHANCE: f64 = 0.05;
/// Rows of a file are written with so many decimals.
const DECIMALS: f64 = 10_000.0;

/// A file of figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// What a reader should know.
    pub about: String,
    /// The version of the product that was measured.
    pub version: String,
    /// How it was built: `debug` or `release`.
    pub build: String,
    /// The figures, by set and name.
    pub figures: BTreeMap<String, Kept>,
}

/// A figure as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// The value.
    pub value: f64,
    /// What it is counted in.
    pub unit: Unit,
    /// Which way it should go.
    pub better: Better,
    /// How its rows become one value.
    pub summary: Summary,
    /// A change for the worse up to this is no regression.
    pub tolerance: f64,
    /// Every row counts.
    pub strict: bool,
    /// How many rows there are.
    pub rows: usize,
    /// A hash of the ids of all rows: with the same rows, each is compared with itself.
    pub fingerprint: String,
    /// The value of every row that is not among `others`.
    pub usual: f64,
    /// The other rows, by their ids.
    pub others: BTreeMap<String, f64>,
}

impl Kept {
    fn of(figure: &Figure, tolerance: f64) -> Self {
        let rounded = |value: f64| (value * DECIMALS).round() / DECIMALS;
        let usual = if figure.better == Better::Higher { 1.0 } else { 0.0 };
        let others = figure.rows.iter().map(|(id, value)| (id.clone(), rounded(*value)));
        Self {
            value: rounded(figure.value()),
            unit: figure.unit,
            better: figure.better,
            summary: figure.summary,
            tolerance,
            strict: figure.strict,
            rows: figure.rows.len(),
            fingerprint: fingerprint(figure),
            usual,
            others: others.filter(|(_, value)| *value != usual).collect(),
        }
    }

    /// The rows of the baseline beside those of now, when they are the same rows.
    fn beside(&self, now: &Figure) -> Option<Vec<(f64, f64)>> {
        let same = self.fingerprint == fingerprint(now);
        let before = |id: &String| self.others.get(id).copied().unwrap_or(self.usual);
        same.then(|| now.rows.iter().map(|(id, after)| (before(id), *after)).collect())
    }

    /// Its values in no order that means anything.
    fn values(&self) -> Vec<f64> {
        let usual = self.rows.saturating_sub(self.others.len());
        std::iter::repeat_n(self.usual, usual).chain(self.others.values().copied()).collect()
    }
}

fn fingerprint(figure: &Figure) -> String {
    id(&figure.rows.keys().cloned().collect::<Vec<_>>().join(" "))
}

/// What has become of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Worse by more than is tolerated and by more than chance; or a row of a strict figure is lost.
    Regressed,
    /// It is in the baseline and was not measured.
    Missing,
    /// Worse, but no more than is tolerated.
    Tolerated,
    /// Worse, but no more than chance makes it.
    Noise,
    /// As it was.
    Same,
    /// Better.
    Better,
    /// Not in the baseline.
    New,
    /// Times of another kind of build: not compared.
    OtherBuild,
}

impl Verdict {
    /// Whether the gate stays shut.
    pub const fn fails(self) -> bool {
        matches!(self, Self::Regressed | Self::Missing)
    }

    /// As people read it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Regressed => "REGRESSED",
            Self::Missing => "MISSING",
            Self::Tolerated => "worse, tolerated",
            Self::Noise => "worse, within noise",
            Self::Same => "same",
            Self::Better => "better",
            Self::New => "new",
            Self::OtherBuild => "other build",
        }
    }
}

/// A figure of the baseline, of now, or of both.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// What it is known by.
    pub key: String,
    /// As it was.
    pub before: Option<Kept>,
    /// As it is.
    pub now: Option<Figure>,
    /// How probable a change for the worse of this size is by chance alone, where one was seen.
    pub chance: Option<f64>,
    /// What has become of it.
    pub verdict: Verdict,
}

impl Baseline {
    /// These figures as a baseline. Tolerances that somebody wrote into `known` stay.
    pub fn of(figures: &[Figure], known: Option<&Self>) -> Self {
        let tolerance = |figure: &Figure| {
            let kept = known.and_then(|known| known.figures.get(&figure.key()));
            kept.map_or(figure.tolerance, |kept| kept.tolerance)
        };
        Self {
            about: "Written by `motorline eval all --write-baseline`; tolerances may be edited and stay. \
                    Rows are named by a hash of their words; only those that differ from `usual` are listed."
                .into(),
            version: env!("CARGO_PKG_VERSION").into(),
            build: build().into(),
            figures: figures.iter().map(|figure| (figure.key(), Kept::of(figure, tolerance(figure)))).collect(),
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file).map_err(|cause| format!("cannot read {}: {cause}", file.display()))?;
        serde_json::from_str(&text).map_err(|cause| format!("{} is no baseline: {cause}", file.display()))
    }

    /// Writes a file.
    ///
    /// # Errors
    /// A sentence that names the file.
    pub fn write(&self, file: &Path) -> Result<(), String> {
        let text = serde_json::to_string_pretty(self).map_err(|cause| cause.to_string())?;
        std::fs::write(file, text + "\n").map_err(|cause| format!("cannot write {}: {cause}", file.display()))
    }

    /// What has become of every figure, in the order of their names.
    pub fn compare(&self, figures: &[Figure]) -> Vec<Compared> {
        let mut now: BTreeMap<String, &Figure> = figures.iter().map(|figure| (figure.key(), figure)).collect();
        let mut all: Vec<Compared> = self
            .figures
            .iter()
            .map(|(key, before)| {
                let found = now.remove(key);
                let (verdict, chance) = found.map_or((Verdict::Missing, None), |now| self.judge(before, now));
                Compared { key: key.clone(), before: Some(before.clone()), now: found.cloned(), chance, verdict }
            })
            .collect();
        all.extend(now.into_iter().map(|(key, figure)| Compared {
            key,
            before: None,
            now: Some(figure.clone()),
            chance: None,
            verdict: Verdict::New,
        }));
        all.sort_by(|one, other| one.key.cmp(&other.key));
        all
    }

    fn judge(&self, before: &Kept, now: &Figure) -> (Verdict, Option<f64>) {
        if now.of_build && self.build != build() {
            return (Verdict::OtherBuild, None);
        }
        let sign = if now.better == Better::Higher { 1.0 } else { -1.0 };
        let beside = before.beside(now);
        let pairs = beside.as_deref().unwrap_or_default();
        let lost = pairs.iter().filter(|(was, is)| sign * (was - is) > 1e-6).count();
        let drop = sign * (before.value - now.value());
        if before.strict && (lost > 0 || beside.is_none() && drop > 1e-4) {
            return (Verdict::Regressed, None);
        }
        if drop.abs() <= 1e-4 {
            return (Verdict::Same, None);
        }
        if drop < 0.0 {
            return (Verdict::Better, None);
        }
        let chance = chance(before, now, beside.as_deref(), sign);
        let allowed = match now.unit {
            Unit::Share | Unit::Score => before.tolerance,
            Unit::MicroUsd | Unit::Times => before.tolerance * before.value,
        };
        let verdict = match (drop > allowed + 1e-9, chance < CHANCE) {
            (false, _) => Verdict::Tolerated,
            (true, false) => Verdict::Noise,
            (true, true) => Verdict::Regressed,
        };
        (verdict, Some(chance))
    }
}

/// How probable such a change for the worse is by chance alone.
fn chance(before: &Kept, now: &Figure, beside: Option<&[(f64, f64)]>, sign: f64) -> f64 {
    let drop = |was: &[f64], is: &[f64]| sign * (now.summary.of(was) - now.summary.of(is));
    match beside {
        Some(pairs) if now.unit == Unit::Share => {
            let moved = |way: f64| pairs.iter().filter(|(was, is)| way * sign * (was - is) > 1e-6).count();
            mcnemar(moved(1.0), moved(-1.0))
        }
        Some(pairs) => {
            let (was, is): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
            paired(&was, &is, drop)
        }
        None => unpaired(&before.values(), &now.values(), drop),
    }
}

/// How this program was built.
pub const fn build() -> &'static str {
    if cfg!(debug_assertions) { "debug" } else { "release" }
}

#[cfg(test)]
mod tests;
