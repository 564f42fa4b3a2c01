//! Moments, as people say them where they are.

use fluent_bundle::types::{FluentNumber, FluentNumberOptions};
use jiff::tz::TimeZone;
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

/// The zone of that name (`Europe/Berlin`); UTC when there is none.
#[must_use]
pub fn zone(name: Option<&str>) -> TimeZone {
    name.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
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
