//! `Upload`: a file that a visitor sent.
//!
//! Invariant: a name that was sent never decides where something is written, and what is not saved is gone when the request is.

use std::fmt;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use axum::body::Bytes;
use tempfile::NamedTempFile;
use tokio::task::spawn_blocking;

use super::choice::Choice;
use super::value::{FormValue, Sent};
use super::widget::Widget;
use crate::error::{HttpError, Result};

/// A file that was sent with a form: a field of that type, of `Option<Upload>` or of `Vec<Upload>`.
///
/// Small ones are in memory, others in a file that vanishes when the last handle is dropped.
///
/// ```
/// # use rebis_macros as rebis;
/// use rebis_web::{Form, Result, Upload};
///
/// #[derive(rebis::Form)]
/// # #[form(crate = "rebis_web")]
/// struct PhotoForm {
///     #[form(max_size = 5 << 20, accept = ["image/png", "image/jpeg"])]
///     photo: Upload,
/// }
///
/// async fn add(mut form: Form<PhotoForm>) -> Result<String> {
///     let Some(data) = form.validated() else { return Ok("again, please".to_owned()) };
///     let name = data.photo.safe_name().unwrap_or_else(|| "photo".to_owned());
///     data.photo.save(format!("instance/photos/{name}")).await?;
///     Ok(format!("{name}: {} bytes", data.photo.size()))
/// }
/// ```
#[derive(Clone)]
pub struct Upload {
    inner: Arc<Inner>,
}

struct Inner {
    file_name: String,
    kind: Option<String>,
    size: u64,
    content: Content,
}

enum Content {
    Memory(Bytes),
    Disk(NamedTempFile),
}

impl Upload {
    /// The name as it was sent. It may be anything, `../../etc/passwd` too: for a path there is [`safe_name`](Self::safe_name).
    pub fn file_name(&self) -> &str {
        &self.inner.file_name
    }

    /// The name without what could lead anywhere: Werkzeug's `secure_filename`, with the letters of all languages. None when nothing is left.
    ///
    /// Two visitors may send the same name; [`save`](Self::save) refuses the second.
    pub fn safe_name(&self) -> Option<String> {
        safe_name(&self.inner.file_name)
    }

    /// The media type that the browser says it is.
    pub fn content_type(&self) -> Option<&str> {
        self.inner.kind.as_deref()
    }

    /// How many bytes it has.
    pub fn size(&self) -> u64 {
        self.inner.size
    }

    /// The content.
    ///
    /// # Errors
    /// When the disk does not give it back.
    pub async fn bytes(&self) -> io::Result<Bytes> {
        let inner = Arc::clone(&self.inner);
        match &inner.content {
            Content::Memory(bytes) => Ok(bytes.clone()),
            Content::Disk(_) => {
                blocking(move || match &inner.content {
                    Content::Memory(bytes) => Ok(bytes.clone()),
                    Content::Disk(file) => std::fs::read(file.path()).map(Bytes::from),
                })
                .await
            }
        }
    }

    /// Writes it to a new file. The folder must be there.
    ///
    /// # Errors
    /// When there is such a file already ([`io::ErrorKind::AlreadyExists`]), or the disk refuses.
    pub async fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let (inner, path) = (Arc::clone(&self.inner), path.as_ref().to_owned());
        blocking(move || {
            let mut to = std::fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
            let written = match &inner.content {
                Content::Memory(bytes) => to.write_all(bytes),
                Content::Disk(file) => {
                    file.reopen().and_then(|mut from| io::copy(&mut from, &mut to).map(drop))
                }
            };
            // Half a file is worse than none.
            written.inspect_err(|_| drop(std::fs::remove_file(&path)))
        })
        .await
    }

    /// Whether it is one of these media types (`image/png`, `image/*`) or has one of these endings (`.png`).
    pub(super) fn is_one_of(&self, kinds: &[String]) -> bool {
        let name = self.inner.file_name.to_ascii_lowercase();
        let own = self.inner.kind.as_deref().unwrap_or_default().to_ascii_lowercase();
        kinds.iter().any(|kind| match kind.strip_suffix('*') {
            _ if kind.starts_with('.') => name.ends_with(kind.as_str()),
            Some(family) => own.starts_with(family),
            None => own == *kind,
        })
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// The name, never the content.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<Upload {:?}, {} bytes>", self.inner.file_name, self.inner.size)
    }
}

/// What is kept in memory of one file before it goes to the disk.
const SMALL: usize = 64 * 1024;

/// Takes a file in as it arrives.
pub(super) struct Writer {
    file_name: String,
    kind: Option<String>,
    size: u64,
    waiting: Vec<u8>,
    file: Option<NamedTempFile>,
}

impl Writer {
    pub(super) fn new(file_name: String, kind: Option<String>) -> Self {
        Self { file_name, kind, size: 0, waiting: Vec::new(), file: None }
    }

    pub(super) async fn write(&mut self, chunk: &[u8]) -> Result<()> {
        self.size = self.size.saturating_add(chunk.len() as u64);
        self.waiting.extend_from_slice(chunk);
        if self.waiting.len() > SMALL { self.spill().await } else { Ok(()) }
    }

    async fn spill(&mut self) -> Result<()> {
        let (file, waiting) = (self.file.take(), std::mem::take(&mut self.waiting));
        let written = blocking(move || {
            let mut file = match file {
                Some(file) => file,
                None => NamedTempFile::new()?,
            };
            file.write_all(&waiting)?;
            Ok(file)
        });
        self.file = Some(written.await.map_err(HttpError::internal)?);
        Ok(())
    }

    pub(super) async fn finish(mut self) -> Result<Option<Upload>> {
        if self.file.is_some() && !self.waiting.is_empty() {
            self.spill().await?;
        }
        let content = match self.file {
            Some(file) => Content::Disk(file),
            None => Content::Memory(Bytes::from(self.waiting)),
        };
        let inner = Inner { file_name: self.file_name, kind: self.kind, size: self.size, content };
        Ok(Some(Upload { inner: Arc::new(inner) }))
    }
}

/// Letters, digits, `-`, `_` and inner dots; the last part of a path; no name that Windows keeps for a device.
fn safe_name(sent: &str) -> Option<String> {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let words: Vec<&str> = last.split_whitespace().collect();
    let kept: String =
        words.join("_").chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')).collect();
    let mut name = kept.trim_matches(['.', '_']);
    while name.len() > 200 {
        // The ending says what it is, so the front goes.
        let mut letters = name.chars();
        letters.next();
        name = letters.as_str();
    }
    let name = name.trim_start_matches(['.', '_']);
    let stem = name.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let numbered = |device: &str| {
        stem.strip_prefix(device).is_some_and(|n| n.len() == 1 && n.chars().all(|c| c.is_ascii_digit()))
    };
    let device = ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str()) || numbered("COM") || numbered("LPT");
    match (name.is_empty(), device) {
        (true, _) => None,
        (false, true) => Some(format!("_{name}")),
        (false, false) => Some(name.to_owned()),
    }
}

macro_rules! uploads {
    ($kind:ty, required = $required:expr, multiple = $multiple:expr, $read:expr) => {
        impl FormValue for $kind {
            type Item = Upload;
            const WIDGET: Widget = Widget::File;
            const REQUIRED: bool = $required;
            const MULTIPLE: bool = $multiple;

            fn read(sent: &Sent<'_>) -> Result<Self, String> {
                let mut files = sent.files().iter().map(|file| Upload::clone(file));
                let read: fn(&mut dyn Iterator<Item = Upload>) -> Option<Self> = $read;
                read(&mut files).ok_or_else(|| "This field is required.".to_owned())
            }

            /// A file cannot be filled in: browsers forbid it.
            fn write(&self) -> Vec<String> {
                Vec::new()
            }

            fn choices() -> Vec<Choice> {
                Vec::new()
            }

            fn attributes() -> &'static [(&'static str, &'static str)] {
                &[]
            }
        }
    };
}

uploads!(Upload, required = true, multiple = false, |files| files.next());
uploads!(Option<Upload>, required = false, multiple = false, |files| Some(files.next()));
uploads!(Vec<Upload>, required = false, multiple = true, |files| Some(files.collect()));

#[cfg(test)]
mod tests {
    use super::safe_name;

    #[test]
    fn names_lead_nowhere() {
        for (sent, safe) in [
            ("My cool movie.mov", Some("My_cool_movie.mov")),
            ("../../../etc/passwd", Some("passwd")),
            ("C:\\Users\\x\\a.txt", Some("a.txt")),
            ("i contain cool \u{fc}ml\u{e4}uts.txt", Some("i_contain_cool_ümläuts.txt")),
            (".htaccess", Some("htaccess")),
            ("a\0b\r\nc.txt", Some("ab_c.txt")),
            ("<script>.html", Some("script.html")),
            ("nul.txt", Some("_nul.txt")),
            ("COM1", Some("_COM1")),
            ("common.txt", Some("common.txt")),
            ("..", None),
            ("", None),
            ("/", None),
            ("\u{202e}", None),
        ] {
            assert_eq!(safe_name(sent).as_deref(), safe, "{sent:?}");
        }
        let long = safe_name(&format!("{}.tar.gz", "ä".repeat(400))).unwrap();
        assert!(long.len() <= 200 && long.ends_with("ä.tar.gz"), "{long}");
    }
}
