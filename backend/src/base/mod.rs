//! What every domain stands on: the database, the feed, requests that happen once, the accounts that are
//! followed, the web in front of it all, and the service's own settings and handles.

pub mod app;
pub mod config;
pub mod db;
pub mod events;
pub mod follow;
pub mod idempotency;
pub mod questions;
pub mod tasks;
pub mod vouched;
pub mod web;
