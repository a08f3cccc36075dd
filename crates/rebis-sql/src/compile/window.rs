//! `OVER (…)`. Invariant: a frame is written as it was given; what the database does not count is refused.

use std::fmt::Write as _;

use super::{Result, Writer};
use crate::expr::{Bound, Frame, FrameUnit, Window};

impl Writer<'_> {
    pub(super) fn over(&mut self, window: &Window) -> Result<()> {
        self.push(" OVER (");
        let mut before = "";
        if !window.partition_by.is_empty() {
            self.push("PARTITION BY ");
            self.list(&window.partition_by, Self::whole)?;
            before = " ";
        }
        if !window.order_by.is_empty() {
            self.push(before);
            self.push("ORDER BY ");
            let rules = self.rules;
            self.list(&window.order_by, |w, key| rules.order_by(w, key))?;
            before = " ";
        }
        if let Some(frame) = &window.frame {
            self.push(before);
            self.frame(frame)?;
        }
        self.push(")");
        Ok(())
    }

    fn frame(&mut self, frame: &Frame) -> Result<()> {
        self.push(match frame.unit {
            FrameUnit::Rows => "ROWS",
            FrameUnit::Range => "RANGE",
            FrameUnit::Groups if !self.rules.capabilities().frame_groups => {
                return Err(self.rules.lacks("frame_groups", "count rows, or values (RANGE)"));
            }
            FrameUnit::Groups => "GROUPS",
        });
        self.push(" BETWEEN ");
        self.bound(frame.start, "UNBOUNDED PRECEDING");
        self.push(" AND ");
        self.bound(frame.end, "UNBOUNDED FOLLOWING");
        Ok(())
    }

    fn bound(&mut self, bound: Bound, unbounded: &str) {
        let _ = match bound {
            Bound::Unbounded => self.out.sql.write_str(unbounded),
            Bound::Current => self.out.sql.write_str("CURRENT ROW"),
            Bound::Preceding(n) => write!(self.out.sql, "{n} PRECEDING"),
            Bound::Following(n) => write!(self.out.sql, "{n} FOLLOWING"),
        };
    }
}
