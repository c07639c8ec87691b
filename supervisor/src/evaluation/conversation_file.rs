//! What a file of a conversation says: its steps, and what must come of each.

use serde::Deserialize;
use serde_json::{Value, json};

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conversation {
    /// What a reader should see in it.
    pub about: String,
    /// Who speaks; left out: a visitor.
    #[serde(default)]
    pub customer: Option<String>,
    /// What is said and done, in its order.
    pub turns: Vec<Step>,
}

impl Conversation {
    /// How many turns the customer takes in the first of their conversations.
    pub fn turns_of_the_first(&self) -> usize {
        self.turns.iter().filter(|step| step.say.is_some() && step.session.is_none()).count()
    }
}

/// The customer says something, and what must come of it; or a person does one thing about the case that the customer's last
/// turn belongs to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What the customer says.
    #[serde(default)]
    pub say: Option<String>,
    /// Another conversation of the same customer, by any name; left out: the first one.
    #[serde(default)]
    pub session: Option<String>,
    /// The button below the first proposal of the reply before is pressed with it: `yes` or `no`.
    #[serde(default)]
    pub decide: Option<String>,
    /// Where the customer speaks from, as on the wire.
    #[serde(default)]
    pub channel: Option<String>,
    /// How the reply should sound, as on the wire.
    #[serde(default)]
    pub tone: Option<String>,
    /// What the car reports, as on the wire.
    #[serde(default)]
    pub vehicle: Option<Value>,
    /// What must come of it.
    #[serde(default)]
    pub expect: Expectation,
    /// The person who does something.
    #[serde(default)]
    pub operator: Option<String>,
    #[serde(default)]
    claims: bool,
    /// What the person says: the customer must read it at once.
    #[serde(default)]
    pub says: Option<String>,
    /// The queue that the case is handed on to.
    #[serde(default)]
    transfers: Option<String>,
    /// The note that the case ends with.
    #[serde(default)]
    resolves: Option<String>,
    #[serde(default)]
    returns: bool,
}

impl Step {
    /// The operators' doors that a person goes through, each with what is sent there.
    pub fn requests(&self) -> Vec<(&'static str, Value)> {
        let told = [
            ("claim", self.claims.then_some(Value::Null)),
            ("words", self.says.as_ref().map(|text| json!({"text": text}))),
            ("transfer", self.transfers.as_ref().map(|queue| json!({"queue": queue}))),
            ("resolve", self.resolves.as_ref().map(|note| json!({"note": note}))),
            ("return", self.returns.then_some(Value::Null)),
        ];
        told.into_iter().filter_map(|(door, body)| Some((door, body?))).collect()
    }
}

/// What must come of a turn.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expectation {
    /// One of these labels, separated by `|`.
    intent: Option<String>,
    sentiment: Option<String>,
    target: Option<String>,
    queue: Option<String>,
    /// Each of these stands in the reply, whatever the case.
    says: Vec<String>,
    /// None of these stands in the reply.
    never_says: Vec<String>,
    /// One citation's document starts with this.
    cites: Option<String>,
    /// One citation's section contains this.
    section: Option<String>,
    /// The reply takes at most this many words to say; each digit counts as one.
    most_spoken_words: Option<usize>,
    /// There is no citation at all.
    uncited: bool,
    /// Exactly these offers, by name. Left out: any.
    offers: Option<Vec<String>>,
    /// Exactly these actions, each as its kind and how far it has come: `book_appointment:proposed`. Left out: any.
    actions: Option<Vec<String>>,
    model: Option<String>,
    /// Where the case that the turn belongs to stands: `waiting`, `held` or `none`.
    handoff: Option<String>,
    /// Nothing is said, because a person answers.
    silent: bool,
    /// Each of these stands in what a person is suggested to say.
    pub suggests: Vec<String>,
    /// Exactly this is what people said, as the customer reads it behind the turn. Left out: anything.
    pub words: Option<Vec<String>>,
}

impl Expectation {
    /// What of it does not hold for this reply.
    pub fn unmet(&self, reply: &Value) -> Vec<String> {
        let mut unmet = Vec::new();
        let mut require = |holds: bool, what: String| {
            if !holds {
                unmet.push(what);
            }
        };
        let one_of = |expected: &Option<String>, found: &Value| {
            expected.as_ref().is_none_or(|labels| labels.split('|').any(|label| found == label.trim()))
        };
        require(one_of(&self.intent, &reply["intent"]["label"]), format!("intent should be {:?}", self.intent));
        require(
            one_of(&self.sentiment, &reply["sentiment"]["label"]),
            format!("sentiment should be {:?}", self.sentiment),
        );
        require(one_of(&self.target, &reply["route"]["target"]), format!("target should be {:?}", self.target));
        require(one_of(&self.queue, &reply["route"]["queue"]), format!("queue should be {:?}", self.queue));
        require(one_of(&self.model, &reply["model"]), format!("model should be {:?}", self.model));
        let said = reply["reply"].as_str().unwrap_or_default().to_lowercase();
        for words in &self.says {
            require(said.contains(&words.to_lowercase()), format!("should say {words:?}"));
        }
        for words in &self.never_says {
            require(!said.contains(&words.to_lowercase()), format!("should not say {words:?}"));
        }
        let words = spoken_words(&said);
        require(self.most_spoken_words.is_none_or(|most| words <= most), format!("takes {words} words to say"));
        let cited = |field: &str, test: &dyn Fn(&str) -> bool| {
            reply["citations"]
                .as_array()
                .is_some_and(|all| all.iter().any(|citation| citation[field].as_str().is_some_and(test)))
        };
        let document =
            self.cites.as_ref().is_none_or(|start| cited("document", &|found| found.starts_with(start.as_str())));
        require(document, format!("should cite {:?}", self.cites));
        let section = self.section.as_ref().is_none_or(|part| cited("section", &|found| found.contains(part.as_str())));
        require(section, format!("should cite the section {:?}", self.section));
        let shown: Vec<_> =
            reply["offers"].as_array().into_iter().flatten().map(|offer| offer["name"].clone()).collect();
        require(
            self.offers.as_ref().is_none_or(|expected| *expected == shown),
            format!("offers should be {:?} and are {shown:?}", self.offers),
        );
        let found: Vec<_> = reply["actions"].as_array().into_iter().flatten().map(kind_and_status).collect();
        require(
            self.actions.as_ref().is_none_or(|expected| *expected == found),
            format!("actions should be {:?} and are {found:?}", self.actions),
        );
        require(!self.uncited || reply["citations"] == json!([]), "should cite nothing".into());
        let standing = standing(reply);
        require(
            self.handoff.as_ref().is_none_or(|expected| expected == standing),
            format!("the case should be {:?} and is {standing}", self.handoff),
        );
        let silent = reply["reply"] == "" && reply["model"] == "person";
        require(!self.silent || silent, "should leave the answer to a person".into());
        unmet
    }
}

/// Where the case stands that the turn belongs to.
fn standing(reply: &Value) -> &'static str {
    match &reply["handoff"] {
        Value::Null => "none",
        handoff if handoff["held_by"].is_string() => "held",
        _ => "waiting",
    }
}

fn kind_and_status(action: &Value) -> String {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!("{}:{}", word(&action["kind"]), word(&action["state"]["status"]))
}

/// How many words a voice needs, counted apart from the product: markers are not said, each digit is.
fn spoken_words(reply: &str) -> usize {
    let said = reply.split_whitespace().filter(|word| !word.starts_with('['));
    said.map(|word| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        digits + usize::from(word.chars().any(char::is_alphabetic))
    })
    .sum()
}
