//! What a `SEARCH` looks for: `{Namespace,dimension,…} MetricName="Name" dimension="value"`.

use contract::{Error, Result};

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// The namespace.
    pub namespace: String,
    /// The metric.
    pub name: String,
    /// All its dimensions, those with a value where only that one is wanted.
    pub dimensions: Vec<(String, Option<String>)>,
    /// Words that must occur in some value: only what AWS measures is looked for by them.
    pub words: Vec<String>,
}

impl Search {
    /// Reads what is looked for.
    ///
    /// # Errors
    /// `Invalid` when it has another form.
    pub fn read(text: &str) -> Result<Self> {
        let (schema, rest) = text
            .trim()
            .strip_prefix('{')
            .and_then(|text| text.split_once('}'))
            .ok_or_else(|| wrong("it begins with {Namespace,dimension,…}"))?;
        let mut names = schema.split(',').map(|name| name.trim().to_owned());
        let namespace = names.next().filter(|name| !name.is_empty()).ok_or_else(|| wrong("it names no namespace"))?;
        let mut search = Self {
            namespace,
            name: String::new(),
            dimensions: names.map(|name| (name, None)).collect(),
            words: Vec::new(),
        };
        for term in rest.split_whitespace() {
            search.take(term)?;
        }
        if search.name.is_empty() { Err(wrong("it names no MetricName")) } else { Ok(search) }
    }

    fn take(&mut self, term: &str) -> Result<()> {
        let Some((name, value)) = term.split_once('=') else {
            self.words.push(term.trim_matches('"').to_owned());
            return Ok(());
        };
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let value = value.ok_or_else(|| wrong("a value stands in double quotes, and has no blank"))?.to_owned();
        if name == "MetricName" {
            self.name = value;
            return Ok(());
        }
        let dimension = self.dimensions.iter_mut().find(|(dimension, _)| dimension == name);
        dimension.ok_or_else(|| wrong("it asks for a dimension that its braces do not name"))?.1 = Some(value);
        Ok(())
    }
}

fn wrong(message: &str) -> Error {
    Error::invalid("SEARCH", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_looked_for() {
        let search =
            Search::read(r#"{Motorline,service,agent} MetricName="AgentLatency" service="motorline""#).unwrap();
        assert_eq!((search.namespace.as_str(), search.name.as_str()), ("Motorline", "AgentLatency"));
        let dimensions = vec![("service".to_owned(), Some("motorline".to_owned())), ("agent".to_owned(), None)];
        assert_eq!(search.dimensions, dimensions);
        assert_eq!(Search::read(r#"{AWS/Lambda,FunctionName} MetricName="Errors" dev"#).unwrap().words, ["dev"]);
    }

    #[test]
    fn another_form_is_refused() {
        for text in ["", "{", "{}", "{A}", r#"MetricName="X""#, "{A} MetricName=X", r#"{A} MetricName="X" b="c""#] {
            assert!(Search::read(text).is_err(), "{text}");
        }
    }
}
