//! The API as its users see it: requests in, answers out, against a real connector with a database of its own.

mod events;
mod facts;
mod fixture;
mod invitations;
mod issuing;
mod keys;
mod openapi;
mod parsing;
mod partner;
mod policies;
mod presenting;
mod processes;
mod publishing;
mod releasing;
mod roles;
mod wallet;
