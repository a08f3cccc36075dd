//! Quoting of identifiers and texts. Invariant: what is between the quotes cannot end them.

use crate::compile::Result;
use crate::dialect::rules::invalid;

/// Writes an identifier between quotes, embedded quotes doubled. A NUL, which no database takes, becomes U+FFFD.
pub(crate) fn push_identifier(quote: char, identifier: &str, sql: &mut String) {
    sql.reserve(identifier.len() + 2);
    sql.push(quote);
    // Bytes are enough to look at: no byte of a longer character is one of these.
    if identifier.bytes().any(|byte| byte == 0 || char::from(byte) == quote) {
        for c in identifier.chars() {
            match c {
                '\0' => sql.push('\u{fffd}'),
                c if c == quote => sql.extend([c, c]),
                c => sql.push(c),
            }
        }
    } else {
        sql.push_str(identifier);
    }
    sql.push(quote);
}

/// Writes an identifier, or refuses one that no database takes.
pub(crate) fn checked_identifier(quote: char, identifier: &str, sql: &mut String) -> Result<()> {
    if identifier.is_empty() {
        return Err(invalid("an identifier is empty; give the table, column or constraint a name"));
    }
    if identifier.bytes().any(|byte| byte == 0) {
        return Err(invalid("an identifier contains a NUL character, which no database takes"));
    }
    push_identifier(quote, identifier, sql);
    Ok(())
}

/// Writes `'text'` with quotes doubled, and backslashes too where they escape.
pub(crate) fn push_text(text: &str, backslash_escapes: bool, sql: &mut String) -> Result<()> {
    if text.contains('\0') {
        return Err(invalid("a text literal contains a NUL character; bind the value instead"));
    }
    sql.push('\'');
    for c in text.chars() {
        if c == '\'' || (backslash_escapes && c == '\\') {
            sql.push(c);
        }
        sql.push(c);
    }
    sql.push('\'');
    Ok(())
}

/// Writes bytes as hexadecimal digits.
pub(crate) fn push_hex(bytes: &[u8], sql: &mut String) {
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            sql.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
}
