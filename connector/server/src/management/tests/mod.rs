//! The API as its users see it: requests in, answers out, against a real connector with a database of its own.

mod attempts;
mod audiences;
mod events;
mod facts;
mod fixture;
mod history;
mod invitations;
mod issuing;
mod keys;
mod monitor;
mod openapi;
mod operating;
mod origins;
mod parsing;
mod partner;
mod policies;
mod presenting;
mod previewing;
mod processes;
mod publishing;
mod releasing;
mod retention;
mod roles;
mod running;
mod terminating;
mod wallet;
