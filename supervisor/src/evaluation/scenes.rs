//! Plays conversation files through a door of the product, and says of each step what was expected of it and did not come.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::conversation_file::{Conversation, Step};

/// A way into the product, as a client goes it. Who speaks is an identity of the demonstration; none: a visitor.
#[async_trait]
pub trait Doorway: Send + Sync {
    /// Takes a turn; returns the status and the reply.
    async fn turn(&self, who: Option<&str>, body: &Value) -> (u16, Value);

    /// Reads a page; null when it is no JSON.
    async fn get(&self, who: Option<&str>, path: &str) -> (u16, Value);

    /// Does something at a door.
    async fn post(&self, who: &str, path: &str, body: &Value) -> (u16, Value);
}

/// A step that was played.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// The file and the number of the step.
    pub place: String,
    /// What was said or done.
    pub said: String,
    /// The reply as the client got it; null where a person did something.
    pub reply: Value,
    /// What was expected and did not come.
    pub unmet: Vec<String>,
}

/// Plays a conversation in a session of this name.
///
/// # Errors
/// A sentence, when the file asks for what cannot be done: that is no failed expectation but a broken file.
pub async fn play(
    door: &dyn Doorway,
    name: &str,
    session: &str,
    conversation: &Conversation,
) -> Result<Vec<Played>, String> {
    if conversation.about.is_empty() {
        return Err(format!("{name} does not say what a reader should see in it"));
    }
    let customer = conversation.customer.as_deref();
    let mut scene = Scene { door, customer, session, proposal: Value::Null, case: Value::Null };
    let mut played = Vec::new();
    for (number, step) in conversation.turns.iter().enumerate() {
        let place = format!("{name} step {}", number + 1);
        played.push(match (&step.say, &step.operator) {
            (Some(said), None) => scene.take(place, said, step).await?,
            (None, Some(person)) => scene.act(place, person, step).await?,
            _ => return Err(format!("{place}: either the customer says something, or a person does something")),
        });
    }
    let (_, transcript) = door.get(customer, &format!("/v1/sessions/{session}")).await;
    let kept = transcript["turns"].as_array().map_or(0, Vec::len);
    if let Some(last) = played.last_mut().filter(|_| kept != conversation.turns_of_the_first()) {
        last.unmet.push(format!("{kept} turns were kept of {}", conversation.turns_of_the_first()));
    }
    Ok(played)
}

/// A conversation that is being played.
struct Scene<'a> {
    door: &'a dyn Doorway,
    customer: Option<&'a str>,
    session: &'a str,
    /// What the last reply proposes.
    proposal: Value,
    /// The case that a turn belonged to last.
    case: Value,
}

impl Scene<'_> {
    /// The customer says something.
    async fn take(&mut self, place: String, said: &str, step: &Step) -> Result<Played, String> {
        let session =
            step.session.as_ref().map_or(self.session.to_owned(), |other| format!("{}-{other}", self.session));
        let mut body = json!({"session_id": session, "text": said});
        if let Some(answer) = &step.decide {
            if !self.proposal.is_string() {
                return Err(format!("{place}: nothing was proposed before"));
            }
            body["decision"] = json!({"action": self.proposal, "accepted": answer == "yes"});
        }
        let optional = [
            ("channel", step.channel.clone().map(Value::from)),
            ("tone", step.tone.clone().map(Value::from)),
            ("vehicle", step.vehicle.clone()),
        ];
        for (field, value) in optional.into_iter().filter_map(|(field, value)| Some((field, value?))) {
            body[field] = value;
        }
        let (status, reply) = self.door.turn(self.customer, &body).await;
        if status != 200 {
            return Err(format!("{place}: {status} {reply}"));
        }
        self.proposal = proposed(&reply);
        if reply["handoff"]["case"].is_string() {
            self.case = reply["handoff"]["case"].clone();
        }
        let mut unmet: Vec<String> = step.expect.unmet(&reply).into_iter().chain(ungrounded(&reply)).collect();
        if !step.expect.suggests.is_empty() {
            let suggested = self.suggested().await.to_lowercase();
            let missing = step.expect.suggests.iter().filter(|words| !suggested.contains(&words.to_lowercase()));
            unmet.extend(missing.map(|words| format!("should suggest {words:?} and suggests {suggested:?}")));
        }
        if let Some(expected) = &step.expect.words {
            let heard = self.heard(&session).await;
            unmet.extend((heard != *expected).then(|| format!("people should have said {expected:?}, not {heard:?}")));
        }
        Ok(Played { place, said: said.into(), reply, unmet })
    }

    /// A person does something about the case, through their own doors.
    async fn act(&self, place: String, person: &str, deed: &Step) -> Result<Played, String> {
        let requests = deed.requests();
        if requests.len() != 1 {
            return Err(format!("{place}: a person does one thing at a time"));
        }
        let (mut unmet, mut done) = (Vec::new(), String::new());
        for (door, body) in requests {
            let case = self.case.as_str().ok_or_else(|| format!("{place}: there is no case"))?;
            let (status, answer) = self.door.post(person, &format!("/v1/handoffs/{case}/{door}"), &body).await;
            unmet.extend((!(200..300).contains(&status)).then(|| format!("{door}: {status} {answer}")));
            done = format!("{person}: {door}");
        }
        if let Some(said) = &deed.says {
            let heard = self.heard(self.session).await;
            unmet.extend((heard.last() != Some(said)).then(|| format!("{said:?} is not what was heard: {heard:?}")));
        }
        Ok(Played { place, said: done, reply: Value::Null, unmet })
    }

    /// What people said in a conversation, as the customer reads it.
    async fn heard(&self, session: &str) -> Vec<String> {
        let (_, body) = self.door.get(self.customer, &format!("/v1/sessions/{session}/words?after=0")).await;
        let words = body["words"].as_array().into_iter().flatten();
        words.map(|word| word["text"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// What a person at the desk is suggested to say.
    async fn suggested(&self) -> String {
        let path = format!("/v1/handoffs/{}/conversation", self.case.as_str().unwrap_or("none"));
        let (_, body) = self.door.get(Some("sam"), &path).await;
        body["suggestion"]["text"].as_str().unwrap_or_default().to_owned()
    }
}

/// The id of the first thing that a reply proposes.
fn proposed(reply: &Value) -> Value {
    let mut actions = reply["actions"].as_array().into_iter().flatten();
    let open = actions.find(|action| action["state"]["status"] == "proposed");
    open.map(|action| action["id"].clone()).unwrap_or_default()
}

/// What holds for every reply: each marker has its citation, each citation its marker, nothing was degraded, and
/// only where a person answers is nothing said.
fn ungrounded(reply: &Value) -> Vec<String> {
    let text = reply["reply"].as_str().unwrap_or_default();
    let citations = reply["citations"].as_array().map_or(0, Vec::len);
    let without_citation = (citations + 1..citations + 10).filter(|n| text.contains(&format!("[{n}]")));
    let without_marker = (1..=citations).filter(|n| !text.contains(&format!("[{n}]")));
    let mut wrong: Vec<String> = without_citation.map(|n| format!("[{n}] has no citation")).collect();
    wrong.extend(without_marker.map(|n| format!("citation {n} has no marker")));
    if reply["degraded"] != json!([]) {
        wrong.push(format!("degraded: {}", reply["degraded"]));
    }
    if text.is_empty() && reply["model"] != "person" {
        wrong.push("the reply is empty".into());
    }
    wrong
}

/// What came of a turn, in a line.
pub fn summary(reply: &Value) -> String {
    let cited: Vec<String> = reply["citations"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|c| format!("{}#{}", c["document"], c["section"]))
        .collect();
    format!(
        "intent {} {:.2}, {}, {} {}, cites {}",
        reply["intent"]["label"],
        reply["intent"]["confidence"].as_f64().unwrap_or_default(),
        reply["sentiment"]["label"],
        reply["route"]["target"],
        reply["route"]["queue"],
        cited.join(" ")
    )
}
