//! `motorline chat`: a conversation in the terminal, through the same supervisor as every door.

use crate::commands::say;
use std::io::{BufRead, Write};
use std::sync::Arc;

use clap::Args;
use contract::{Caller, CustomerId, SessionId, TurnRecord};

use crate::doors::wire::TurnRequest;
use crate::event::{Audience, TurnEvent};
use crate::settings::{Identity, Settings};
use crate::wiring::Product;

/// What `chat` takes.
#[derive(Debug, Args)]
pub(super) struct Chat {
    /// Speak as this customer of the demonstration, such as ada; without it as a visitor.
    #[arg(long = "as", value_name = "CUSTOMER")]
    customer: Option<String>,
}

impl Chat {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), String> {
        let caller = caller(self.customer.as_deref(), settings)?;
        let product = Product::assemble(settings).await.map_err(|error| error.to_string())?;
        say("Ask away; an empty line or Ctrl-D ends the conversation.");
        let mut session = None;
        while let Some(text) = line().await? {
            match take(&product, settings, &caller, session.clone(), text).await {
                Ok(record) => {
                    say(format_args!("{}\n", footnotes(&record)));
                    session = Some(record.turn.session);
                }
                Err(error) => say(format_args!("{error}\n")),
            }
        }
        Ok(())
    }
}

/// Who speaks: a customer of the demonstration, or a visitor.
pub(super) fn caller(customer: Option<&str>, settings: &Settings) -> Result<Caller, String> {
    let Some(id) = customer else { return Ok(Caller::Anonymous) };
    if settings.identity != Identity::Demo {
        return Err("only the demonstration (identity = \"demo\") has customers to speak as".into());
    }
    CustomerId::new(id).map(Caller::Customer).map_err(|error| format!("customer {id:?}: {error}"))
}

async fn take(
    product: &Product,
    settings: &Settings,
    caller: &Caller,
    session_id: Option<SessionId>,
    text: String,
) -> contract::Result<TurnRecord> {
    let wanted = TurnRequest {
        session_id,
        channel: contract::Channel::Web,
        text,
        tone: None,
        locale: None,
        decision: None,
        vehicle: None,
    };
    let deadline = settings.turn.deadline.as_millis().try_into().unwrap_or(u64::MAX);
    let request = wanted.admit(caller.clone(), None, deadline, &*product.clock, &*product.entropy)?;
    product.supervisor.take(request, Arc::new(Terminal)).await
}

/// Prints the words as they are released.
struct Terminal;

impl Audience for Terminal {
    fn hear(&self, event: TurnEvent) {
        if let TurnEvent::Delta(text) = event {
            let mut terminal = std::io::stdout().lock();
            // A terminal that is gone ends the conversation at the next line.
            let _ = write!(terminal, "{text}").and_then(|()| terminal.flush());
        }
    }
}

fn footnotes(record: &TurnRecord) -> String {
    let sources = record.reply.citations.iter().enumerate().map(|(index, citation)| {
        let section = if citation.section.is_empty() { String::new() } else { format!(" › {}", citation.section) };
        format!("\n  [{}] {}{section}", index + 1, citation.title)
    });
    sources.collect()
}

/// The next line of the terminal; nothing at its end.
async fn line() -> Result<Option<String>, String> {
    let mut terminal = std::io::stdout();
    write!(terminal, "› ").and_then(|()| terminal.flush()).map_err(|cause| cause.to_string())?;
    let read = tokio::task::spawn_blocking(|| {
        let mut text = String::new();
        std::io::stdin().lock().read_line(&mut text).map(|_| text)
    });
    let text = read.await.map_err(|cause| cause.to_string())?.map_err(|cause| cause.to_string())?;
    let text = text.trim();
    Ok((!text.is_empty()).then(|| text.to_owned()))
}
