//! Listings as JSON, for other programs. Invariant: names stay what they are, and nothing that the text shows is missing.

use serde_json::{Value, json};

use super::{Branches, Check, Current, Heads, History, RevisionInfo, Show};
use crate::Applied;

impl RevisionInfo {
    /// The revision as JSON: `id`, `down`, `depends_on`, `labels`, `children`, `message`, `path`, `head`, `effective_head`, and, where the
    /// database was asked, `current` and `applied`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "down": self.down,
            "depends_on": self.depends_on,
            "labels": self.labels,
            "children": self.children,
            "message": self.message,
            "path": self.path.display().to_string(),
            "head": self.is_head && !self.is_needed,
            "effective_head": self.is_head && self.is_needed,
            "current": self.is_current,
            "applied": self.applied.as_ref().map(Applied::to_json),
        })
    }
}

impl Applied {
    /// The line as JSON: `revision`, `direction`, `at`, `elapsed_ms`, `program`, `checksum`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "revision": self.revision,
            "direction": self.direction,
            "at": self.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            "elapsed_ms": u64::try_from(self.elapsed.as_millis()).unwrap_or(u64::MAX),
            "program": self.program,
            "checksum": self.checksum,
        })
    }
}

macro_rules! listing {
    ($($name:ident),+) => { $(
        impl $name {
            /// The revisions as a JSON array.
            #[must_use]
            pub fn to_json(&self) -> Value {
                self.revisions.iter().map(RevisionInfo::to_json).collect()
            }
        }
    )+ };
}

listing!(History, Current, Heads, Show);

impl Branches {
    /// The branch points as a JSON array; each has its followers whole, as `followers`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let point = |(point, followers): &(RevisionInfo, Vec<RevisionInfo>)| {
            let mut value = point.to_json();
            value["followers"] = followers.iter().map(RevisionInfo::to_json).collect();
            value
        };
        self.branches.iter().map(point).collect()
    }
}

impl Check {
    /// `{"clean": …, "differences": […]}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "clean": self.is_clean(), "differences": self.differences })
    }
}
