//! The report of a week for those who run the product: figures and insights, as Markdown and as one page of HTML.

use std::fmt::Write;

use analytics::about::Dimension;
use analytics::{Figures, Summary};
use contract::Result;
use insights::Insights;
use insights::moods::Mood;
use insights::report::{percent, plain, table};
use insights::week::Week;
use learning::Learned;
use plotters::prelude::*;
use pulldown_cmark::{Event, Options, Parser, html};

/// How the page looks: light and dark, wide and narrow, without anything from elsewhere.
const STYLE: &str = include_str!("report/report.css");
/// Size of the chart, in its own units: it fills the width of the page.
const CHART: (u32, u32) = (720, 260);

/// What is known of a week.
pub struct Report {
    week: Week,
    figures: Summary,
    before: Figures,
    insights: Insights,
}

impl Report {
    /// Reads what was learned of a week.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn read(learned: &dyn Learned, week: Week) -> Result<Self> {
        let hours = week.hours();
        let earlier =
            Week::of(hours.start.begins()?.checked_sub(jiff::SignedDuration::from_hours(1)).unwrap_or_default())
                .hours();
        Ok(Self {
            week,
            figures: Summary::of(&learned.counts(hours).await?),
            before: Summary::of(&learned.counts(earlier).await?).all,
            insights: Insights::read(learned, week).await?,
        })
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut text);
        text
    }

    /// As a page of HTML that needs nothing else.
    pub fn html(&self) -> String {
        let markdown = self.markdown();
        // What is no Markdown is no markup either: nobody's words become a tag.
        let events = Parser::new_ext(&markdown, Options::ENABLE_TABLES).map(|event| match event {
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            other => other,
        });
        let mut body = String::new();
        html::push_html(&mut body, events);
        let chart = chart(&self.insights.moods_by_day).unwrap_or_default();
        let week = self.week;
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Motorline, week {week}</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>{STYLE}</style></head>\
             <body><main>{body}{chart}</main></body></html>\n"
        )
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let Self { week, figures, before, .. } = self;
        writeln!(out, "# Motorline, week {week}\n\n{} to {} (UTC)\n\n## Figures", week.monday(), week.sunday())?;
        let now = &figures.all;
        let share = |of: Option<f64>| of.map_or_else(|| "–".to_owned(), percent);
        let ms = |of: Option<f64>| of.map_or_else(|| "–".to_owned(), |ms| format!("{ms:.0} ms"));
        let row = |name: &str, of: &dyn Fn(&Figures) -> String| vec![name.to_owned(), of(now), of(before)];
        let rows = [
            row("Turns", &|f| f.turns.to_string()),
            row("Conversations", &|f| f.conversations.to_string()),
            row("Containment", &|f| share(f.containment)),
            row("Escalated to a person", &|f| f.escalated.to_string()),
            row("First-contact resolution", &|f| share(f.first_contact_resolution)),
            row("Repeat contact within 7 days", &|f| share(f.repeat_contact)),
            row("Replies rated as helpful", &|f| share(f.satisfaction)),
            row("Actions done, failed", &|f| format!("{}, {}", f.actions_done, f.actions_failed)),
            row("Degraded replies", &|f| share(f.degraded_share)),
            row("Reply complete, median", &|f| ms(f.latency_ms.p50)),
            row("Reply complete, 95 of 100", &|f| ms(f.latency_ms.p95)),
            row("Cost of models", &|f| dollars(f.micro_usd)),
            row("Cost a conversation", &|f| {
                f.micro_usd_per_conversation.map_or_else(|| "–".into(), |cost| dollars(cost as i64))
            }),
        ];
        table(out, &["Figure", "This week", "The week before"], rows.into_iter())?;
        writeln!(out, "\nFirst-contact resolution is final seven days after the week.")?;
        for (by, title) in [(Dimension::Agent, "agent"), (Dimension::Model, "model"), (Dimension::Intent, "intent")] {
            bill(out, figures, by, title)?;
        }
        writeln!(out, "\n{}", self.insights.markdown())
    }
}

/// What models cost by one dimension, the dearest first; nothing when they cost nothing.
fn bill(out: &mut String, figures: &Summary, by: Dimension, title: &str) -> std::fmt::Result {
    let mut lines: Vec<(&str, &Figures)> = figures.by(by).filter(|(_, figures)| figures.micro_usd > 0).collect();
    lines.sort_by_key(|(_, figures)| std::cmp::Reverse(figures.micro_usd));
    if !lines.is_empty() {
        writeln!(out, "\n### Cost by {title}")?;
    }
    table(
        out,
        &[title, "Tokens read", "Tokens written", "Cost"],
        lines.into_iter().take(10).map(|(value, figures)| {
            vec![
                plain(value),
                figures.input_tokens.to_string(),
                figures.output_tokens.to_string(),
                dollars(figures.micro_usd),
            ]
        }),
    )
}

fn dollars(micro_usd: i64) -> String {
    format!("US$ {:.4}", micro_usd as f64 / 1e6)
}

/// How customers felt by day, as SVG: the turns with words of displeasure, and all turns behind them.
fn chart(days: &[Mood]) -> Option<String> {
    let all: fn(&Mood) -> i64 = |mood| mood.negative + mood.neutral + mood.positive;
    let most = days.iter().map(all).max().filter(|most| *most > 0)?;
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, CHART).into_drawing_area();
        // Each day is one wide, around its number.
        let (first, last) = (-0.5, days.len() as f64 - 0.5);
        let mut chart = ChartBuilder::on(&area)
            .margin(8)
            .x_label_area_size(28)
            .y_label_area_size(44)
            .build_cartesian_2d(first..last, 0.0..most as f64 * 1.05)
            .ok()?;
        let name = |at: &f64| days.get(at.round().max(0.0) as usize).map(|mood| mood.of.clone()).unwrap_or_default();
        let mut mesh = chart.configure_mesh();
        mesh.disable_x_mesh()
            .max_light_lines(0)
            .y_label_formatter(&|turns| format!("{turns:.0}"))
            .x_labels(days.len())
            .x_label_formatter(&name)
            .y_desc("turns")
            .draw()
            .ok()?;
        let negative: fn(&Mood) -> i64 = |mood| mood.negative;
        for (color, of) in [(RGBColor(150, 170, 200), all), (RGBColor(190, 60, 50), negative)] {
            let bar = |(day, mood): (usize, &Mood)| {
                let (left, right) = (day as f64 - 0.35, day as f64 + 0.35);
                Rectangle::new([(left, 0.0), (right, of(mood) as f64)], color.filled())
            };
            chart.draw_series(days.iter().enumerate().map(bar)).ok()?;
        }
        area.present().ok()?;
    }
    let caption = "Turns by day (UTC); in red those with words of displeasure. The table above has the numbers.";
    let svg = svg.replacen("<svg ", "<svg role=\"img\" aria-label=\"Turns and displeased turns by day\" ", 1);
    Some(format!("<figure>{svg}<figcaption>{caption}</figcaption></figure>"))
}
