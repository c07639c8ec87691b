//! Checks the intents files field by field, so that each mistake is named where it is.

use std::collections::HashMap;

use toml::{Table, Value};

use super::{CatalogError, Defect, Intent, Urgency};

const FIELDS: [&str; 5] = ["label", "description", "urgency", "agents", "examples"];
const URGENCIES: [(&str, Urgency); 4] = [
    ("routine", Urgency::Routine),
    ("soon", Urgency::Soon),
    ("urgent", Urgency::Urgent),
    ("emergency", Urgency::Emergency),
];
const LAYOUT: &str = "expected tables [[intent]] with label, description, urgency, agents and examples";

/// Reads all files and collects all mistakes.
pub(super) fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Vec<Intent>, CatalogError> {
    let mut files: Vec<(&str, &str)> = files.into_iter().collect();
    files.sort_unstable();
    let mut reader = Reader::default();
    for (file, text) in files {
        reader.read_file(file, text);
    }
    if reader.intents.is_empty() && reader.defects.is_empty() {
        let none = Place { file: "(no file)", intent: None };
        reader.report(none, None, "there is no intent", LAYOUT);
    }
    if reader.defects.is_empty() { Ok(reader.intents) } else { Err(CatalogError { defects: reader.defects }) }
}

#[derive(Default)]
struct Reader {
    intents: Vec<Intent>,
    defects: Vec<Defect>,
    /// Where each label was first used.
    labels: HashMap<String, String>,
    /// Whose each example is, in lower case.
    examples: HashMap<String, String>,
}

#[derive(Clone, Copy)]
struct Place<'a> {
    file: &'a str,
    intent: Option<&'a str>,
}

impl Reader {
    fn read_file(&mut self, file: &str, text: &str) {
        let place = Place { file, intent: None };
        let table = match text.parse::<Table>() {
            Ok(table) => table,
            Err(error) => return self.report(place, None, &error.to_string(), "expected a TOML file"),
        };
        for key in table.keys().filter(|key| *key != "intent") {
            self.report(place, Some(key), "this key is not known", LAYOUT);
        }
        match table.get("intent") {
            Some(Value::Array(intents)) => self.read_intents(file, intents),
            Some(_) => self.report(place, Some("intent"), "this is not a list of tables", LAYOUT),
            None => {}
        }
    }

    fn read_intents(&mut self, file: &str, intents: &[Value]) {
        for (index, value) in intents.iter().enumerate() {
            let number = format!("number {}", index + 1);
            let table = value.as_table();
            let name = table.and_then(|table| table.get("label")).and_then(Value::as_str).unwrap_or(&number);
            let place = Place { file, intent: Some(name) };
            match table {
                Some(table) => self.read_intent(place, table),
                None => self.report(place, None, "this is not a table", LAYOUT),
            }
        }
    }

    fn read_intent(&mut self, place: Place<'_>, table: &Table) {
        for key in table.keys().filter(|key| !FIELDS.contains(&key.as_str())) {
            self.report(place, Some(key), "this field is not known", &format!("expected one of {}", FIELDS.join(", ")));
        }
        let label = self.label(place, table);
        let description = self.sentence(place, table);
        let urgency = self.urgency(place, table);
        let agents = self.texts(place, table, "agents");
        let examples = self.examples(place, table);
        if let (Some(label), Some(description), Some(urgency)) = (label, description, urgency) {
            self.intents.push(Intent { label, description, urgency, agents, examples });
        }
    }

    fn label(&mut self, place: Place<'_>, table: &Table) -> Option<String> {
        const HINT: &str = "expected a name of lower-case letters, digits and underscores, such as \"tyre_pressure\"";
        let label = table.get("label").and_then(Value::as_str).unwrap_or_default();
        let is_name = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        if label.is_empty() || !label.chars().all(is_name) {
            self.report(place, Some("label"), "this is missing or not a name", HINT);
            return None;
        }
        if let Some(first) = self.labels.insert(label.to_owned(), place.file.to_owned()) {
            let problem = format!("this label was already used in {first}");
            self.report(place, Some("label"), &problem, "expected a new label, or the examples added to the first one");
        }
        Some(label.to_owned())
    }

    fn sentence(&mut self, place: Place<'_>, table: &Table) -> Option<String> {
        let text = table.get("description").and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        if text.is_none() {
            self.report(place, Some("description"), "this is missing or empty", "expected one sentence for people");
        }
        text.map(str::to_owned)
    }

    fn urgency(&mut self, place: Place<'_>, table: &Table) -> Option<Urgency> {
        let given = table.get("urgency").and_then(Value::as_str).unwrap_or_default();
        let known = URGENCIES.iter().find(|(name, _)| *name == given);
        if known.is_none() {
            let problem =
                if given.is_empty() { "this is missing".to_owned() } else { format!("`{given}` is not known") };
            self.report(
                place,
                Some("urgency"),
                &problem,
                &format!("expected one of {}", URGENCIES.map(|(name, _)| name).join(", ")),
            );
        }
        known.map(|(_, urgency)| *urgency)
    }

    fn examples(&mut self, place: Place<'_>, table: &Table) -> Vec<String> {
        let examples = self.texts(place, table, "examples");
        if examples.is_empty() {
            self.report(
                place,
                Some("examples"),
                "there is none",
                "expected 25 or more varied texts that customers say",
            );
        }
        for example in &examples {
            let owner = place.intent.unwrap_or_default().to_owned();
            if let Some(first) = self.examples.insert(example.trim().to_lowercase(), owner) {
                let problem = format!("the example \"{example}\" already belongs to `{first}`");
                self.report(
                    place,
                    Some("examples"),
                    &problem,
                    "expected each text once, under the one intent that it expresses",
                );
            }
        }
        examples
    }

    fn texts(&mut self, place: Place<'_>, table: &Table, field: &str) -> Vec<String> {
        let values = match table.get(field) {
            None => return Vec::new(),
            Some(Value::Array(values)) => values.as_slice(),
            Some(other) => std::slice::from_ref(other),
        };
        let texts = values.iter().filter_map(Value::as_str).filter(|text| !text.trim().is_empty());
        let texts: Vec<String> = texts.map(str::to_owned).collect();
        let is_list = table.get(field).is_some_and(Value::is_array);
        if !is_list || texts.len() < values.len() {
            self.report(
                place,
                Some(field),
                "this holds something else than texts",
                "expected a list of texts, none of them empty",
            );
        }
        texts
    }

    fn report(&mut self, place: Place<'_>, field: Option<&str>, problem: &str, hint: &str) {
        self.defects.push(Defect {
            file: place.file.to_owned(),
            intent: place.intent.map(str::to_owned),
            field: field.map(str::to_owned),
            problem: problem.trim().to_owned(),
            hint: hint.to_owned(),
        });
    }
}
