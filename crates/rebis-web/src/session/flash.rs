//! Flash messages: said in one request, shown in the next page.
//!
//! Invariant: a message is shown once, however often the page asks within its request.

use serde_json::Value;

use super::UserSession;

const FLASHES: &str = "_flashes";

impl UserSession {
    /// Leaves a message for the next page that shows messages, in a template `get_flashed_messages()`. The category (`"message"`, `"error"`,
    /// `"success"` …) is for its looks.
    pub fn flash(&self, message: impl Into<String>, category: &str) {
        let pair = Value::from(vec![category.to_owned(), message.into()]);
        let mut state = self.state();
        state.changed = true;
        match state.values.get_mut(FLASHES).and_then(Value::as_array_mut) {
            Some(all) => all.push(pair),
            None => {
                state.values.insert(FLASHES.to_owned(), Value::Array(vec![pair]));
            }
        }
    }

    /// Takes the messages out: category and message, in the order they were left. Asked again in the same request, it gives the same.
    pub fn flashed_messages(&self) -> Vec<(String, String)> {
        let mut state = self.state();
        if let Some(taken) = &state.taken {
            return taken.clone();
        }
        let stored = state.values.remove(FLASHES);
        state.changed |= stored.is_some();
        let messages: Vec<(String, String)> =
            stored.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default();
        state.taken = Some(messages.clone());
        messages
    }
}
