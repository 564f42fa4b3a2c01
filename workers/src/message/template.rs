//! The shape of a mail: three files under `templates/`, filled with the words of `locales/`.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use rekey_events::{Language, Moment};

use super::{Brand, error::BuildError, text, words};
use crate::words::Voice;

/// The colour of lines, unless the brand has one.
const ACCENT: &str = "#1b5fd1";

/// What a mail says. Has no `Debug`: links are secrets.
#[derive(Clone, PartialEq, Eq)]
pub enum Template {
    /// Somebody asked for a reset.
    ResetLink {
        /// The account's username.
        username: String,
        /// The link with the reset token.
        link: String,
        /// How long the link is valid.
        expires_minutes: u32,
        /// A link that ends the reset.
        not_me: Option<String>,
    },
    /// An administrator started a reset.
    AdminResetLink {
        /// The account's username.
        username: String,
        /// The link with the reset token.
        link: String,
        /// How long the link is valid.
        expires_minutes: u32,
    },
    /// The notice after every change of a password. Holds no secret.
    PasswordChanged {
        /// The account's username.
        username: String,
        /// When.
        when: Moment,
        /// Where the person is: the zone that the moment is told in.
        zone: TimeZone,
        /// A page where it can be reported.
        not_me: Option<String>,
    },
}

/// The three texts of a mail.
pub(super) struct Rendered {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// What the files may speak of.
#[derive(Default)]
struct View<'a> {
    product: &'a str,
    contact: Cow<'a, str>,
    accent: &'a str,
    username: &'a str,
    link: &'a str,
    validity: String,
    when: String,
    not_me: Option<&'a str>,
}

macro_rules! files {
    ($mail:ident, $subject:tt, $text:tt, $html:tt) => {
        mod $mail {
            use super::{Rendered, View, Voice};
            use askama::Template;

            #[derive(Template)]
            #[template(path = $subject)]
            struct Subject<'a> {
                mail: &'a View<'a>,
                words: Voice<'a>,
            }

            #[derive(Template)]
            #[template(path = $text)]
            struct Text<'a> {
                mail: &'a View<'a>,
                words: Voice<'a>,
            }

            #[derive(Template)]
            #[template(path = $html)]
            struct Html<'a> {
                mail: &'a View<'a>,
                words: Voice<'a>,
            }

            pub(super) fn render(mail: &View<'_>, words: Voice<'_>) -> askama::Result<Rendered> {
                Ok(Rendered {
                    subject: Subject { mail, words }.render()?,
                    text: Text { mail, words }.render()?,
                    html: Html { mail, words }.render()?,
                })
            }
        }
    };
}

files!(reset_link, "reset_link/subject.txt", "reset_link/body.txt", "reset_link/body.html");
files!(
    admin_reset_link,
    "admin_reset_link/subject.txt",
    "admin_reset_link/body.txt",
    "admin_reset_link/body.html"
);
files!(
    password_changed,
    "password_changed/subject.txt",
    "password_changed/body.txt",
    "password_changed/body.html"
);

/// Checks everything that comes from outside, then fills in the files.
pub(super) fn render(kind: &Template, language: Language, brand: &Brand) -> Result<Rendered, BuildError> {
    let words = words::all()?.voice(language);
    let view = view(kind, words, brand)?;
    check(&view)?;
    let mut rendered = match kind {
        Template::ResetLink { .. } => reset_link::render(&view, words)?,
        Template::AdminResetLink { .. } => admin_reset_link::render(&view, words)?,
        Template::PasswordChanged { .. } => password_changed::render(&view, words)?,
    };
    rendered.text = text::wrapped(&rendered.text);
    rendered.html = text::in_ascii(rendered.html);
    Ok(rendered)
}

fn view<'a>(kind: &'a Template, words: Voice<'a>, brand: &'a Brand) -> Result<View<'a>, BuildError> {
    let mut view = View {
        product: &brand.product_name,
        contact: brand.contact.as_deref().map_or_else(|| words.say("contact"), Cow::Borrowed),
        accent: brand.accent.as_deref().unwrap_or(ACCENT),
        ..View::default()
    };
    match kind {
        Template::ResetLink { username, link, expires_minutes, not_me } => {
            view.username = username;
            view.link = checked_link(link)?;
            view.validity = validity(words, *expires_minutes);
            view.not_me = not_me.as_deref();
        }
        Template::AdminResetLink { username, link, expires_minutes } => {
            view.username = username;
            view.link = checked_link(link)?;
            view.validity = validity(words, *expires_minutes);
        }
        Template::PasswordChanged { username, when, zone, not_me } => {
            view.username = username;
            view.when = words.moment_with_zone(*when, zone);
            view.not_me = not_me.as_deref();
        }
    }
    Ok(view)
}

fn check(view: &View<'_>) -> Result<(), BuildError> {
    text::check("product name", view.product, 100)?;
    text::check("contact", &view.contact, 300)?;
    text::check("username", view.username, 300)?;
    view.not_me.map_or(Ok(()), |link| text::check_link("link against misuse", link))
}

fn checked_link(link: &str) -> Result<&str, BuildError> {
    text::check_link("reset link", link)?;
    Ok(link)
}

fn validity(words: Voice<'_>, minutes: u32) -> String {
    if minutes > 0 && minutes.is_multiple_of(60) {
        words.with("valid-hours", &[("count", minutes / 60)])
    } else {
        words.with("valid-minutes", &[("count", minutes)])
    }
}
