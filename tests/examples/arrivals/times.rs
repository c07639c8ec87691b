//! When requests arrived: real times, read from a trace.

use std::path::Path;
use std::time::Duration;

use jiff::civil::DateTime;

/// When each of the first `most` requests of a trace came, counted from the first of them, oldest first. The trace is a CSV file
/// whose column TIMESTAMP has times such as `2023-11-16 18:15:46.6805900`, as Azure publishes them.
pub fn read(trace: &Path, most: usize) -> Result<Vec<Duration>, String> {
    let named = |cause: &dyn std::fmt::Display| format!("{}: {cause}", trace.display());
    let mut rows = csv::Reader::from_path(trace).map_err(|cause| named(&cause))?;
    let headers = rows.headers().map_err(|cause| named(&cause))?;
    let column = headers.iter().position(|name| name.eq_ignore_ascii_case("timestamp"));
    let column = column.ok_or_else(|| named(&"has no column TIMESTAMP"))?;
    let mut times = Vec::new();
    for (number, row) in rows.records().take(most).enumerate() {
        let row = row.map_err(|cause| named(&cause))?;
        let text = row.get(column).unwrap_or_default();
        let time: DateTime =
            text.parse().map_err(|cause| format!("{}: row {}: {text:?}: {cause}", trace.display(), number + 1))?;
        times.push(time);
    }
    times.sort();
    let first = times.first().copied().ok_or_else(|| named(&"has no rows"))?;
    Ok(times.into_iter().map(|time| time.duration_since(first).unsigned_abs()).collect())
}
