//! Sealing: text that only this application can read and nobody else can make.
//!
//! Invariant: what does not open with one of the keys, under the same name and within its lifetime, is `None`; nothing says which of
//! these it was.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::rand::{SecureRandom, SystemRandom};

use super::SecretKeyError;

/// A shorter secret can be guessed from one cookie.
pub(super) const SHORTEST: usize = 32;

/// The first key seals, all of them open.
pub(crate) struct Keys(Vec<LessSafeKey>);

/// What came out of a sealed text.
pub(super) struct Opened {
    pub(super) text: Vec<u8>,
    /// It was sealed with an old key, and should be sealed again.
    pub(super) by_old_key: bool,
}

impl Keys {
    pub(super) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Result<Self, SecretKeyError> {
        secrets.into_iter().map(derive).collect::<Result<_, _>>().map(Self)
    }

    /// Nonce, then time and text encrypted; `name` is authenticated with them.
    pub(super) fn seal(&self, name: &str, text: &[u8]) -> Result<String, SecretKeyError> {
        let key = self.0.first().ok_or_else(SecretKeyError::missing)?;
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| SecretKeyError::no_randomness())?;
        let mut sealed = now().to_be_bytes().to_vec();
        sealed.extend_from_slice(text);
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(name.as_bytes()),
            &mut sealed,
        )
        .map_err(|_| SecretKeyError::no_randomness())?;
        Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    pub(super) fn open(&self, name: &str, sealed: &str, lifetime: u64) -> Option<Opened> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        for (index, key) in self.0.iter().enumerate() {
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut copy = sealed.to_vec();
            if let Ok(plain) = key.open_in_place(nonce, Aad::from(name.as_bytes()), &mut copy) {
                let (time, text) = plain.split_first_chunk()?;
                let made = u64::from_be_bytes(*time);
                let alive = now() <= made.saturating_add(lifetime);
                return alive.then(|| Opened { text: text.to_vec(), by_old_key: index > 0 });
            }
        }
        None
    }
}

/// 32 random bytes as text.
pub(super) fn random_text() -> Result<String, SecretKeyError> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| SecretKeyError::no_randomness())?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn derive(secret: &str) -> Result<LessSafeKey, SecretKeyError> {
    if secret.len() < SHORTEST {
        return Err(SecretKeyError::short(secret.len()));
    }
    let prk = Salt::new(HKDF_SHA256, b"rebis").extract(secret.as_bytes());
    let okm =
        prk.expand(&[b"session cookie v1"], &AES_256_GCM).map_err(|_| SecretKeyError::no_randomness())?;
    Ok(LessSafeKey::new(UnboundKey::from(okm)))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "an old secret of thirty-two bytes or more";
    const NEW: &str = "a new secret of thirty-two bytes or more!";

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        let keys = Keys::new([OLD]).unwrap();
        let sealed = keys.seal("session", b"susan").unwrap();
        assert_eq!(keys.open("session", &sealed, 60).unwrap().text, b"susan");
        assert_ne!(sealed, keys.seal("session", b"susan").unwrap(), "each sealing has a nonce of its own");
        assert!(keys.open("other", &sealed, 60).is_none(), "a cookie of another name");
        for at in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let tampered = String::from_utf8(bytes).unwrap();
            assert!(keys.open("session", &tampered, 60).is_none(), "byte {at} was changed");
            assert!(keys.open("session", &sealed[..at], 60).is_none(), "cut to {at} bytes");
        }
    }

    #[test]
    fn keys_rotate() {
        let sealed = Keys::new([OLD]).unwrap().seal("session", b"susan").unwrap();
        let both = Keys::new([NEW, OLD]).unwrap();
        assert!(both.open("session", &sealed, 60).unwrap().by_old_key);
        assert!(Keys::new([NEW]).unwrap().open("session", &sealed, 60).is_none());
        let again = both.seal("session", b"susan").unwrap();
        assert!(!Keys::new([NEW]).unwrap().open("session", &again, 60).unwrap().by_old_key);
    }

    #[test]
    fn old_age_and_short_secrets() {
        let keys = Keys::new([NEW]).unwrap();
        let key = &keys.0[0];
        let mut sealed = (now() - 61).to_be_bytes().to_vec();
        key.seal_in_place_append_tag(
            Nonce::assume_unique_for_key([7; NONCE_LEN]),
            Aad::from(&b"session"[..]),
            &mut sealed,
        )
        .unwrap();
        let sealed = URL_SAFE_NO_PAD.encode([&[7; NONCE_LEN][..], &sealed].concat());
        assert!(keys.open("session", &sealed, 60).is_none());
        assert!(keys.open("session", &sealed, 600).is_some());
        assert!(Keys::new(["dev"]).is_err());
    }
}
