//! Stand-ins that speak the real wire of a service.

#[cfg(feature = "aws")]
#[allow(dead_code, reason = "some of it only the program needs")]
pub mod bedrock;
pub mod cassette;
#[allow(dead_code, reason = "some of it only the program needs")]
pub mod openai;
