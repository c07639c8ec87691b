//! What is found in a week, and as text for people.

use std::fmt::Write;
use std::ops::Range;

use contract::Result;
use learning::{Count, Hour, Learned, Note};
use serde::Serialize;

use crate::dangers::{self, Cluster, Danger};
use crate::moods::{self, Mood};
use crate::questions::{self, MissingArticle, Question};
use crate::topics::{self, Topic};
use crate::week::{HOURS, Week};

/// The weeks before that a week is compared with.
const WEEKS: i64 = 4;
/// So many unanswered questions of a week are read.
const MOST_QUESTIONS: usize = 500;

/// What is found in a week.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Insights {
    /// The week (ISO 8601, UTC).
    #[schema(example = "2026-W48")]
    pub week: String,
    /// Topics whose share rose.
    pub topics: Vec<Topic>,
    /// Turns that had no answer.
    pub unanswered: i64,
    /// What they asked for, where several asked for the same.
    pub missing_articles: Vec<MissingArticle>,
    /// Those that are alone.
    pub other_questions: Vec<Question>,
    /// How customers felt, by day.
    pub moods_by_day: Vec<Mood>,
    /// How customers felt, by intent.
    pub moods_by_intent: Vec<Mood>,
    /// Dangers that pile up on one model.
    pub clusters: Vec<Cluster>,
    /// All dangers that were reported.
    pub dangers: Vec<Danger>,
}

impl Insights {
    /// Reads what was learned of a week and of those before.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn read(learned: &dyn Learned, week: Week) -> Result<Self> {
        // One week more than is compared: seven days that end in the week may begin in the one before.
        let since = Hour(week.hours().start.0 - (WEEKS + 1) * HOURS);
        let counts = learned.counts(since..week.hours().end).await?;
        let notes = learned.noted(&questions::prefix(week), MOST_QUESTIONS).await?;
        Ok(Self::of(week, &counts, &notes))
    }

    /// What these counts and notes say of a week. The counts reach back five weeks before.
    pub fn of(week: Week, counts: &[(Count, i64)], notes: &[Note]) -> Self {
        let hours = week.hours();
        let before: Range<Hour> = Hour(hours.start.0 - WEEKS * HOURS)..hours.start;
        let unanswered =
            |count: &Count| count.what == "unanswered" && count.about.is_empty() && hours.contains(&count.hour);
        let (missing_articles, other_questions) = questions::grouped(questions::read(notes));
        Self {
            week: week.to_string(),
            topics: topics::emerging(counts, &hours, &before),
            unanswered: counts.iter().filter(|(count, _)| unanswered(count)).map(|(_, number)| number).sum(),
            missing_articles,
            other_questions,
            moods_by_day: moods::by_day(counts, &hours),
            moods_by_intent: moods::by_intent(counts, &hours, &before),
            clusters: dangers::clusters(counts, &hours),
            dangers: dangers::reported(counts, &hours),
        }
    }

    /// The same as Markdown, from the second level of headings on.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "## Dangers\n")?;
        for Cluster { model, hazard, reports, usual, .. } in &self.clusters {
            let (model, hazard) = (plain(model), plain(hazard));
            writeln!(out, "- **{model}: {hazard}.** {reports} reports within seven days; usual are {usual:.1}.")?;
        }
        if self.clusters.is_empty() {
            writeln!(out, "No danger piles up on a model.")?;
        }
        table(
            out,
            &["Model", "Danger", "Reports"],
            self.dangers
                .iter()
                .map(|danger| vec![plain(&danger.model), plain(&danger.hazard), danger.reports.to_string()]),
        )?;
        writeln!(out, "\n## Emerging topics\n")?;
        if self.topics.is_empty() {
            writeln!(out, "No topic's share rose significantly against the four weeks before.")?;
        }
        table(
            out,
            &["Topic", "Turns", "Share", "Before"],
            self.topics.iter().map(|topic| {
                vec![plain(&topic.name), topic.turns.to_string(), percent(topic.share), percent(topic.usual_share)]
            }),
        )?;
        self.write_questions(out)?;
        writeln!(out, "\n## Mood\n")?;
        table(
            out,
            &["Day", "Negative", "Neutral", "Positive", "Negative share"],
            self.moods_by_day.iter().map(|mood| {
                vec![
                    mood.of.clone(),
                    mood.negative.to_string(),
                    mood.neutral.to_string(),
                    mood.positive.to_string(),
                    percent(mood.negative_share),
                ]
            }),
        )?;
        table(
            out,
            &["Intent", "Turns", "Negative share", "Before"],
            self.moods_by_intent.iter().take(10).map(|mood| {
                let all = mood.negative + mood.neutral + mood.positive;
                let before = mood.usual_negative_share.map_or_else(|| "–".to_owned(), percent);
                vec![plain(&mood.of), all.to_string(), percent(mood.negative_share), before]
            }),
        )
    }

    fn write_questions(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\n## Unanswered questions\n\n{} turns had no answer.\n", self.unanswered)?;
        for article in &self.missing_articles {
            writeln!(out, "- Missing article: **{}** ({} questions)", plain(&article.title), article.questions.len())?;
            for question in article.questions.iter().take(3) {
                writeln!(out, "  - “{}”", plain(&question.words))?;
            }
        }
        for question in self.other_questions.iter().take(20) {
            writeln!(out, "- “{}”", plain(&question.words))?;
        }
        Ok(())
    }
}

/// A table of Markdown; nothing when it has no rows.
pub fn table(out: &mut String, head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> std::fmt::Result {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "\n| {} |\n|{}", head.join(" | "), " --- |".repeat(head.len()))?;
    rows.try_for_each(|row| writeln!(out, "| {} |", row.join(" | ")))
}

/// A text as Markdown that means nothing but itself, on one line.
pub fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | '?' | '!' | '\'' | '-' | ';' | ':') {
            plain.push('\\');
        }
        plain.push(if c.is_control() { ' ' } else { c });
    }
    plain
}

/// A share as people read it.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
