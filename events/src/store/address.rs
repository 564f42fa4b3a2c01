//! The address of a database, as operators write it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where a database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// `sqlite:PATH`: a file.
    Sqlite(PathBuf),
    /// `postgres://…`, which may hold a password.
    Postgres(String),
}

/// Why a text is not the address of a database. The message says what to write instead, and repeats no
/// address that may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It begins with neither `sqlite:` nor `postgres://`.
    #[error(
        "the database's address must be sqlite:PATH, such as sqlite:rekey.db, or postgres://USER@HOST/NAME"
    )]
    Unknown,
    /// It is that of a database that rekey does not know.
    #[error("rekey runs on SQLite (sqlite:PATH) and PostgreSQL (postgres://USER@HOST/NAME), not on {0}")]
    OtherDatabase(String),
    /// `postgres:` without the slashes.
    #[error("the database's address lacks //: write postgres://USER@HOST/NAME")]
    NoSlashes,
    /// `sqlite://PATH`: some programs take it for a path from the root, others for a relative one.
    #[error(
        "sqlite:// is ambiguous: write sqlite:{0} for this path from the root, or sqlite:{1} for a relative one"
    )]
    Slashes(String, String),
    /// `sqlite://PATH`, which can only be meant as a relative one.
    #[error("write sqlite:{0} instead of sqlite://{0}: what follows sqlite: is the path itself")]
    Authority(String),
    /// `sqlite::memory:` or no path at all.
    #[error(
        "a database in memory is lost with the process: give the path of a file, such as sqlite:rekey.db"
    )]
    Memory,
    /// `sqlite:file:PATH`, or `file:PATH`.
    #[error("write sqlite:{0}: file: is not part of the path")]
    File(String),
    /// `sqlite:PATH?mode=…`
    #[error("sqlite:PATH takes no parameters: leave out what follows the question mark")]
    Parameters,
}

impl Address {
    /// The file of an SQLite database.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;

    /// Reads an address. Blanks around it and the case of its scheme do not matter (RFC 3986, section 3.1).
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let (scheme, rest) = text.trim().split_once(':').ok_or(AddressError::Unknown)?;
        match scheme.to_ascii_lowercase().as_str() {
            "sqlite" | "sqlite3" => file(rest),
            "postgres" | "postgresql" if rest.starts_with("//") => {
                Ok(Self::Postgres(format!("postgres:{rest}")))
            }
            "postgres" | "postgresql" => Err(AddressError::NoSlashes),
            "file" => Err(AddressError::File(rest.trim_start_matches("//").to_owned())),
            other @ ("mysql" | "mariadb" | "mssql" | "sqlserver" | "oracle" | "mongodb" | "jdbc") => {
                Err(AddressError::OtherDatabase(format!("{other}:")))
            }
            _ => Err(AddressError::Unknown),
        }
    }
}

/// The file that follows `sqlite:`.
fn file(path: &str) -> Result<Address, AddressError> {
    if path.rsplit_once('?').is_some_and(|(_, parameters)| parameters.contains('=')) {
        return Err(AddressError::Parameters);
    }
    let path = path.trim_start();
    if let Some(path) = path.strip_prefix("file:") {
        return Err(AddressError::File(path.trim_start_matches("//").to_owned()));
    }
    if let Some(rest) = path.strip_prefix("//") {
        let relative = rest.trim_start_matches('/');
        return Err(match (relative, rest.starts_with('/')) {
            ("" | ":memory:", _) => AddressError::Memory,
            (_, true) => AddressError::Slashes(format!("/{relative}"), relative.to_owned()),
            (_, false) => AddressError::Authority(relative.to_owned()),
        });
    }
    match path {
        "" | ":memory:" => Err(AddressError::Memory),
        path => Ok(Address::Sqlite(path.into())),
    }
}

impl fmt::Display for Address {
    /// Writes the address; that of a server without its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://…"),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        text.parse::<Address>().unwrap_err().to_string()
    }

    #[test]
    fn an_address_is_read_whatever_the_case_of_its_scheme_and_the_blanks_around_it() {
        for (text, file) in [
            ("sqlite:rekey.db", "rekey.db"),
            (" SQLite:rekey.db\n", "rekey.db"),
            ("sqlite3:rekey.db", "rekey.db"),
            ("sqlite:/var/lib/rekey/rekey.db", "/var/lib/rekey/rekey.db"),
            ("sqlite:./rekey.db", "./rekey.db"),
            ("sqlite:my files/rekey.db", "my files/rekey.db"),
            ("sqlite:ba%ck#up?.db", "ba%ck#up?.db"),
        ] {
            assert_eq!(text.parse(), Ok(Address::Sqlite(file.into())), "{text}");
        }
        for text in
            ["postgres://rekey@db/rekey", "postgresql://rekey@db/rekey", "PostgreSQL://rekey@db/rekey\n"]
        {
            assert_eq!(text.parse(), Ok(Address::Postgres("postgres://rekey@db/rekey".to_owned())), "{text}");
        }
    }

    #[test]
    fn two_slashes_after_sqlite_are_refused_with_what_to_write() {
        assert_eq!(
            refusal("sqlite://x.db"),
            "write sqlite:x.db instead of sqlite://x.db: what follows sqlite: is the path itself"
        );
        assert_eq!(
            refusal("sqlite:///data/x.db"),
            "sqlite:// is ambiguous: write sqlite:/data/x.db for this path from the root, \
             or sqlite:data/x.db for a relative one"
        );
        assert!(refusal("sqlite:////data/x.db").contains("sqlite:/data/x.db"));
    }

    #[test]
    fn a_database_that_would_not_outlive_the_process_is_refused() {
        for text in ["sqlite:", "sqlite: ", "sqlite::memory:", "sqlite://", "sqlite://:memory:"] {
            assert!(refusal(text).contains("in memory"), "{text}: {}", refusal(text));
        }
    }

    #[test]
    fn what_other_programs_take_is_refused_with_what_to_write() {
        for (text, words) in [
            ("file:x.db", "write sqlite:x.db"),
            ("sqlite:file:x.db", "write sqlite:x.db"),
            ("sqlite:file:///data/x.db", "write sqlite:/data/x.db"),
            ("sqlite:x.db?mode=rwc", "takes no parameters"),
            ("sqlite://x.db?mode=rwc", "takes no parameters"),
            ("postgres:rekey@db/rekey", "write postgres://"),
            ("mysql://rekey@db/rekey", "not on mysql"),
            ("jdbc:postgresql://db/rekey", "not on jdbc"),
            ("rekey.db", "sqlite:rekey.db"),
            ("/data/rekey.db", "sqlite:rekey.db"),
            ("", "sqlite:rekey.db"),
        ] {
            assert!(refusal(text).contains(words), "{text}: {}", refusal(text));
        }
    }

    #[test]
    fn a_password_is_in_no_message() {
        for text in
            ["postgres://rekey:sesame@db/rekey", "https://rekey:sesame@db/rekey", "mysql://rekey:sesame@db"]
        {
            let said = format!("{:?}", text.parse::<Address>());
            assert!(!said.contains("sesame"), "{said}");
        }
    }
}
