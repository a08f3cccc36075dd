//! [`Files`]: what the file of a new script is called, when it was made, and what is run on it. Invariant: a name leads to a file of the folder of
//! migrations that is not there yet.

use std::fmt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, Utc};

use crate::{Error, ErrorKind, Result};

type Clock = dyn Fn(DateTime<Utc>) -> DateTime<FixedOffset> + Send + Sync;

/// The names of new files, and what follows their making.
#[derive(Clone)]
pub(crate) struct Files {
    pub(crate) template: String,
    /// How many characters of the message's words a name takes.
    pub(crate) longest_slug: usize,
    clock: Option<Arc<Clock>>,
    /// Programs with their arguments.
    pub(crate) hooks: Vec<Vec<String>>,
}

impl Default for Files {
    fn default() -> Self {
        Files { template: String::from("{rev}_{slug}"), longest_slug: 40, clock: None, hooks: Vec::new() }
    }
}

impl Files {
    pub(crate) fn set_clock(
        &mut self,
        clock: impl Fn(DateTime<Utc>) -> DateTime<FixedOffset> + Send + Sync + 'static,
    ) {
        self.clock = Some(Arc::new(clock));
    }

    /// The moment, as files and headings tell it.
    pub(crate) fn now(&self) -> DateTime<FixedOffset> {
        let now = Utc::now();
        self.clock.as_ref().map_or_else(|| now.fixed_offset(), |clock| clock(now))
    }

    /// Whether a name says itself in which folder it stands.
    pub(crate) fn has_folder(&self) -> bool {
        self.template.contains('/')
    }

    /// The file of a revision.
    pub(crate) fn name(&self, id: &str, message: &str, now: DateTime<FixedOffset>) -> Result<String> {
        let wrong = |why: String| {
            let known = "{rev}, {slug}, {epoch}, {year}, {month}, {day}, {hour}, {minute} and {second}";
            let text = format!(
                "the file template '{}' {why}; it may hold {known}, letters, digits, `_`, `-` and `/`",
                self.template
            );
            Err(Error::new(ErrorKind::Usage, text))
        };
        let mut name = String::new();
        let mut rest = self.template.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let Some((token, after)) = after.split_once('}') else {
                return wrong(String::from("has a bracket that is not closed"));
            };
            name.push_str(before);
            name.push_str(&match token {
                "rev" => id.to_owned(),
                "slug" => self.slug(message),
                "epoch" => now.timestamp().to_string(),
                "year" => now.format("%Y").to_string(),
                "month" => now.format("%m").to_string(),
                "day" => now.format("%d").to_string(),
                "hour" => now.format("%H").to_string(),
                "minute" => now.format("%M").to_string(),
                "second" => now.format("%S").to_string(),
                other => return wrong(format!("holds {{{other}}}, which means nothing")),
            });
            rest = after;
        }
        name.push_str(rest);
        let plain = |c: char| c.is_alphanumeric() || "_-/".contains(c);
        let parts = name.split('/').all(|part| !part.is_empty());
        if !name.chars().all(plain) || !parts || name.rsplit('/').next() == Some("mod") {
            return wrong(format!("would make the file {name}.rs, which cannot be"));
        }
        Ok(format!("{name}.rs"))
    }

    /// The message's words, cut between words.
    fn slug(&self, message: &str) -> String {
        let words: Vec<&str> =
            message.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).collect();
        let slug = words.join("_").to_lowercase();
        if slug.chars().count() <= self.longest_slug {
            return slug;
        }
        let cut: String = slug.chars().take(self.longest_slug).collect();
        format!("{}_", cut.rfind('_').map_or(cut.as_str(), |at| &cut[..at]))
    }

    /// Runs what the application wants to be run on a new file.
    pub(crate) fn written(&self, path: &Path) -> Result<()> {
        for hook in &self.hooks {
            let [program, arguments @ ..] = &hook[..] else { continue };
            let file = path.to_string_lossy();
            let arguments: Vec<String> = arguments.iter().map(|a| a.replace("{file}", &file)).collect();
            tracing::info!(target: "rebis::migrate", "Running post write hook '{program}'");
            let failed = |why: String| {
                let text = format!(
                    "{} was written, but the post write hook `{program} {}` {why}",
                    path.display(),
                    arguments.join(" ")
                );
                Error::new(ErrorKind::File, text)
            };
            let output = Command::new(program).args(&arguments).output();
            let output = output.map_err(|e| failed(format!("did not start: {e}")))?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr);
                return Err(failed(format!("failed ({}): {}", output.status, said.trim())));
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files")
            .field("template", &self.template)
            .field("hooks", &self.hooks)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(template: &str, message: &str) -> Result<String> {
        let moment = DateTime::parse_from_rfc3339("2026-11-05T07:08:09+01:00").unwrap();
        Files { template: template.into(), ..Files::default() }.name("e517276bb1c2", message, moment)
    }

    #[test]
    fn file_names_follow_alembic() {
        assert_eq!(name("{rev}_{slug}", "users table").unwrap(), "e517276bb1c2_users_table.rs");
        assert_eq!(name("{rev}_{slug}", "").unwrap(), "e517276bb1c2_.rs");
        let long = name("{slug}", "this is a really long name that has more than forty characters").unwrap();
        assert_eq!(long, "this_is_a_really_long_name_that_has_.rs");
        assert_eq!(
            name("{year}/{month}-{day}_{hour}{minute}{second}_{rev}", "x").unwrap(),
            "2026/11-05_070809_e517276bb1c2.rs"
        );
    }

    #[test]
    fn what_makes_no_file_is_refused() {
        for (template, why) in [
            ("{rev", "not closed"),
            ("{revision}", "means nothing"),
            ("../{rev}", "cannot be"),
            ("/{rev}", "cannot be"),
            ("mod", "cannot be"),
        ] {
            let e = name(template, "x").unwrap_err().to_string();
            assert!(e.contains(why), "{template}: {e}");
        }
    }
}
