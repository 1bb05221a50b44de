//! The API as its users see it: requests in, answers out, against a real connector with a database of its own.

mod events;
mod fixture;
mod openapi;
mod parsing;
mod processes;
mod publishing;
mod roles;
