//! What stands around and instead of lines: title, legend, notices, numbers, and what a screen reader hears.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::{COLOURS, INK, Size};
use crate::chart::{Chart, written};

/// Where something is drawn.
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
/// What goes wrong is told in words.
pub(super) type Drawn = std::result::Result<(), String>;

/// How high the title is.
pub(super) const TITLE: i32 = 26;
/// How high a row of the legend is.
const LEGEND_ROW: i32 = 18;
/// So many rows of the legend are drawn; the table below the picture has all.
const LEGEND_ROWS: i32 = 3;
/// How wide a letter of the legend is, about.
const LETTER: f64 = 6.4;

/// The title.
pub(super) fn title(area: &Area<'_>, chart: &Chart) -> Drawn {
    let style = ("sans-serif", 18.0).into_font().style(FontStyle::Bold).color(&INK);
    area.draw_text(&chart.title, &style, (8, 6)).map_err(|cause| cause.to_string())
}

/// The legend. Returns how high it is.
pub(super) fn legend(area: &Area<'_>, chart: &Chart) -> std::result::Result<i32, String> {
    let width = i32::try_from(area.dim_in_pixel().0).unwrap_or(i32::MAX);
    let style = ("sans-serif", 14.0).into_font().color(&INK);
    let (mut x, mut row) = (10, 0);
    for (index, line) in chart.lines.iter().enumerate() {
        let label = shortened(&line.label, 34);
        let wide = 20 + (label.chars().count() as f64 * LETTER) as i32 + 12;
        if x + wide > width && x > 10 {
            (x, row) = (10, row + 1);
        }
        if row == LEGEND_ROWS {
            let more = format!("and {} more", chart.lines.len() - index);
            area.draw_text(&more, &style, (x, TITLE + row * LEGEND_ROW)).map_err(|cause| cause.to_string())?;
            return Ok((row + 1) * LEGEND_ROW);
        }
        let y = TITLE + row * LEGEND_ROW;
        let corners = [(x, y + 3), (x + 12, y + 10)];
        area.draw(&Rectangle::new(corners, colour(index).mix(weight(index)).filled()))
            .map_err(|cause| cause.to_string())?;
        area.draw(&Rectangle::new(corners, colour(index).stroke_width(1))).map_err(|cause| cause.to_string())?;
        area.draw_text(&label, &style, (x + 17, y)).map_err(|cause| cause.to_string())?;
        x += wide;
    }
    Ok((row + 1) * LEGEND_ROW)
}

/// The colour of a line.
pub(super) fn colour(index: usize) -> RGBColor {
    COLOURS[index % COLOURS.len()]
}

/// How strongly a line is filled: colours that are used again are lighter, and their lines broken.
pub(super) fn weight(index: usize) -> f64 {
    if again(index) { 0.35 } else { 0.85 }
}

/// Whether the colour of this line is used by an earlier one.
pub(super) fn again(index: usize) -> bool {
    (index / COLOURS.len()) % 2 == 1
}

/// Words where there is nothing to draw.
pub(super) fn notice(area: &Area<'_>, chart: &Chart, words: &str) -> Drawn {
    title(area, chart)?;
    let (width, height) = area.dim_in_pixel();
    let middle = Pos::new(HPos::Center, VPos::Center);
    let style = ("sans-serif", 17.0).into_font().color(&INK.mix(0.75)).pos(middle);
    let place = (i32::try_from(width / 2).unwrap_or(0), i32::try_from(height / 2).unwrap_or(0));
    area.draw_text(words, &style, place).map_err(|cause| cause.to_string())
}

/// The last value of each line, as a number.
pub(super) fn numbers(area: &Area<'_>, chart: &Chart) -> Drawn {
    title(area, chart)?;
    let (width, height) = area.dim_in_pixel();
    let shown: Vec<_> = chart.lines.iter().filter_map(|line| Some((line, line.last()?))).take(4).collect();
    let step = i32::try_from(width).unwrap_or(i32::MAX) / i32::try_from(shown.len().max(1)).unwrap_or(1);
    let middle = Pos::new(HPos::Center, VPos::Center);
    let large = ("sans-serif", 36.0).into_font().color(&INK).pos(middle);
    let small = ("sans-serif", 15.0).into_font().color(&INK.mix(0.8)).pos(middle);
    let y = i32::try_from(height / 2).unwrap_or(0);
    for (index, (line, value)) in shown.into_iter().enumerate() {
        let x = step * i32::try_from(index).unwrap_or(0) + step / 2;
        let words = format!("{} {}", line.label, chart.unit);
        area.draw_text(&written(value), &large, (x, y)).map_err(|cause| cause.to_string())?;
        area.draw_text(words.trim(), &small, (x, y + 34)).map_err(|cause| cause.to_string())?;
    }
    Ok(())
}

/// The first letters of a text.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{start}\u{2026}")
}

/// The picture with what a screen reader hears, as wide as its place is, and its ink in the colour of the text around it.
pub(super) fn finished(drawn: &str, chart: &Chart, Size { width, height }: Size) -> String {
    let opening = format!("<svg width=\"{width}\" height=\"{height}\" ");
    let heard = format!("<title>{}</title>\n<desc>{}</desc>\n", escaped(&chart.title), escaped(&chart.told()));
    let body = drawn.strip_prefix(opening.as_str()).unwrap_or(drawn);
    let body = body.replacen(">\n", &format!(" role=\"img\" color=\"#4a4a4a\">\n{heard}"), 1);
    format!("<svg {}", body.replace("\"#010101\"", "\"currentColor\""))
}

/// A text between tags. What XML cannot hold at all is left out.
fn escaped(text: &str) -> String {
    let allowed = text.chars().filter(|letter| !letter.is_control() && !matches!(letter, '\u{fffe}' | '\u{ffff}'));
    allowed.collect::<String>().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
