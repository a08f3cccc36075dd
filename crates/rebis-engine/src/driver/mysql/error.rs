//! What MySQL and MariaDB report, classified by error number. Invariant: where a message quotes a value, the value is taken out.

use mysql_async::{DriverError, Error as Driver};

use crate::{Error, ErrorKind};

pub(super) fn classify(e: Driver) -> Error {
    match &e {
        Driver::Server(server) => {
            let kind = kind(server.code, &server.state);
            let (constraint, table, column) = names(server.code, &server.message);
            let message = without_values(server.code, &server.message);
            let state = server.state.clone();
            Error::reported(kind, &format!("the database says: {message}"), e)
                .with_sqlstate(state)
                .with_constraint(constraint)
                .with_table(table)
                .with_column(column)
        }
        Driver::Driver(DriverError::StmtParamsMismatch { required, supplied }) => Error::new(
            ErrorKind::Syntax,
            format!("the statement has {required} placeholders, but {supplied} values were bound"),
        ),
        Driver::Driver(DriverError::PacketTooLarge) => Error::new(
            ErrorKind::Data,
            "the statement is larger than the server takes; send less at once, or raise max_allowed_packet",
        )
        .with_source(e),
        _ => Error::new(
            ErrorKind::Connection,
            format!("the connection to the database broke: {e}; what was not committed is rolled back"),
        )
        .with_source(e),
    }
}

fn kind(code: u16, state: &str) -> ErrorKind {
    match code {
        1022 | 1062 | 1169 | 1586 | 1859 => ErrorKind::UniqueViolation,
        1216 | 1217 | 1451 | 1452 | 1557 | 1761 | 1762 => ErrorKind::ForeignKeyViolation,
        1048 | 1263 | 1364 => ErrorKind::NotNullViolation,
        3819 | 4025 => ErrorKind::CheckViolation,
        1213 => ErrorKind::Deadlock,
        // MariaDB 11: the record has changed since the snapshot.
        1020 => ErrorKind::Serialization,
        1205 | 3572 => ErrorKind::Locked,
        1290 | 1792 | 1836 => ErrorKind::ReadOnly,
        1051 | 1054 | 1091 | 1146 | 1176 | 1305 | 1049 => ErrorKind::Missing,
        1064 | 1149 => ErrorKind::Syntax,
        1045 | 1053 | 1927 | 1040 | 1042 | 1043 | 1152 | 1153 | 1158..=1161 | 1698 | 2006 | 2013 | 4031 => {
            ErrorKind::Connection
        }
        1264 | 1265 | 1292 | 1366 | 1406 | 1411 | 1690 | 3140 | 3141 | 3156 => ErrorKind::Data,
        1568 => ErrorKind::State,
        _ => match state.get(..2) {
            Some("22") => ErrorKind::Data,
            Some("08" | "28") => ErrorKind::Connection,
            Some("42") => ErrorKind::Syntax,
            _ => ErrorKind::Other,
        },
    }
}

type Names = (Option<String>, Option<String>, Option<String>);

fn names(code: u16, message: &str) -> Names {
    match code {
        // Duplicate entry 'x' for key 'user.uq_user_email'; MariaDB leaves the table out. The value may hold anything, so from the end.
        1062 | 1586 => {
            let key = message.rsplit_once("for key ").map(|(_, key)| key.trim_matches('\''));
            match key.map(|k| k.split_once('.').map_or((None, k), |(t, k)| (Some(t), k))) {
                Some((table, key)) => (Some(key.to_owned()), table.map(str::to_owned), None),
                None => (None, None, None),
            }
        }
        // … a foreign key constraint fails (`db`.`post`, CONSTRAINT `fk_post_user` FOREIGN KEY (`user_id`) REFERENCES …)
        1451 | 1452 => {
            let inside = message.split_once('(').map(|(_, inside)| inside).unwrap_or_default();
            let quoted: Vec<&str> = inside.split('`').skip(1).step_by(2).collect();
            let constraint =
                inside.split_once("CONSTRAINT `").and_then(|(_, c)| c.split('`').next()).map(str::to_owned);
            (constraint, quoted.get(1).map(|t| (*t).to_owned()), None)
        }
        // Column 'email' cannot be null; Field 'email' doesn't have a default value; Data too long for column 'name' at row 1
        1048 | 1263 | 1364 => (None, None, first_quoted(message)),
        1264 | 1406 => (None, None, first_quoted(message)),
        // Check constraint 'ck_age' is violated.; CONSTRAINT `ck_age` failed for `db`.`user`
        3819 => (first_quoted(message), None, None),
        4025 => {
            let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
            // A check that stands at a column is named `table.column` there.
            let name = quoted.first().map(|n| n.rsplit('.').next().unwrap_or(n).to_owned());
            (name, quoted.get(2).map(|t| (*t).to_owned()), None)
        }
        _ => (None, None, None),
    }
}

fn first_quoted(message: &str) -> Option<String> {
    message.split('\'').nth(1).map(str::to_owned)
}

fn without_values(code: u16, message: &str) -> String {
    match code {
        1062 | 1586 => match message.rsplit_once("for key ") {
            Some((_, key)) => format!("duplicate entry for key {key}"),
            None => String::from("duplicate entry"),
        },
        // Incorrect integer value: 'abc' for column `db`.`t`.`c` at row 1
        1292 | 1366 | 1411 => match (message.find(": '"), message.rfind("' for ")) {
            (Some(start), Some(end)) if start < end => {
                format!("{}{}", &message[..start], &message[end + 1..])
            }
            (Some(start), _) => message[..start].to_owned(),
            _ => message.to_owned(),
        },
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_no_values() {
        let message = "Duplicate entry 'it's for key 'x'' for key 'user.uq_user_email'";
        let (constraint, table, _) = names(1062, message);
        assert_eq!((constraint.as_deref(), table.as_deref()), (Some("uq_user_email"), Some("user")));
        assert_eq!(without_values(1062, message), "duplicate entry for key 'user.uq_user_email'");
        let message = "Cannot add or update a child row: a foreign key constraint fails (`test`.`post`, CONSTRAINT `fk_post_user` FOREIGN KEY (`user_id`) REFERENCES `user` (`id`))";
        let (constraint, table, _) = names(1452, message);
        assert_eq!((constraint.as_deref(), table.as_deref()), (Some("fk_post_user"), Some("post")));
        assert_eq!(
            without_values(1366, "Incorrect integer value: 's3cret' for column `t`.`u`.`n` at row 1"),
            "Incorrect integer value for column `t`.`u`.`n` at row 1"
        );
        assert_eq!(names(4025, "CONSTRAINT `ck_age` failed for `test`.`user`").0.as_deref(), Some("ck_age"));
    }
}
