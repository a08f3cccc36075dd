//! `SecretKeyError`: why there can be no session, and how to make a key.
//!
//! Invariant: the text never holds the key.

use std::fmt;

use super::seal::SHORTEST;

/// The application has no usable `SECRET_KEY`.
#[derive(Clone, Debug)]
pub(crate) struct SecretKeyError {
    problem: String,
}

impl SecretKeyError {
    pub(super) fn missing() -> Self {
        Self { problem: "no SECRET_KEY is set".to_owned() }
    }

    pub(super) fn short(length: usize) -> Self {
        Self {
            problem: format!(
                "a key of SECRET_KEY or SECRET_KEY_FALLBACKS has {length} bytes and needs {SHORTEST}"
            ),
        }
    }

    pub(super) fn no_randomness() -> Self {
        Self { problem: "the system gave no random bytes".to_owned() }
    }
}

impl fmt::Display for SecretKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the session of the visitor is not available: {}\n  \
             make a key with `openssl rand -hex 32` and put it into .env (SECRET_KEY=…), which is not committed; keep it secret",
            self.problem
        )
    }
}

impl std::error::Error for SecretKeyError {}
