//! Who looks at a page, in which browser and language.

use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use rekey_events::env::random;
use rekey_events::rows::{AccountRow, PersonRow, SessionRow};
use rekey_events::store::Context;
use rekey_events::{Env, Language, Permission};
use rekey_workers::words::zone;

use super::cookies::{self, Cookies, Name};
use super::house::House;
use super::tongue::{Tongue, asked_for};
use super::trouble;
use crate::credential::Rejection;
use crate::http::App;
use crate::http::caller::call;
use crate::problem::{Kind, Problem, Wait};
use crate::service::{Call, Caller};

/// What may be looked at while the password must be changed.
const ALLOWED_BEFORE_CHANGE: [&str; 8] = [
    "/profile",
    "/profile/password",
    "/sign-out",
    "/language",
    "/appraise",
    "/reset-password",
    "/reset-password/state",
    "/not-me",
];

/// Whoever looks at a page.
#[derive(Clone)]
pub(super) struct Visitor(Arc<Inner>);

pub(super) struct Inner {
    /// Who calls, from where.
    pub(super) call: Call,
    /// Who is signed in.
    pub(super) who: Option<Who>,
    /// How they are spoken to.
    pub(super) tongue: Tongue,
    /// What is the same for all.
    pub(super) house: Arc<House>,
    /// What is known to this browser alone.
    pub(super) browser: String,
    /// What a form of this browser must send along.
    pub(super) csrf: String,
    /// The page.
    pub(super) path: String,
    /// The page with its query.
    pub(super) address: String,
    /// Whether a form was sent.
    pub(super) is_form: bool,
    /// For forms that must do nothing twice, however often they are sent.
    pub(super) once: String,
    /// A person opened the page; no script of ours asked for it.
    is_navigation: bool,
    /// A session cookie came that opens nothing.
    is_stale: bool,
}

/// Who is signed in.
pub(super) struct Who {
    pub(super) session: SessionRow,
    pub(super) person: PersonRow,
    pub(super) account: AccountRow,
}

impl Deref for Visitor {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Who {
    /// Whether the account has this permission; whether it may be used is decided elsewhere.
    pub(super) fn may(&self, permission: Permission) -> bool {
        self.account.permissions.split(' ').any(|name| name == permission.name())
    }
}

impl Inner {
    /// The words under this key.
    pub(super) fn say(&self, key: &str) -> String {
        self.tongue.say(key)
    }

    /// The same, with something in its place.
    pub(super) fn with(&self, key: &str, name: &str, value: &str) -> String {
        self.tongue.tell(key, &[(name, value)])
    }

    /// The words under this key, with how long to wait until the problem may have passed.
    pub(super) fn say_with_wait(&self, key: &str, problem: &Problem) -> String {
        let wait = match problem.wait() {
            Wait::Seconds(count) => self.tongue.count("wait-seconds", count),
            Wait::Minutes(count) => self.tongue.count("wait-minutes", count),
        };
        self.with(key, "wait", &wait)
    }

    /// How the system administrator is reached.
    pub(super) fn contact(&self) -> String {
        self.house.contact.clone().unwrap_or_else(|| self.say("contact"))
    }

    /// Whoever is signed in.
    ///
    /// # Errors
    /// Nobody is.
    pub(super) fn who(&self) -> Result<&Who, Problem> {
        self.who.as_ref().ok_or_else(|| Kind::NotSignedIn.into())
    }

    /// Whether a menu shows what needs this permission.
    pub(super) fn sees(&self, permission: &str) -> bool {
        self.who.as_ref().is_some_and(|who| permission.parse().is_ok_and(|permission| who.may(permission)))
    }

    /// Whether nothing but changing the password is possible.
    pub(super) fn who_must_change(&self) -> bool {
        self.who.as_ref().is_some_and(|who| who.account.must_change)
    }

    /// The page to come back to after choosing a language.
    pub(super) fn here(&self) -> String {
        trouble::page_of(self)
    }

    /// Why no link can be sent, by the view's word for it.
    pub(super) fn reason(&self, state: &str) -> String {
        self.say(&format!("reason-{state}"))
    }

    /// What to do about a password that is not taken: all of it.
    pub(super) fn advice(&self, reasons: &[Rejection]) -> Vec<String> {
        reasons.iter().map(|reason| self.say(&format!("rejected-{}", <&str>::from(reason)))).collect()
    }

    /// Whether this page is (below) that one, for menus.
    pub(super) fn is_at(&self, path: &str) -> bool {
        self.path.starts_with(path)
    }

    /// The languages there are: tag, name, whether it is this one.
    pub(super) fn languages(&self) -> Vec<(&'static str, &'static str, bool)> {
        use strum::IntoEnumIterator;
        let mine = self.tongue.language;
        Language::iter().map(|language| (language.tag(), language.name(), language == mine)).collect()
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Kind::Internal.into())
    }
}

/// Finds out who looks, has the page made, and turns what went wrong into a page, too.
pub(super) async fn receive(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let visitor = match arrive(&app, &parts).await {
        Ok(visitor) => visitor,
        Err(problem) => return turn_away(&app, &parts, problem).await,
    };
    parts.extensions.insert(visitor.clone());
    let mut response = match barred(&visitor) {
        Some(problem) => trouble::shown(&visitor, problem),
        None => next.run(Request::from_parts(parts, body)).await,
    };
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        response = trouble::shown(&visitor, problem);
    }
    leave(&visitor, &mut response);
    response
}

fn barred(visitor: &Visitor) -> Option<Problem> {
    let must_change = visitor.who.as_ref().is_some_and(|who| who.account.must_change);
    // Whole paths: whoever set the password must not be able to set up a second factor with it.
    let allowed = ALLOWED_BEFORE_CHANGE.contains(&visitor.path.as_str());
    (must_change && !allowed).then(|| Kind::PasswordChangeRequired.into())
}

async fn arrive(app: &App, parts: &Parts) -> Result<Visitor, Problem> {
    let cookies = Cookies::of(&parts.headers, app.house.secure);
    let token = cookies.get(Name::Session);
    let who = match token {
        Some(token) => signed_in(app, token, is_navigation(&parts.headers)).await?,
        None => None,
    };
    let is_stale = token.is_some() && who.is_none();
    Ok(visitor(app, parts, &cookies, who, is_stale))
}

/// A problem's page for whoever looks, as far as that can be found out.
pub(super) async fn turn_away(app: &App, parts: &Parts, problem: Problem) -> Response {
    let visitor = arrive(app, parts).await.unwrap_or_else(|_| nobody(app, parts));
    let mut response = trouble::shown(&visitor, problem);
    leave(&visitor, &mut response);
    response
}

/// Shows a page that no route leads to.
pub(super) async fn show(
    app: &App,
    parts: &Parts,
    render: impl FnOnce(&Visitor) -> Result<Response, Problem>,
) -> Response {
    let visitor = match arrive(app, parts).await {
        Ok(visitor) => visitor,
        Err(problem) => return turn_away(app, parts, problem).await,
    };
    let mut response = render(&visitor).unwrap_or_else(|problem| trouble::shown(&visitor, problem));
    leave(&visitor, &mut response);
    response
}

/// The visitor, when nobody can be looked up.
fn nobody(app: &App, parts: &Parts) -> Visitor {
    visitor(app, parts, &Cookies::of(&parts.headers, app.house.secure), None, false)
}

/// A problem's page from a process that has no database yet.
pub(in crate::http) fn turn_away_early(
    house: &Arc<House>,
    env: &dyn Env,
    parts: &Parts,
    problem: Problem,
) -> Response {
    let cookies = Cookies::of(&parts.headers, house.secure);
    let visitor = Visitor(Arc::new(stranger(house, env, parts, &cookies)));
    let mut response = trouble::shown(&visitor, problem);
    leave(&visitor, &mut response);
    response
}

async fn signed_in(app: &App, token: &str, is_used: bool) -> Result<Option<Who>, Problem> {
    let (service, now) = (&app.service, app.service.env().now());
    // A list that renews itself keeps no session alive.
    let found = if is_used { service.session(token, now).await } else { service.peek(token, now).await };
    let session = match found {
        Ok((session, _)) => session,
        Err(problem) if problem.kind == Kind::NotSignedIn => return Ok(None),
        Err(problem) => return Err(problem),
    };
    let account = service.store().account(session.account_id).await?;
    let person = service.store().person(session.account_id).await?;
    Ok(account.zip(person).map(|(account, person)| Who { session, person, account }))
}

fn visitor(app: &App, parts: &Parts, cookies: &Cookies, who: Option<Who>, is_stale: bool) -> Visitor {
    let caller = who.as_ref().map_or(Caller::Anyone, |who| Caller::Person(who.session.clone()));
    let own = who.as_ref().and_then(|who| Language::from_str(who.person.language.as_deref()?).ok());
    // A form of one session is no form of the next.
    let session = who.as_ref().map(|who| who.session.session_id.to_string()).unwrap_or_default();
    let stranger = stranger(&app.house, app.service.env(), parts, cookies);
    Visitor(Arc::new(Inner {
        call: call(app, parts, caller),
        tongue: Tongue {
            language: own.unwrap_or(stranger.tongue.language),
            zone: zone(who.as_ref().and_then(|who| who.person.zone.as_deref())),
        },
        csrf: app.service.keys().blind("form", &[&stranger.browser, &session]),
        who,
        is_stale,
        ..stranger
    }))
}

/// A visitor of whom only the request is known. Without the keys there is no token for forms yet.
fn stranger(house: &Arc<House>, env: &dyn Env, parts: &Parts, cookies: &Cookies) -> Inner {
    let chosen = cookies.get(Name::Language).and_then(|tag| Language::from_str(tag).ok());
    let language = chosen.or_else(|| asked_for(&parts.headers)).unwrap_or(house.language);
    let known = cookies.get(Name::Browser).filter(|value| value.len() == 64);
    let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    Inner {
        call: Call {
            caller: Caller::Anyone,
            context: Context::new(env, Caller::Anyone.actor()),
            idempotency: None,
        },
        who: None,
        tongue: Tongue { language, zone: zone(None) },
        house: house.clone(),
        csrf: String::new(),
        is_navigation: is_navigation(&parts.headers),
        browser: known.map_or_else(|| hex::encode(random::<32>(env)), str::to_owned),
        path: parts.uri.path().to_owned(),
        address: format!("{}{query}", parts.uri.path()),
        is_form: parts.method == Method::POST,
        once: hex::encode(random::<16>(env)),
        is_stale: false,
    }
}

/// Browsers say so (Fetch Metadata, `Sec-Fetch-Mode`); those that do not are believed.
fn is_navigation(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-mode").is_none_or(|mode| mode == "navigate")
}

/// What goes out with every page.
fn leave(visitor: &Visitor, response: &mut Response) {
    let secure = visitor.house.secure;
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| visitor.house.policy.clone());
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(visitor.tongue.language.tag()));
    if headers.contains_key(header::SET_COOKIE) {
        // Signing in or out has set its own.
        return;
    }
    if visitor.is_navigation {
        headers.append(header::SET_COOKIE, cookies::set(Name::Browser, &visitor.browser, secure));
    }
    if visitor.is_stale && visitor.is_navigation {
        headers.append(header::SET_COOKIE, cookies::forget(Name::Session, secure));
    }
}
