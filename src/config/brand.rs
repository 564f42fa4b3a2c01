//! `[brand]`: how the pages look, so that an organisation can make them its own.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

use super::ConfigError;

/// The largest logo: a page with it must stay light.
const LARGEST_LOGO: u64 = 24 << 10;
/// The least contrast of text (WCAG 2.2, success criterion 1.4.3).
const LEAST_CONTRAST: f64 = 4.5;
/// What text stands on, light and dark: `--sheet` in `src/http/pages/assets/base.css`.
const SHEETS: [Colour; 2] = [Colour([0xff, 0xff, 0xff]), Colour([0x1b, 0x21, 0x2a])];

/// Logo and colours.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// The logo: an SVG or PNG file of at most 24 KiB, shown 32 pixels high.
    pub logo_file: Option<PathBuf>,
    /// The colour of buttons and links.
    pub accent: Option<Colour>,
    /// The same, in the dark.
    pub accent_dark: Option<Colour>,
}

/// A logo, as it is served.
#[derive(Clone, Debug)]
pub struct Logo {
    /// Its media type.
    pub kind: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Brand {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let colours = [("accent", &self.accent, SHEETS[0]), ("accent_dark", &self.accent_dark, SHEETS[1])];
        for (name, colour, sheet) in colours {
            let Some(colour) = colour else { continue };
            let contrast = colour.contrast(sheet);
            if contrast < LEAST_CONTRAST {
                let why = format!(
                    "cannot be read well on {sheet}: its contrast is {contrast:.1}, \
                     at least {LEAST_CONTRAST} is needed (WCAG 2.2, 1.4.3)"
                );
                return Err(ConfigError::of(format!("brand.{name}"), why));
            }
        }
        self.logo().map(drop)
    }

    /// The logo, if there is one.
    ///
    /// # Errors
    /// The file cannot be read, is too large, or is neither SVG nor PNG.
    pub fn logo(&self) -> Result<Option<Logo>, ConfigError> {
        let Some(file) = &self.logo_file else { return Ok(None) };
        let wrong = |why: String| ConfigError::of("brand.logo_file", why);
        let kind = match file.extension().and_then(|ending| ending.to_str()) {
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            _ => return Err(wrong("must end in .svg or .png".to_owned())),
        };
        let bytes = std::fs::read(file).map_err(|error| wrong(format!("cannot be read: {error}")))?;
        if bytes.len() as u64 > LARGEST_LOGO {
            return Err(wrong(format!("has {} bytes; at most {LARGEST_LOGO} are taken", bytes.len())));
        }
        Ok(Some(Logo { kind, bytes }))
    }
}

/// A colour: `#1f5fbf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Colour([u8; 3]);

impl Colour {
    /// Ours, where the house has none: `--accent` in `src/http/pages/assets/base.css`.
    pub const ACCENT: Self = Self([0x1f, 0x5f, 0xbf]);

    /// Black or white, whichever is easier to read on it.
    #[must_use]
    pub fn text_on(self) -> Self {
        let [black, white] = [Self([0; 3]), Self([0xff; 3])];
        if self.contrast(white) >= self.contrast(black) { white } else { black }
    }

    /// The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// WCAG 2.2, "relative luminance".
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.strip_prefix('#').and_then(|digits| hex::decode(digits).ok());
        digits
            .and_then(|bytes| bytes.try_into().ok())
            .map(Self)
            .ok_or_else(|| "must be a colour such as #1f5fbf".to_owned())
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Colour {
        text.to_owned().try_into().unwrap()
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert!((colour("#000000").contrast(colour("#ffffff")) - 21.0).abs() < 1e-9);
        assert!((colour("#777777").contrast(colour("#ffffff")) - 4.48).abs() < 0.01);
        assert_eq!(colour("#ffd200").text_on(), colour("#000000"));
        assert_eq!(colour("#1f5fbf").text_on(), colour("#ffffff"));
    }

    #[test]
    fn what_is_no_colour_or_cannot_be_read_is_told() {
        for text in ["red", "#12345", "#12345g", "123456"] {
            assert!(Colour::try_from(text.to_owned()).unwrap_err().contains("such as #1f5fbf"), "{text}");
        }
        let pale = Brand { accent: Some(colour("#ffd200")), ..Brand::default() };
        assert!(pale.check().unwrap_err().to_string().contains("brand.accent cannot be read well"));
        let same_in_the_dark = Brand { accent_dark: Some(colour("#ffd200")), ..Brand::default() };
        assert!(same_in_the_dark.check().is_ok());
    }

    #[test]
    fn a_logo_is_a_small_svg_or_png() {
        let folder = tempfile::tempdir().unwrap();
        let brand = |name: &str, bytes: usize| {
            let file = folder.path().join(name);
            std::fs::write(&file, vec![b' '; bytes]).unwrap();
            Brand { logo_file: Some(file), ..Brand::default() }.logo().map(|logo| logo.unwrap().kind)
        };
        assert_eq!(brand("logo.svg", 100).unwrap(), "image/svg+xml");
        assert!(brand("logo.gif", 100).unwrap_err().to_string().contains(".svg or .png"));
        assert!(brand("logo.png", 24 * 1024 + 1).unwrap_err().to_string().contains("at most 24576"));
    }
}
