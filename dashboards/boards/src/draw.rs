//! Draws a chart as SVG: time below, the unit beside, a legend above, gaps as gaps, thresholds as broken lines.
//!
//! What is ink takes the colour of the text around the picture (`currentColor`), so that it can be read in light and dark;
//! the colours of lines stand out on both.

mod frame;
mod marks;
mod times;

use contract::{Error, ErrorKind, Result};
use plotters::prelude::*;

use crate::chart::Chart;
use crate::document::View;
use frame::finished;

/// Stands for the colour of the text around the picture until the picture is finished.
pub(super) const INK: RGBColor = RGBColor(1, 1, 1);
/// Colours of lines: each is 3:1 or more against white and against near black, and differs for the colour-blind in lightness too.
pub(super) const COLOURS: [RGBColor; 8] = [
    RGBColor(0x1f, 0x83, 0xd6),
    RGBColor(0xd9, 0x6c, 0x12),
    RGBColor(0x1c, 0x9a, 0x6c),
    RGBColor(0xc9, 0x54, 0x9a),
    RGBColor(0x8a, 0x6f, 0xe0),
    RGBColor(0x97, 0x86, 0x1b),
    RGBColor(0xd8, 0x4b, 0x4b),
    RGBColor(0x6b, 0x84, 0x99),
];

/// The size of a picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

impl Size {
    /// This size, within what can be drawn.
    #[must_use]
    pub fn drawable(self) -> Self {
        Self { width: self.width.clamp(240, 2_400), height: self.height.clamp(140, 1_600) }
    }
}

/// A picture of the chart.
///
/// # Errors
/// `Internal` when it cannot be drawn.
pub fn svg(chart: &Chart, size: Size) -> Result<String> {
    let size = size.drawable();
    let mut drawn = String::new();
    let shapes = {
        let area = SVGBackend::with_string(&mut drawn, (size.width, size.height)).into_drawing_area();
        let shapes = match chart.view {
            _ if chart.elsewhere => frame::notice(&area, chart, "measured on AWS only"),
            _ if chart.is_empty() => frame::notice(&area, chart, "no values in this span"),
            View::SingleValue => frame::numbers(&area, chart),
            View::TimeSeries => marks::over_time(&area, chart),
        };
        shapes.and_then(|()| area.present().map_err(|cause| cause.to_string()))
    };
    shapes.map_err(|cause| Error::new(ErrorKind::Internal, "the chart cannot be drawn").caused_by(cause))?;
    Ok(finished(&drawn, chart, size))
}

#[cfg(test)]
mod tests;
