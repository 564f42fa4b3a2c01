//! The one binary.

use std::process::ExitCode;

use clap::Parser;
use rekey::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    match Cli::parse().run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("rekey: {error}");
            ExitCode::FAILURE
        }
    }
}
