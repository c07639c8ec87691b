//! S3: the shelf of the library, conversations without a database, and the bucket that both are kept in.

mod bucket;
mod conversations;
mod failure;
mod shelf;

pub use conversations::S3Conversations;
pub use shelf::S3Shelf;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;

/// A client of S3.
///
/// Where an endpoint is set by hand (a stand-in, a gateway, a private link), the bucket is named in the path, since a host
/// name per bucket exists only at the public endpoints.
pub(crate) fn client(config: &SdkConfig) -> Client {
    Client::from_conf(Builder::from(config).force_path_style(config.endpoint_url().is_some()).build())
}
