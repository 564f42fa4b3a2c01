//! The words: three files a mail under `templates/`.

use jiff::Timestamp;

use super::{Brand, error::BuildError, text};

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
        /// When, in seconds since 1970.
        when_utc: i64,
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
    contact: &'a str,
    username: &'a str,
    link: &'a str,
    validity: String,
    when: String,
    not_me: Option<&'a str>,
}

macro_rules! files {
    ($mail:ident, $subject:tt, $text:tt, $html:tt) => {
        mod $mail {
            use super::{Rendered, View};
            use askama::Template;

            #[derive(Template)]
            #[template(path = $subject)]
            struct Subject<'a> {
                mail: &'a View<'a>,
            }

            #[derive(Template)]
            #[template(path = $text)]
            struct Text<'a> {
                mail: &'a View<'a>,
            }

            #[derive(Template)]
            #[template(path = $html)]
            struct Html<'a> {
                mail: &'a View<'a>,
            }

            pub(super) fn render(mail: &View<'_>) -> askama::Result<Rendered> {
                Ok(Rendered {
                    subject: Subject { mail }.render()?,
                    text: Text { mail }.render()?,
                    html: Html { mail }.render()?,
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
pub(super) fn render(kind: &Template, brand: &Brand) -> Result<Rendered, BuildError> {
    let view = view(kind, brand)?;
    check(&view)?;
    let rendered = match kind {
        Template::ResetLink { .. } => reset_link::render(&view)?,
        Template::AdminResetLink { .. } => admin_reset_link::render(&view)?,
        Template::PasswordChanged { .. } => password_changed::render(&view)?,
    };
    Ok(rendered)
}

fn view<'a>(kind: &'a Template, brand: &'a Brand) -> Result<View<'a>, BuildError> {
    let mut view = View { product: &brand.product_name, contact: &brand.contact, ..View::default() };
    match kind {
        Template::ResetLink { username, link, expires_minutes, not_me } => {
            view.username = username;
            view.link = checked_link(link)?;
            view.validity = validity(*expires_minutes);
            view.not_me = not_me.as_deref();
        }
        Template::AdminResetLink { username, link, expires_minutes } => {
            view.username = username;
            view.link = checked_link(link)?;
            view.validity = validity(*expires_minutes);
        }
        Template::PasswordChanged { username, when_utc, not_me } => {
            view.username = username;
            view.when = moment(*when_utc)?;
            view.not_me = not_me.as_deref();
        }
    }
    Ok(view)
}

fn check(view: &View<'_>) -> Result<(), BuildError> {
    text::check("product name", view.product, 100)?;
    text::check("contact", view.contact, 300)?;
    text::check("username", view.username, 300)?;
    view.not_me.map_or(Ok(()), |link| text::check_link("link against misuse", link))
}

fn checked_link(link: &str) -> Result<&str, BuildError> {
    text::check_link("reset link", link)?;
    Ok(link)
}

fn validity(minutes: u32) -> String {
    match minutes {
        1 => "1 minute".to_owned(),
        60 => "1 hour".to_owned(),
        _ if minutes > 0 && minutes.is_multiple_of(60) => format!("{} hours", minutes / 60),
        _ => format!("{minutes} minutes"),
    }
}

fn moment(seconds: i64) -> Result<String, BuildError> {
    let moment = Timestamp::from_second(seconds).map_err(|_| BuildError::Date)?;
    Ok(moment.strftime("%Y-%m-%d at %H:%M UTC").to_string())
}
