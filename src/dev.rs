//! `rekey dev`: everything in one process, to be tried by anybody.

mod demo;
mod inbox;
mod pages;

use std::error::Error;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use rekey_events::Env;
use tokio_util::sync::CancellationToken;

use crate::cli::keys::seal;
use crate::cli::{DevArgs, Signals};
use crate::config::Config;
use crate::keys::Keys;
use crate::node::{MailTo, Node};
use demo::Demo;

/// Runs it.
///
/// # Errors
/// The folder cannot be used, or the address is taken.
pub async fn run(args: &DevArgs, env: Arc<dyn Env>) -> Result<ExitCode, Box<dyn Error>> {
    let signals = Signals::listen()?;
    let inbox = args.data.join("inbox");
    std::fs::create_dir_all(&inbox)
        .map_err(|error| format!("{} cannot be made: {error}", inbox.display()))?;
    let demo = Demo::read_or_make(&args.data, &*env)?;
    let config = config(args, &demo)?;
    seal_key(&args.data, &*env)?;
    let mail_to = if args.smtp.is_some() { MailTo::Server } else { MailTo::Folder(inbox.clone()) };
    let node = Node::build(&config, keys(&args.data, &*env)?, mail_to, env).await?;
    demo.make_accounts(&node.service).await.map_err(|problem| format!("{:?}", problem.body()))?;
    println!("{}", demo.greeting(&config.base_url(), args.smtp.as_deref()));
    let pages =
        pages::router(pages::Desk { service: node.service.clone(), demo, inbox, smtp: args.smtp.clone() });
    let stop = CancellationToken::new();
    Ok(signals.until_stopped(stop.clone(), None, node.with_pages(pages).run(stop)).await?)
}

/// The keys in the folder; made on the first start, and kept.
fn keys(data: &Path, env: &dyn Env) -> Result<Keys, Box<dyn Error>> {
    let file = data.join("keys.toml");
    if !file.exists() {
        Keys::generate(env, true).write(&file)?;
    }
    Ok(Keys::read(&file)?)
}

/// Makes the key of the seal on the first start.
fn seal_key(data: &Path, env: &dyn Env) -> Result<(), Box<dyn Error>> {
    let file = data.join("seal.key");
    if !file.exists() {
        seal::generate(env, "dev.example.org/log", &file)?;
    }
    Ok(())
}

/// The configuration there would be in a file.
fn config(args: &DevArgs, demo: &Demo) -> Result<Config, Box<dyn Error>> {
    let (host, port) = server(args.smtp.as_deref())?;
    let database: PathBuf = args.data.join("rekey.db");
    let text = serde_json::json!({
        "public_url": format!("http://{}", reachable(args.listen)),
        "listen": args.listen,
        "key_file": args.data.join("keys.toml"),
        "database": { "url": format!("sqlite:{}", database.display()) },
        "mail": { "from": "rekey@example.org", "from_name": "rekey", "host": host, "port": port, "tls": "none" },
        "seal": { "key_file": args.data.join("seal.key"), "folder": args.data.join("seal"), "every_seconds": 1 },
        "policy": { "requests_per_source": 1_000_000_000_i64 },
        "api_keys": [demo.api_key()],
    });
    Ok(serde_json::from_value(text)?)
}

fn server(smtp: Option<&str>) -> Result<(String, u16), Box<dyn Error>> {
    let Some(address) = smtp else { return Ok(("localhost".to_owned(), 25)) };
    let (host, port) = address.rsplit_once(':').ok_or("--smtp takes HOST:PORT, such as localhost:1025")?;
    let port = port.parse().map_err(|_| "--smtp takes HOST:PORT, such as localhost:1025")?;
    Ok((host.trim_matches(['[', ']']).to_owned(), port))
}

/// An address that a browser on this machine can open.
fn reachable(listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() { SocketAddr::from(([127, 0, 0, 1], listen.port())) } else { listen }
}
