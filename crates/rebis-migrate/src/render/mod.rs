//! Operations as the source of a script.
