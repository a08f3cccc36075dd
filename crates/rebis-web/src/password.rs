//! Passwords: hashed with Argon2id, compared in constant time, and not on the threads that answer requests.
//!
//! Invariant: at most four are worked on at a time, so that a flood of logins takes 80 MiB and not all there is; a password stands in no
//! error.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use axum::http::StatusCode;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::error::{HttpError, Result};

/// What no person types.
const LONGEST: usize = 4096;

/// Each takes 19 MiB.
static AT_A_TIME: Semaphore = Semaphore::const_new(4);

/// What is stored instead of a password: Werkzeug's `generate_password_hash`. The text holds the method, its parameters and the salt.
///
/// ```
/// use rebis_web::{hash_password, verify_password};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let hash = hash_password("correct horse").await?;
/// assert!(hash.starts_with("$argon2id$"));
/// assert!(verify_password("correct horse", &hash).await?);
/// assert!(!verify_password("battery staple", &hash).await?);
/// # Ok::<(), rebis_web::HttpError>(())
/// # }).unwrap();
/// ```
///
/// # Errors
/// 400 for a password of more than 4096 bytes; 500 when the system has no random bytes.
pub async fn hash_password(password: impl Into<String>) -> Result<String> {
    let password = password.into();
    if password.len() > LONGEST {
        return Err(HttpError::bad_request("The password is too long."));
    }
    work(move || {
        let hash = Argon2::default().hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(|error| HttpError::internal(error.to_string()))
    })
    .await
}

/// Whether the password is the one that was hashed: Werkzeug's `check_password_hash`.
///
/// # Errors
/// When `hash` is none that [`hash_password`] or another program made with Argon2.
pub async fn verify_password(password: impl Into<String>, hash: &str) -> Result<bool> {
    let (password, hash) = (password.into(), hash.to_owned());
    if password.len() > LONGEST {
        return Ok(false);
    }
    work(move || {
        let hash = PasswordHash::new(&hash).map_err(|_| {
            HttpError::internal("what is stored as the hash of a password is none of Argon2 ($argon2id$…)")
        })?;
        match Argon2::default().verify_password(password.as_bytes(), &hash) {
            Ok(()) => Ok(true),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(HttpError::internal(error.to_string())),
        }
    })
    .await
}

async fn work<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let busy = |_| HttpError::status_only(StatusCode::SERVICE_UNAVAILABLE);
    let permit = AT_A_TIME.acquire().await.map_err(busy)?;
    // The permit goes with the work: a visitor who leaves does not end it.
    let work = move || {
        let _permit = permit;
        work()
    };
    spawn_blocking(work).await.map_err(HttpError::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn hashes_differ_and_what_is_none_is_an_error() {
        let (one, two) = (hash_password("susan").await.unwrap(), hash_password("susan").await.unwrap());
        assert_ne!(one, two, "each has a salt of its own");
        assert!(
            verify_password("susan", &one).await.unwrap() && verify_password("susan", &two).await.unwrap()
        );
        for wrong in ["", "Susan", "susan "] {
            assert!(!verify_password(wrong, &one).await.unwrap(), "{wrong:?}");
        }
        let error = verify_password("hunter2", "hunter2").await.unwrap_err();
        assert!(error.status() == 500 && !format!("{error:?}").contains("hunter2"), "{error:?}");
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(hash_password(long.clone()).await.unwrap_err().status(), 400);
        assert!(!verify_password(long, &one).await.unwrap());
    }
}
