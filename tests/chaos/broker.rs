//! The bus fails, row by row of the table: nothing is lost, and nothing is doubled.

mod hints;
mod outages;
mod post;
mod retries;
mod rights;
mod storm;
mod wakes;
mod wiped;
