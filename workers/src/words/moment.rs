//! Moments, as people say them where they are.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use fluent_bundle::types::{FluentNumber, FluentNumberOptions};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ZonedDateTime};
use rekey_events::{Language, Moment};

use super::{Value, Voice};

/// What every language says of moments.
pub(super) fn words(language: Language) -> &'static str {
    match language {
        Language::En => include_str!("../../../locales/en/moments.ftl"),
        Language::De => include_str!("../../../locales/de/moments.ftl"),
        Language::Es => include_str!("../../../locales/es/moments.ftl"),
    }
}

/// The zones that are part of the program.
static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The zone of that name (`Europe/Berlin`); UTC when there is none.
#[must_use]
pub fn zone(name: Option<&str>) -> TimeZone {
    name.and_then(find_zone).unwrap_or(TimeZone::UTC)
}

/// The zone of that name, also of a former one (`Asia/Calcutta`): as the system knows it, which may be newer than the
/// program, or else as the program does, which has names that systems leave out.
#[must_use]
pub fn find_zone(name: &str) -> Option<TimeZone> {
    find_in([jiff::tz::db(), &BUNDLED], name)
}

fn find_in(databases: [&TimeZoneDatabase; 2], name: &str) -> Option<TimeZone> {
    databases.into_iter().find_map(|database| database.get(name).ok())
}

/// The names of all zones, in order.
#[must_use]
pub fn zone_names() -> BTreeSet<String> {
    let names = [jiff::tz::db(), &BUNDLED].into_iter().flat_map(TimeZoneDatabase::available);
    names.map(|name| name.as_str().to_owned()).collect()
}

impl Voice<'_> {
    /// `3 May 2026 at 14:03`, where the zone is plain from elsewhere, as in a table.
    #[must_use]
    pub fn moment(&self, moment: Moment, zone: &TimeZone) -> String {
        self.with("moment", &parts(&local(moment, zone)))
    }

    /// `3 May 2026 at 14:03 (Europe/Berlin)`.
    #[must_use]
    pub fn moment_with_zone(&self, moment: Moment, zone: &TimeZone) -> String {
        let local = local(moment, zone);
        let [day, month, year, hour, minute] = parts(&local);
        let name = zone.iana_name().map_or_else(|| local.offset().to_string(), str::to_owned);
        self.with("moment-with-zone", &[day, month, year, hour, minute, ("zone", name.into())])
    }
}

fn local(moment: Moment, zone: &TimeZone) -> ZonedDateTime {
    let far = if moment < Moment::default() { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(moment.micros()).unwrap_or(far).to_zoned_datetime(zone.clone())
}

fn parts(local: &ZonedDateTime) -> [(&'static str, Value<'static>); 5] {
    [
        ("day", local.day().into()),
        ("month", local.month().into()),
        ("year", local.year().into()),
        ("hour", two_digits(local.hour())),
        ("minute", two_digits(local.minute())),
    ]
}

fn two_digits(number: i8) -> Value<'static> {
    let options = FluentNumberOptions { minimum_integer_digits: Some(2), ..FluentNumberOptions::default() };
    FluentNumber::new(f64::from(number), options).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Debian and Alpine without their package of former names, and systems from before Kyiv was spelled so.
    #[test]
    fn a_zone_that_the_system_lacks_is_found_in_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let utc = b"TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\x04\0\0\0\0\0\0UTC\0";
        let body = [&utc[..], &utc[..], b"\nUTC0\n"].concat();
        std::fs::write(folder.path().join("UTC"), body).unwrap();
        let system = TimeZoneDatabase::from_dir(folder.path()).unwrap();
        for name in ["Asia/Calcutta", "US/Pacific", "Europe/Kyiv", "Europe/Berlin", "GB"] {
            assert!(system.get(name).is_err(), "{name}");
            let found = find_in([&system, &BUNDLED], name).unwrap();
            assert_eq!(found.iana_name(), Some(name));
        }
        assert!(find_in([&system, &BUNDLED], "Europe/Nowhere").is_none());
    }
}
