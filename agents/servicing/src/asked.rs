//! Reads what is asked of the service desk, from the intent and the words.

use backoffice::service_desk::Work;

use crate::words::{Text, Words};

/// What a customer asks of the service desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A new appointment, or which slots there are for one.
    Book(Work),
    /// An appointment at another time or place.
    Change,
    /// No appointment any more.
    Cancel,
    /// Which appointments there are.
    Appointments,
    /// How far the work is.
    Status,
    /// When the next service is due.
    Due,
    /// What was done to the car.
    History,
    /// Whether there is a recall for the car.
    Recalls,
    /// Whether the car's warranty still runs.
    Warranty,
    /// How an appointment is made, moved or cancelled.
    HowTo,
    /// Nothing that it knows of.
    Nothing,
}

impl Asked {
    /// What a text of this intent asks.
    pub(crate) fn read(intent: &str, text: &Text, words: &Words) -> Self {
        let (request, how_to) = (&words.request, text.has(&words.request.how_to));
        let book = || Self::Book(words.work(text).unwrap_or(Work::Service));
        match intent {
            "service_booking" | "service_change" if how_to => Self::HowTo,
            "service_booking" => book(),
            "service_change" => Self::of_an_appointment(text, words),
            "service_status" => Self::Status,
            "service_interval" if text.has(&request.history) => Self::History,
            "service_interval" if !text.has(&request.not_due) && text.has(&request.due) => Self::Due,
            "recall" if !how_to && text.has(&request.book) => Self::Book(Work::Recall),
            "recall" => Self::Recalls,
            "warranty" if text.has(&request.own_warranty) => Self::Warranty,
            _ if !how_to && text.has(&request.book_anyway) => book(),
            _ => Self::Nothing,
        }
    }

    /// "I need to cancel, can we reschedule?" is a move; "what time is my appointment?" asks to see it.
    fn of_an_appointment(text: &Text, words: &Words) -> Self {
        let request = &words.request;
        if text.has(&request.list) && !text.has(&request.cancel) {
            Self::Appointments
        } else if text.has(&request.moving) {
            Self::Change
        } else if text.has(&request.cancel) {
            Self::Cancel
        } else {
            Self::Appointments
        }
    }

    /// Whether a visitor must sign in for it.
    pub(crate) fn needs_a_customer(self) -> bool {
        matches!(self, Self::Book(_) | Self::Change | Self::Cancel | Self::Appointments | Self::Status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_is_read_from_intent_and_words() {
        let words = Words::shipped().unwrap();
        let cases = [
            ("service_booking", "I want to book a service", Asked::Book(Work::Service)),
            ("service_booking", "when is your next free slot", Asked::Book(Work::Service)),
            ("service_booking", "wheel change booking spring", Asked::Book(Work::Tyres)),
            ("service_booking", "how do I make an appointment online", Asked::HowTo),
            ("service_change", "please cancel Thursday's service", Asked::Cancel),
            ("service_change", "I'm not coming today, sorry", Asked::Cancel),
            ("service_change", "move my service to another day", Asked::Change),
            ("service_change", "I need to cancel, can we reschedule it", Asked::Change),
            ("service_change", "is it possible to come earlier than booked", Asked::Change),
            ("service_change", "when is my appointment", Asked::Appointments),
            ("service_change", "I've forgotten what time I booked for", Asked::Appointments),
            ("service_change", "how do I cancel my appointment", Asked::HowTo),
            ("service_status", "is my car ready", Asked::Status),
            ("service_interval", "when is my next service due", Asked::Due),
            ("service_interval", "how much does a service cost", Asked::Nothing),
            ("service_interval", "can I see my service history", Asked::History),
            ("recall", "is there a recall on my car", Asked::Recalls),
            ("recall", "I want to book my recall repair", Asked::Book(Work::Recall)),
            ("warranty", "is my car still under warranty", Asked::Warranty),
            ("warranty", "what does the vehicle warranty cover", Asked::Nothing),
            ("brakes", "the pads are worn, can you book me in for a repair", Asked::Book(Work::Repair)),
            ("brakes", "how thick are the brake pads", Asked::Nothing),
        ];
        for (intent, text, expected) in cases {
            assert_eq!(Asked::read(intent, &Text::of(text), &words), expected, "{text}");
        }
    }
}
