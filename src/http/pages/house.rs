//! What the pages are called and look like, and where they may send people.

use axum::http::HeaderValue;
use rekey_events::Language;

use super::assets;
use crate::config::brand::{Brand, Colour, Logo};
use crate::config::{Config, ConfigError, Origin, ResetSecondFactor};

/// What is the same on all pages, from the configuration.
#[derive(Debug)]
pub struct House {
    /// The product's name.
    pub(super) product: String,
    /// How the system administrator is reached.
    pub(super) contact: Option<String>,
    /// The language of those of whom nothing is known.
    pub(super) language: Language,
    /// The logo, if there is one.
    pub(super) logo: Option<Logo>,
    /// The brand's colours, as a style sheet.
    pub(super) colours: String,
    /// Colours of the mark that stands where there is no logo, and of its letter.
    pub(super) mark: [Colour; 2],
    /// Origins that people may be sent back to.
    pub(super) return_to: Vec<String>,
    /// Our own origin.
    pub(super) origin: String,
    /// Whether people reach us by TLS.
    pub(super) secure: bool,
    /// Changes with style, script and logo, so that browsers may keep them.
    pub(super) version: String,
    /// Whether a reset asks for the second factor.
    pub(super) reset_asks_code: bool,
    /// The pages' Content-Security-Policy.
    pub(super) policy: HeaderValue,
}

impl House {
    /// The house that the configuration describes.
    ///
    /// # Errors
    /// The logo cannot be used.
    pub fn new(config: &Config) -> Result<Self, ConfigError> {
        let (logo, colours) = (config.brand.logo()?, colours(&config.brand));
        Ok(Self {
            version: assets::version(&colours, logo.as_ref()),
            product: config.product.clone(),
            contact: config.contact.clone(),
            language: config.language,
            mark: mark(&config.brand),
            logo,
            colours,
            return_to: config.return_to.iter().map(ToString::to_string).collect(),
            origin: config.base_url(),
            secure: config.public_url.is_secure(),
            reset_asks_code: config.policy.reset_second_factor == ResetSecondFactor::WhenEnrolled,
            policy: policy(&config.return_to),
        })
    }
}

impl House {
    /// Whether people reach us by TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// That letter as a picture.
    pub(super) fn icon(&self) -> String {
        let [ground, letter] = self.mark.map(|colour| colour.to_string());
        let initial = self.initial();
        let initial = initial.chars().next().filter(|letter| letter.is_alphanumeric()).unwrap_or('•');
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="{ground}"/><text x="16" y="23" font-size="20" font-weight="700" font-family="sans-serif" text-anchor="middle" fill="{letter}">{initial}</text></svg>"#
        )
    }

    /// The product's first letter: stands where there is no logo.
    pub(super) fn initial(&self) -> String {
        self.product.chars().next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default()
    }
}

/// Our own style, script and pictures only; forms come back here, or go on to where people may be sent back to.
fn policy(return_to: &[Origin]) -> HeaderValue {
    let forms = return_to.iter().fold("'self'".to_owned(), |forms, origin| format!("{forms} {origin}"));
    let text = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action {forms}; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    );
    // Origins are checked when the configuration is read: they are ASCII.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

fn colours(brand: &Brand) -> String {
    let set = |colour: Option<Colour>| match colour {
        Some(colour) => format!(":root {{ --accent: {colour}; --on-accent: {}; }}", colour.text_on()),
        None => String::new(),
    };
    let (light, dark) = (set(brand.accent), set(brand.accent_dark));
    format!(
        "@media (prefers-color-scheme: light) {{ {light} }}\n@media (prefers-color-scheme: dark) {{ {dark} }}\n"
    )
}

fn mark(brand: &Brand) -> [Colour; 2] {
    let ground = brand.accent.unwrap_or(Colour::ACCENT);
    [ground, ground.text_on()]
}
