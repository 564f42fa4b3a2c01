//! A few pages to try a browser on.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{RawForm, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use tokio::net::TcpListener;

/// A server of the test's own; ends with the test.
pub struct Pages {
    address: SocketAddr,
    desk: Arc<Desk>,
}

/// How it answers, and what it has seen.
#[derive(Default)]
struct Desk {
    delay: AtomicU64,
    greetings: AtomicUsize,
}

type Shared = State<Arc<Desk>>;

impl Pages {
    pub async fn start() -> Self {
        let desk = Arc::new(Desk::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let router = router().with_state(desk.clone());
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { address, desk }
    }

    pub fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on it is so slow to greet.
    pub fn delay(&self, delay: Duration) {
        self.desk.delay.store(delay.as_millis().try_into().expect("a short delay"), Ordering::Relaxed);
    }

    /// How often it was asked to greet.
    pub fn greetings(&self) -> usize {
        self.desk.greetings.load(Ordering::Relaxed)
    }
}

fn router() -> Router<Arc<Desk>> {
    Router::new()
        .route("/", get(form).post(greet))
        .route("/greeting", get(greeting))
        .route("/late", plain(include_str!("late.html")))
        .route("/table", plain(include_str!("table.html")))
        .route("/wide", plain(include_str!("wide.html")))
        .route("/bad", plain(include_str!("bad.html")))
        .route("/errors", plain(include_str!("errors.html")))
        .route("/tall", plain("<!doctype html><div style='height: 1984px'></div>"))
        .route("/strict", strict(include_str!("strict.html").replace("<!-- more -->", "")))
        .route(
            "/breach",
            strict(include_str!("strict.html").replace("<!-- more -->", "<style>h1 { color: blue }</style>")),
        )
}

fn plain(html: &'static str) -> axum::routing::MethodRouter<Arc<Desk>> {
    get(move || async move { Html(html) })
}

fn strict(html: String) -> axum::routing::MethodRouter<Arc<Desk>> {
    let policy =
        "default-src 'none'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'";
    get(move || async move { ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)) })
}

async fn form(State(desk): Shared, headers: HeaderMap) -> impl IntoResponse {
    wait(&desk).await;
    let languages = headers[header::ACCEPT_LANGUAGE].to_str().expect("text");
    Html(include_str!("form.html").replace("LANGUAGES", languages))
}

/// Keeps the answer where a real service would: out of the address.
async fn greet(State(desk): Shared, RawForm(form): RawForm) -> Response {
    desk.greetings.fetch_add(1, Ordering::Relaxed);
    wait(&desk).await;
    let form = String::from_utf8(form.to_vec()).expect("text");
    let cookie = format!("form={}; Path=/; HttpOnly; SameSite=Strict", form.replace('&', "|"));
    ([(header::SET_COOKIE, cookie)], Redirect::to("/greeting")).into_response()
}

async fn greeting(State(desk): Shared, headers: HeaderMap) -> Result<Html<String>, StatusCode> {
    wait(&desk).await;
    let form = headers.get(header::COOKIE).ok_or(StatusCode::NOT_FOUND)?.to_str().expect("text");
    let value =
        |name: &str| form.split(['|', '=']).skip_while(|word| *word != name).nth(1).unwrap_or_default();
    let name = if value("name").is_empty() { "nobody" } else { value("name") };
    let kept = if value("remember").is_empty() { "forgotten" } else { "remembered" };
    Ok(Html(format!(
        "<!doctype html><html lang=en><title>Greeting</title><main><h1>Hello, {name}</h1>\
         <p>You like {}, and are {kept}.</p><p><a href=/>Another greeting</a></p></main></html>",
        value("colour")
    )))
}

async fn wait(desk: &Desk) {
    tokio::time::sleep(Duration::from_millis(desk.delay.load(Ordering::Relaxed))).await;
}
