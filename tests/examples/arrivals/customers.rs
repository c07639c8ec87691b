//! Customers who go through conversation files, each in a conversation of their own.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use serde_json::{Value, json};

use supervisor::evaluation::conversation_file::{Conversation, Step};

/// Conversations under way beyond which an arrival goes on with one of them rather than beginning another.
const UNDER_WAY: usize = 24;

/// A conversation under way.
pub struct Talk {
    /// Who speaks; none: a visitor.
    pub customer: Option<String>,
    steps: VecDeque<Step>,
    /// The session of each of the customer's conversations, once it is known.
    sessions: BTreeMap<Option<String>, String>,
    /// The conversation that is spoken in now, and the reply before.
    current: Option<String>,
    last: Value,
}

impl Talk {
    /// The body of the next turn.
    pub fn next(&mut self) -> Option<Value> {
        let step = self.steps.pop_front()?;
        self.current = step.session.clone();
        let mut body = json!({"channel": step.channel.as_deref().unwrap_or("web"), "text": step.say});
        if let Some(session) = self.sessions.get(&step.session) {
            body["session_id"] = session.as_str().into();
        }
        for (name, value) in [("tone", step.tone.map(Value::from)), ("vehicle", step.vehicle)] {
            if let Some(value) = value {
                body[name] = value;
            }
        }
        let proposed = self.last["actions"].as_array().into_iter().flatten();
        let proposed = proposed.filter(|action| action["state"]["status"] == "proposed").map(|action| &action["id"]);
        if let (Some(answer), Some(action)) = (step.decide, proposed.into_iter().next()) {
            body["decision"] = json!({"action": action, "accepted": answer == "yes"});
        }
        Some(body)
    }

    /// Hears the reply. Returns whether there is more to say.
    pub fn hear(&mut self, reply: Value) -> bool {
        if let Some(session) = reply["session_id"].as_str() {
            self.sessions.insert(self.current.clone(), session.to_owned());
        }
        self.last = reply;
        !self.steps.is_empty()
    }
}

/// Who could speak next.
pub struct Customers {
    files: Vec<std::path::PathBuf>,
    begun: usize,
    waiting: VecDeque<Talk>,
}

impl Customers {
    /// The customers of a folder of conversation files.
    pub fn of(folder: &Path) -> Result<Self, String> {
        let named = |cause: std::io::Error| format!("{}: {cause}", folder.display());
        let entries = std::fs::read_dir(folder).map_err(named)?.map(|entry| entry.map(|entry| entry.path()));
        let mut files: Vec<_> = entries.collect::<Result<_, _>>().map_err(named)?;
        files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        files.sort();
        if files.is_empty() {
            return Err(format!("{}: there is no conversation in it", folder.display()));
        }
        Ok(Self { files, begun: 0, waiting: VecDeque::new() })
    }

    /// Who speaks now: whoever has waited longest, or somebody new while few are there.
    pub fn speak(&mut self) -> Result<Talk, String> {
        if self.waiting.len() >= UNDER_WAY
            && let Some(talk) = self.waiting.pop_front()
        {
            return Ok(talk);
        }
        let file = &self.files[self.begun % self.files.len()];
        self.begun += 1;
        let text = std::fs::read_to_string(file).map_err(|cause| format!("{}: {cause}", file.display()))?;
        let conversation: Conversation =
            serde_saphyr::from_str(&text).map_err(|cause| format!("{}: {cause}", file.display()))?;
        let steps = conversation.turns.into_iter().filter(|step| step.say.is_some()).collect();
        let (sessions, current, last) = (BTreeMap::new(), None, Value::Null);
        Ok(Talk { customer: conversation.customer, steps, sessions, current, last })
    }

    /// Takes somebody back who has more to say.
    pub fn wait(&mut self, talk: Talk) {
        self.waiting.push_back(talk);
    }

    /// Conversations that were begun.
    pub fn begun(&self) -> usize {
        self.begun
    }
}
