//! The last day's mails as bars, drawn here: a picture that needs no script.

use std::fmt::Write;

use rekey_events::Moment;
use rekey_events::store::chart::Outcomes;

use super::tongue::Tongue;

const WIDTH: usize = 720;
const HEIGHT: usize = 160;
/// Above the bars, for the scale's number.
const TOP: usize = 16;
/// Below the bars, for the hours.
const BOTTOM: usize = 18;
/// Left of the bars, for the scale's number.
const LEFT: usize = 36;
/// Every so many bars one is labelled.
const LABELLED: usize = 4;
const HOUR: i64 = 60 * 60 * 1_000_000;

fn parts(hour: Outcomes) -> [(&'static str, i64); 4] {
    [
        ("accepted", hour.accepted),
        ("waiting", hour.waiting),
        ("failed", hour.failed),
        ("dropped", hour.dropped),
    ]
}

fn total(hour: &Outcomes) -> i64 {
    parts(*hour).iter().map(|(_, count)| count).sum()
}

/// The hours, the first beginning at `since`, as SVG.
pub(super) fn svg(tongue: &Tongue, since: Moment, hours: &[Outcomes]) -> String {
    let most = hours.iter().map(total).max().unwrap_or(0).max(1);
    let label = tongue.say("mail-chart");
    let mut svg =
        format!(r#"<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">"#);
    scale(&mut svg, most);
    let each = (WIDTH - LEFT) as f64 / hours.len().max(1) as f64;
    for (at, hour) in hours.iter().enumerate() {
        let begins = since.micros() + HOUR * i64::try_from(at).unwrap_or(0);
        let time = tongue.hour(begins);
        let left = LEFT as f64 + each * at as f64;
        bar(&mut svg, left + each * 0.12, each * 0.76, *hour, most, &spoken(tongue, &time, *hour));
        if at % LABELLED == 0 {
            let _ = write!(svg, r#"<text x="{left:.1}" y="{}">{time}</text>"#, HEIGHT - 4);
        }
    }
    svg + "</svg>"
}

fn scale(svg: &mut String, most: i64) {
    let floor = HEIGHT - BOTTOM;
    for (y, number) in [(TOP, most), (floor, 0)] {
        let _ = write!(
            svg,
            r#"<line class="grid" x1="{LEFT}" x2="{WIDTH}" y1="{y}" y2="{y}"/><text x="{}" y="{}" text-anchor="end">{number}</text>"#,
            LEFT - 6,
            y + 4
        );
    }
}

/// One hour's bar; hovering tells its figures.
fn bar(svg: &mut String, left: f64, width: f64, hour: Outcomes, most: i64, spoken: &str) {
    let height = (HEIGHT - TOP - BOTTOM) as f64;
    let mut top = (HEIGHT - BOTTOM) as f64;
    let _ = write!(svg, "<g><title>{spoken}</title>");
    for (class, count) in parts(hour).into_iter().filter(|(_, count)| *count > 0) {
        let part = height * count as f64 / most as f64;
        top -= part;
        let _ = write!(
            svg,
            r#"<rect class="{class}" x="{left:.1}" y="{top:.1}" width="{width:.1}" height="{part:.1}"/>"#
        );
    }
    svg.push_str("</g>");
}

fn spoken(tongue: &Tongue, time: &str, hour: Outcomes) -> String {
    let counts = parts(hour).map(|(name, count)| (name, count.to_string()));
    let mut values: Vec<_> = counts.iter().map(|(name, count)| (*name, count.as_str())).collect();
    values.push(("hour", time));
    tongue.tell("mail-chart-hour", &values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;
    use rekey_events::Language;

    fn drawn(hours: &[Outcomes]) -> String {
        let tongue = Tongue { language: Language::En, zone: TimeZone::UTC };
        svg(&tongue, Moment::from_micros(0), hours)
    }

    #[test]
    fn bars_are_as_high_as_their_counts() {
        let none = Outcomes::default();
        let svg =
            drawn(&[none, Outcomes { accepted: 3, failed: 1, ..none }, Outcomes { accepted: 2, ..none }]);
        let height = |class: &str, nth: usize| {
            let rect = svg.split(&format!(r#"<rect class="{class}""#)).nth(nth + 1).unwrap();
            rect.split("height=\"").nth(1).unwrap().split('"').next().unwrap().parse::<f64>().unwrap()
        };
        assert_eq!((height("accepted", 0), height("failed", 0), height("accepted", 1)), (94.5, 31.5, 63.0));
        assert!(svg.contains("01:00: 3 accepted, 0 waiting, 1 failed"), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 3);
    }

    #[test]
    fn a_day_without_mails_is_drawn() {
        assert!(!drawn(&[Outcomes::default(); 24]).contains("<rect"));
        assert!(drawn(&[]).ends_with("</svg>"));
    }
}
