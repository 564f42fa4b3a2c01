//! What is logged, for whom: `REKEY_LOG`.

use std::ffi::OsString;
use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// The variable that says what is logged.
const VARIABLE: &str = "REKEY_LOG";

/// What `rekey --help` says about it.
pub(super) const HELP: &str = "\
REKEY_LOG sets what is logged: off, error, warn, info, debug or trace, and other levels for parts
(REKEY_LOG=info,sqlx=debug). Every setting of the configuration file can be overridden by a variable:
REKEY_MAIL__HOST for mail.host.";

/// Who reads the log.
#[derive(Clone, Copy)]
pub(super) enum Reader {
    /// A developer who tries rekey at a terminal.
    Developer,
    /// What collects the logs of services, as JSON.
    Machine,
    /// An operator who ran a command and sees warnings beside its output.
    Operator,
}

/// Begins to log, to standard error.
///
/// # Errors
/// `REKEY_LOG` is no filter; the text says what is.
pub(super) fn start(reader: Reader) -> Result<(), String> {
    let otherwise = match reader {
        Reader::Machine => "info",
        Reader::Developer => "warn",
        // An operator who waits for the command does not need to know that a statement was slow.
        Reader::Operator => "warn,sqlx=error",
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter(std::env::var_os(VARIABLE), otherwise)?)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    match reader {
        Reader::Developer => log.init(),
        Reader::Machine => log.json().init(),
        Reader::Operator => log.without_time().with_target(false).init(),
    }
    Ok(())
}

/// The filter; `otherwise` is the level of what it says nothing about.
fn filter(set: Option<OsString>, otherwise: &str) -> Result<EnvFilter, String> {
    let text = set.unwrap_or_default().into_string();
    let text = text.map_err(|_| format!("{VARIABLE}: the value is not UTF-8 text"))?;
    let parts: Vec<_> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    if let Some(unknown) = parts.iter().find_map(|part| unknown_level(part)) {
        return Err(format!(
            "{VARIABLE} = {text:?}: there is no level {unknown:?}; there are off, error, warn, info, debug and trace, \
             also for parts, such as info,sqlx=debug"
        ));
    }
    // A filter of parts alone would silence all others, errors too.
    let has_level = parts.iter().any(|part| !part.contains(['=', '[']));
    let all = if has_level { parts } else { [vec![otherwise], parts].concat() };
    EnvFilter::try_new(all.join(",")).map_err(|error| format!("{VARIABLE} = {text:?}: {error}"))
}

/// The level of a part, when there is no such level.
fn unknown_level(part: &str) -> Option<&str> {
    let level = part.rsplit('=').next().unwrap_or_default().trim();
    // What is within a span's fields is left to the filter's own parser.
    let is_level = !level.is_empty() && level.parse::<LevelFilter>().is_ok();
    (!is_level && !part.contains(['[', '{', ']', '}'])).then_some(level)
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    fn filter_of(text: &str) -> Result<String, String> {
        filter(Some(text.into()), "info").map(|filter| filter.to_string())
    }

    #[test]
    fn an_unknown_word_in_the_log_filter_is_refused_with_the_levels() {
        for (text, unknown) in [
            ("warning", "warning"),
            ("info,rekye", "rekye"),
            ("rekey=warning", "warning"),
            ("rekey=", ""),
            ("verbose", "verbose"),
        ] {
            assert_eq!(
                filter_of(text).unwrap_err(),
                format!(
                    "REKEY_LOG = {text:?}: there is no level {unknown:?}; there are off, error, warn, info, debug and \
                     trace, also for parts, such as info,sqlx=debug"
                )
            );
        }
        let bytes = OsString::from_vec(vec![0xff]);
        assert_eq!(filter(Some(bytes), "info").unwrap_err(), "REKEY_LOG: the value is not UTF-8 text");
    }

    #[test]
    fn an_empty_log_filter_is_the_default() {
        assert_eq!(filter(None, "info").unwrap().to_string(), "info");
        for empty in ["", " ", ","] {
            assert_eq!(filter_of(empty).unwrap(), "info", "{empty:?}");
        }
    }

    #[test]
    fn a_filter_of_a_part_does_not_silence_the_others() {
        assert_eq!(filter_of("sqlx=debug").unwrap(), "sqlx=debug,info");
        assert_eq!(filter_of("sqlx=debug, WARN").unwrap(), "sqlx=debug,warn");
        assert_eq!(filter_of("off").unwrap(), "off");
    }
}
