//! Says one line of the trouble-code catalogue in sentences, each of which can stand alone in a reply.

/// The sentences of a catalogue line.
pub(crate) fn sentences(line: &str) -> Vec<String> {
    let cells: Vec<&str> = line.split('\t').collect();
    let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
    let code = cell(0);
    let mut said = vec![format!("{code} means: {}.", cell(2))];
    if !cell(3).is_empty() {
        said.push(cell(3).to_owned());
    }
    said.extend(list(cell(4)).map(|symptoms| format!("Possible symptoms of {code} are: {symptoms}.")));
    said.extend(causes(code, cell(5)));
    said.extend(span(cell(8), cell(9)).map(|euros| format!("Typical repair cost for {code} is EUR {euros}.")));
    said.extend(
        span(cell(10), cell(11)).map(|hours| format!("Repairing {code} typically takes {hours} hours of work.")),
    );
    said.extend(effort(code, cell(6), cell(7)));
    said.extend(warnings(code, cell(12), cell(14)));
    said
}

/// Causes by likelihood, the likely ones first.
fn causes(code: &str, cell: &str) -> Vec<String> {
    let mut said = Vec::new();
    for (likelihood, words) in [("high", "Likely"), ("medium", "Possible"), ("low", "Less likely")] {
        let prefix = format!("{likelihood}: ");
        let causes: Vec<_> = cell.split(" | ").filter_map(|cause| cause.strip_prefix(&prefix)).map(lowered).collect();
        match causes.as_slice() {
            [] => {}
            [cause] => said.push(format!("{} cause of {code} is: {cause}.", article(words))),
            causes => said.push(format!("{words} causes of {code} are: {}.", causes.join("; "))),
        }
    }
    said
}

fn article(words: &str) -> String {
    format!("A {}", words.to_lowercase())
}

fn effort(code: &str, difficulty: &str, at_home: &str) -> Option<String> {
    let who = if at_home == "1" { " and may be possible at home" } else { "" };
    match difficulty {
        "easy" => Some(format!("The repair of {code} is rated easy{who}.")),
        "medium" => Some(format!("The repair of {code} is rated of medium difficulty{who}.")),
        "hard" => Some(format!("The repair of {code} is rated hard{who}.")),
        "shop_only" => Some(format!("The repair of {code} is a job for a workshop only.")),
        _ => None,
    }
}

fn warnings(code: &str, lamp: &str, limp_mode: &str) -> Vec<String> {
    let mut said = Vec::new();
    if lamp == "1" {
        said.push(format!("{code} switches on the check engine light."));
    }
    if limp_mode == "1" {
        said.push(format!("With {code} the car may go into limp mode with reduced power."));
    }
    said
}

fn list(cell: &str) -> Option<String> {
    (!cell.is_empty()).then(|| cell.split(" | ").map(lowered).collect::<Vec<_>>().join("; "))
}

/// `40 to 800`; one value where both are the same.
fn span(low: &str, high: &str) -> Option<String> {
    match (low, high) {
        ("", "") => None,
        (value, "") | ("", value) => Some(value.to_owned()),
        (low, high) if low == high => Some(low.to_owned()),
        (low, high) => Some(format!("{low} to {high}")),
    }
}

/// `text` with a small first letter, unless its first word is an abbreviation such as `ABS` or a name such as `O2`.
fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().collect::<String>() + &text[first.len_utf8()..]
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sentence_stands_alone() {
        let line = "P0301\tpowertrain\tCylinder 1 Misfire Detected\tMisfires on cylinder 1.\tRough idle | MIL on\t\
                    high: Ignition coil failed | high: O2 sensor | low: Low compression\teasy\t1\t40\t800\t0.3\t4\t1\t1\t1\tP0302";
        assert_eq!(
            sentences(line),
            [
                "P0301 means: Cylinder 1 Misfire Detected.",
                "Misfires on cylinder 1.",
                "Possible symptoms of P0301 are: rough idle; MIL on.",
                "Likely causes of P0301 are: ignition coil failed; O2 sensor.",
                "A less likely cause of P0301 is: low compression.",
                "Typical repair cost for P0301 is EUR 40 to 800.",
                "Repairing P0301 typically takes 0.3 to 4 hours of work.",
                "The repair of P0301 is rated easy and may be possible at home.",
                "P0301 switches on the check engine light.",
                "With P0301 the car may go into limp mode with reduced power."
            ]
        );
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        assert_eq!(sentences("U1\tnetwork\tTitle\t\t\t\t\t\t\t\t\t\t0\t\t\t"), ["U1 means: Title."]);
    }
}
