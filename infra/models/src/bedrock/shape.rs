//! Brings a model to answer in a shape, by the way that its card names.

use std::collections::HashMap;

use aws_sdk_bedrockruntime::types::{
    JsonSchemaDefinition, OutputConfig, OutputFormat, OutputFormatStructure, OutputFormatType, SpecificToolChoice,
    Tool, ToolChoice, ToolConfiguration, ToolInputSchema, ToolSpecification,
};
use aws_smithy_types::{Document, Number};
use contract::prompt::Shape;
use contract::{Error, ErrorKind, Result};
use serde_json::Value;

use crate::catalog::ShapedBy;
use crate::framing::SHAPED;

/// What is said of the tool that takes the answer.
const TOOL: &str = "Takes the answer. Call it once, with the whole answer.";

/// What a request says of the shape of its answer. Empty where the answer has none.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Form {
    /// Holds the model to the schema.
    pub(super) output: Option<OutputConfig>,
    /// Makes it call a tool that takes the answer.
    pub(super) tools: Option<ToolConfiguration>,
    /// Tells it in words, as instructions.
    pub(super) words: Option<String>,
}

impl Form {
    /// The form for an answer of this shape.
    ///
    /// # Errors
    /// `Invalid` when the schema is no JSON object.
    pub(super) fn of(shape: Option<&Shape>, by: ShapedBy) -> Result<Self> {
        let Some(shape) = shape else { return Ok(Self::default()) };
        let schema: Value = serde_json::from_str(&shape.schema)
            .ok()
            .filter(Value::is_object)
            .ok_or_else(|| Error::invalid("shape", format!("the schema of {:?} is no JSON object", shape.name)))?;
        let form = match by {
            ShapedBy::Schema => Self { output: Some(held(shape)?), ..Self::default() },
            ShapedBy::Tool => Self { tools: Some(forced(shape, &schema)?), ..Self::default() },
            ShapedBy::Words => Self { words: Some(format!("{}\n{schema}", SHAPED.trim_end())), ..Self::default() },
        };
        Ok(form)
    }
}

fn held(shape: &Shape) -> Result<OutputConfig> {
    let schema = JsonSchemaDefinition::builder().name(&shape.name).schema(&shape.schema).build().map_err(incomplete)?;
    let format = OutputFormat::builder().r#type(OutputFormatType::JsonSchema);
    let format = format.structure(OutputFormatStructure::JsonSchema(schema)).build().map_err(incomplete)?;
    Ok(OutputConfig::builder().text_format(format).build())
}

fn forced(shape: &Shape, schema: &Value) -> Result<ToolConfiguration> {
    let taken = ToolSpecification::builder().name(&shape.name).description(TOOL);
    let taken = taken.input_schema(ToolInputSchema::Json(document(schema))).build().map_err(incomplete)?;
    let choice = SpecificToolChoice::builder().name(&shape.name).build().map_err(incomplete)?;
    let tools = ToolConfiguration::builder().tools(Tool::ToolSpec(taken));
    tools.tool_choice(ToolChoice::Tool(choice)).build().map_err(incomplete)
}

fn incomplete(cause: aws_smithy_types::error::operation::BuildError) -> Error {
    Error::new(ErrorKind::Internal, "the shape of an answer could not be written").caused_by(cause)
}

/// JSON in the words of the SDK.
fn document(value: &Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(is) => Document::Bool(*is),
        Value::String(text) => Document::String(text.clone()),
        Value::Array(items) => Document::Array(items.iter().map(document).collect()),
        Value::Object(fields) => Document::Object(
            fields.iter().map(|(name, value)| (name.clone(), document(value))).collect::<HashMap<_, _>>(),
        ),
        Value::Number(number) => Document::Number(match (number.as_u64(), number.as_i64()) {
            (Some(positive), _) => Number::PosInt(positive),
            (None, Some(negative)) => Number::NegInt(negative),
            (None, None) => Number::Float(number.as_f64().unwrap_or_default()),
        }),
    }
}

/// JSON out of the words of the SDK.
pub(super) fn json(document: &Document) -> Value {
    match document {
        Document::Null => Value::Null,
        Document::Bool(is) => Value::Bool(*is),
        Document::String(text) => Value::String(text.clone()),
        Document::Array(items) => Value::Array(items.iter().map(json).collect()),
        Document::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), json(value))).collect())
        }
        Document::Number(Number::PosInt(number)) => Value::from(*number),
        Document::Number(Number::NegInt(number)) => Value::from(*number),
        Document::Number(Number::Float(number)) => Value::from(*number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(schema: &str) -> Shape {
        Shape { name: "intent".into(), schema: schema.into() }
    }

    #[test]
    fn json_goes_through_the_sdk_unchanged() {
        let value = serde_json::json!({"a": [1, -2, 0.5, null, true, "x"], "b": {"c": {}}, "d": u64::MAX});
        assert_eq!(json(&document(&value)), value);
    }

    #[test]
    fn each_way_fills_its_own_part_and_no_other() {
        let parts = |by| {
            let form = Form::of(Some(&shape(r#"{"type":"object"}"#)), by).unwrap();
            (form.output.is_some(), form.tools.is_some(), form.words.is_some())
        };
        assert_eq!(parts(ShapedBy::Schema), (true, false, false));
        assert_eq!(parts(ShapedBy::Tool), (false, true, false));
        assert_eq!(parts(ShapedBy::Words), (false, false, true));
        assert_eq!(Form::of(None, ShapedBy::Tool).unwrap(), Form::default());
    }

    #[test]
    fn a_schema_that_is_none_is_refused_here_and_not_by_the_service() {
        for schema in ["", "{", "[]", "true"] {
            for by in [ShapedBy::Schema, ShapedBy::Tool, ShapedBy::Words] {
                assert_eq!(Form::of(Some(&shape(schema)), by).unwrap_err().kind, ErrorKind::Invalid, "{schema:?}");
            }
        }
    }
}
