//! What a file says: the body of a dashboard as CloudWatch takes it, and the places in it that are filled in before it is read.

use contract::{Error, ErrorKind, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The body of a dashboard.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Body {
    /// How far it looks back, such as `-PT3H`.
    pub start: Option<String>,
    /// Whether the periods of the widgets are kept.
    pub period_override: Option<String>,
    /// What those who look at it may choose.
    #[serde(default)]
    pub variables: Vec<Variable>,
    /// Its graphs.
    pub widgets: Vec<WidgetBody>,
}

/// What those who look at a dashboard may choose.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Variable {
    /// `pattern` or `property`.
    #[serde(rename = "type")]
    pub kind: VariableKind,
    /// The text that the choice stands for, wherever it is.
    pub pattern: Option<String>,
    /// The property that the choice is the value of.
    pub property: Option<String>,
    /// How one chooses: `select`, `radio` or `input`.
    pub input_type: String,
    /// Its name.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// What holds before anybody chooses.
    pub default_value: String,
    /// Whether it is shown.
    pub visible: bool,
    /// Where its values are found.
    pub search: Option<String>,
    /// The dimension whose values they are.
    pub populate_from: Option<String>,
}

/// What a choice changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VariableKind {
    /// A text, wherever it is.
    Pattern,
    /// A property, wherever it is.
    Property,
}

/// A graph and its place in a grid that is 24 wide.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WidgetBody {
    /// Only graphs of metrics are drawn.
    #[serde(rename = "type")]
    pub kind: WidgetKind,
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Of 24.
    pub width: u32,
    /// In rows.
    pub height: u32,
    /// What it shows.
    pub properties: Properties,
}

/// Kinds of widgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WidgetKind {
    /// A graph of metrics.
    Metric,
}

/// What a graph shows.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Properties {
    /// What it is called.
    pub title: String,
    /// How it is drawn.
    pub view: View,
    /// Whether lines stand on one another.
    #[serde(default)]
    pub stacked: bool,
    /// Where the metrics are.
    pub region: String,
    /// Seconds.
    pub period: u64,
    /// What is made of the values of a period, where a row says nothing.
    pub stat: String,
    /// The rows: metrics, or expressions of them.
    pub metrics: Vec<Vec<Value>>,
    /// The scale.
    #[serde(default)]
    pub y_axis: Axes,
    /// Lines at values that mean something.
    #[serde(default)]
    pub annotations: Annotations,
}

/// How a graph is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum View {
    /// Lines over time.
    TimeSeries,
    /// The last value of each line, as a number.
    SingleValue,
}

/// The scales of a graph.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axes {
    /// The only one that is used.
    #[serde(default)]
    pub left: Axis,
}

/// A scale.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Axis {
    /// What it counts in.
    pub label: Option<String>,
    /// Where it begins.
    pub min: Option<f64>,
    /// Where it ends, at least.
    pub max: Option<f64>,
    /// Whether CloudWatch writes the unit of the metrics beside it.
    #[serde(default)]
    pub show_units: bool,
}

/// Lines at values that mean something.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annotations {
    /// Level ones.
    #[serde(default)]
    pub horizontal: Vec<Horizontal>,
}

/// A level line.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Horizontal {
    /// What it means.
    pub label: String,
    /// Where it is.
    pub value: f64,
}

impl Body {
    /// Reads a body for this deployment.
    ///
    /// # Errors
    /// `Invalid`, naming the file and the place in it.
    pub fn read(file: &str, text: &str, deployment: &str) -> Result<Self> {
        let mut value = filled(file, text, deployment)?;
        let first: Self = placed(file, value.clone())?;
        for variable in &first.variables {
            if let Some(pattern) = &variable.pattern {
                each_text(&mut value, &|text| text.replace(pattern.as_str(), &variable.default_value));
            }
        }
        placed(file, value)
    }
}

/// The text as CloudFormation's `Fn::Sub` leaves it. What a deployment is called stands inside expressions: letters, digits and
/// lines only.
fn substituted(text: &str, deployment: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '_' { letter } else { '-' };
    let deployment: String = deployment.chars().map(plain).collect();
    let filled = text.replace("${Deployment}", &deployment).replace("${AWS::Region}", "here");
    filled.replace("${Runbooks}", "dashboards/runbooks").replace("${!", "${")
}

/// Reads JSON for this deployment into a shape.
pub(crate) fn parsed<T: DeserializeOwned>(file: &str, text: &str, deployment: &str) -> Result<T> {
    placed(file, filled(file, text, deployment)?)
}

fn filled(file: &str, text: &str, deployment: &str) -> Result<Value> {
    let mut value = json(file, text)?;
    each_text(&mut value, &|text| substituted(text, deployment));
    Ok(value)
}

fn json(file: &str, text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|cause| broken(file, "", &cause.to_string()))
}

fn placed<T: DeserializeOwned>(file: &str, value: Value) -> Result<T> {
    serde_path_to_error::deserialize(value)
        .map_err(|cause| broken(file, &cause.path().to_string(), &cause.inner().to_string()))
}

/// An error about one place of a file.
pub(crate) fn broken(file: &str, place: &str, message: &str) -> Error {
    let field = if place.is_empty() { file.to_owned() } else { format!("{file}: {place}") };
    Error::new(ErrorKind::Invalid, message)
        .field(field)
        .hint("dashboards/cloudwatch holds bodies as CloudWatch takes them")
}

fn each_text(value: &mut Value, change: &dyn Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        Value::Object(members) => members.values_mut().for_each(|member| each_text(member, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_file_and_the_place() {
        let text =
            r#"{"widgets": [{"type": "metric", "x": 0, "y": 0, "width": 6, "height": 6, "properties": {"title": 7}}]}"#;
        let error = Body::read("a.json", text, "dev").unwrap_err();
        assert_eq!(error.field.as_deref(), Some("a.json: widgets[0].properties.title"));
        assert_eq!(Body::read("a.json", "{", "dev").unwrap_err().field.as_deref(), Some("a.json"));
    }

    #[test]
    fn places_are_filled_in_as_cloudformation_does() {
        assert_eq!(substituted("${Deployment}-x ${!PROP('Dim.agent')}", "dev"), "dev-x ${PROP('Dim.agent')}");
    }
}
