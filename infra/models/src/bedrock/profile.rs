//! Which inference profile is called: read from what stands behind `bedrock://`, and checked before anything starts.

use contract::{Error, Result};

/// The geographies that a system-defined profile can be named after.
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html>
const GEOGRAPHIES: [&str; 8] = ["us", "us-gov", "eu", "apac", "global", "jp", "au", "ca"];
/// The partitions that an ARN may name.
const PARTITIONS: [&str; 5] = ["aws", "aws-us-gov", "aws-cn", "aws-iso", "aws-iso-b"];
/// Longest id of a profile, in characters.
const LONGEST: usize = 64;
const HINT: &str = "name an inference profile, such as bedrock://eu.amazon.nova-micro-v1:0, or the ARN of one";

/// An inference profile of Amazon Bedrock, known to be well formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// What the service is called with: an id or an ARN.
    pub(super) id: String,
    /// The id without account and region.
    pub(super) name: String,
    /// The model that is billed, without a geography; none where the profile does not tell.
    pub(super) model: Option<String>,
    /// The region of an ARN.
    pub(super) region: Option<String>,
    /// Whether the answer is streamed.
    pub(super) stream: bool,
}

/// What a URI asks for behind the `?`.
struct Wishes {
    bare: bool,
    stream: bool,
    model: Option<String>,
}

impl Profile {
    /// Reads what stands behind `bedrock://`: a profile id or the ARN of a profile, then `?bare=allowed` (a foundation model
    /// without a profile is meant), `?stream=off` (the answer comes in one piece) or `?model=…` (the model that is billed),
    /// joined by `&`.
    ///
    /// # Errors
    /// `Invalid`, with a hint, for anything else.
    pub fn parse(text: &str) -> Result<Self> {
        let (id, query) = text.trim().split_once('?').unwrap_or((text.trim(), ""));
        let wishes = Wishes::parse(query)?;
        match id {
            "" => Err(Error::invalid("bedrock", "no inference profile is named").hint(HINT)),
            arn if arn.starts_with("arn:") => Self::of_arn(arn, wishes),
            id => Self::of_id(id, wishes),
        }
    }

    fn of_id(id: &str, wishes: Wishes) -> Result<Self> {
        if !well_formed(id) || id.len() > LONGEST {
            return Err(refused(id, "is no id of an inference profile").hint(HINT));
        }
        if !wishes.bare && !system_defined(id) {
            return Err(refused(id, "is a foundation model, not an inference profile, and many models refuse that")
                .hint(format!("put a geography before it, such as eu.{id}, or say bedrock://{id}?bare=allowed")));
        }
        let model = wishes.model.as_deref().unwrap_or(id);
        Ok(Self {
            id: id.to_owned(),
            name: id.to_owned(),
            model: Some(without_geography(model).to_owned()),
            region: None,
            stream: wishes.stream,
        })
    }

    /// By the published pattern: `arn:partition:bedrock:region:account:(application-)inference-profile/id`.
    fn of_arn(arn: &str, wishes: Wishes) -> Result<Self> {
        let malformed = || refused(arn, "is no ARN of an inference profile").hint(HINT);
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", partition, "bedrock", region, account, resource] = parts[..] else { return Err(malformed()) };
        let (kind, id) = resource.split_once('/').ok_or_else(malformed)?;
        let kinds = ["inference-profile", "application-inference-profile"];
        let named = kinds.contains(&kind) && PARTITIONS.contains(&partition) && well_formed(id);
        if !named || !is_region(region) || !is_account(account) {
            return Err(malformed());
        }
        // The profile of an application hides its model behind an id of its own.
        let model = wishes.model.or_else(|| system_defined(id).then(|| id.to_owned()));
        Ok(Self {
            id: arn.to_owned(),
            name: id.to_owned(),
            model: model.map(|model| without_geography(&model).to_owned()),
            region: Some(region.to_owned()).filter(|region| !region.is_empty()),
            stream: wishes.stream,
        })
    }
}

impl Wishes {
    fn parse(query: &str) -> Result<Self> {
        let mut wishes = Self { bare: false, stream: true, model: None };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=').unwrap_or((pair, "")) {
                ("bare", "allowed") => wishes.bare = true,
                ("stream", "off") => wishes.stream = false,
                ("stream", "on") => wishes.stream = true,
                ("model", model) if well_formed(model) => wishes.model = Some(model.to_owned()),
                (name @ ("bare" | "stream" | "model"), value) => {
                    return Err(Error::invalid(format!("bedrock ?{name}"), format!("{value:?} is no value of it"))
                        .hint("write bare=allowed, stream=off or model=<id of a model>"));
                }
                (name, _) => {
                    return Err(Error::invalid("bedrock", format!("the parameter {name:?} is not known"))
                        .hint("known are bare=allowed, stream=off and model=<id of a model>"));
                }
            }
        }
        Ok(wishes)
    }
}

fn refused(id: &str, why: &str) -> Error {
    Error::invalid("bedrock", format!("{id:?} {why}"))
}

/// `[a-zA-Z0-9-:.]+`
fn well_formed(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-:.".contains(&byte))
}

fn is_region(text: &str) -> bool {
    text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn is_account(text: &str) -> bool {
    text.is_empty() || (text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether an id is a geography, a vendor and a model, joined by points.
fn system_defined(id: &str) -> bool {
    let rest = without_geography(id);
    rest.len() < id.len() && rest.split_once('.').is_some_and(|(vendor, model)| !vendor.is_empty() && !model.is_empty())
}

fn without_geography(id: &str) -> &str {
    match id.split_once('.') {
        Some((geography, rest)) if GEOGRAPHIES.contains(&geography) => rest,
        _ => id,
    }
}

#[cfg(test)]
mod tests;
