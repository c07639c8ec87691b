//! The systems of the house that agents act on: the service desk, the cars, what is offered, and the queue of people.
//!
//! One port a file, each with the words that it needs. Whatever changes something takes the [`contract::ActionId`] that the
//! customer agreed to, and does it once for each: the same action again, at the same time or after a crash, changes
//! nothing and gives the first outcome.

pub mod fleet;
pub mod handoffs;
pub mod offers;
pub mod service_desk;
#[cfg(feature = "testing")]
pub mod testing;
pub mod vehicles;

pub use fleet::Fleet;
pub use handoffs::Handoffs;
pub use offers::Offers;
pub use service_desk::ServiceDesk;
pub use vehicles::Vehicles;
