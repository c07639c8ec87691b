//! Stand-ins that speak the real wire of a service.

#[allow(dead_code, reason = "some of it only the program needs")]
pub mod bedrock;
