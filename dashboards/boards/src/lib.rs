//! The operators' boards and alarms: read, evaluated and drawn from the same files that CloudWatch takes.
//!
//! Read [`document`] first: what a file says. [`sheet`] evaluates its rows over what was measured, [`math`] the expressions among
//! them, [`draw`] makes a picture of a chart. [`alarm`] says which alarms are on.

pub mod alarm;
pub mod board;
pub mod chart;
pub mod composite;
pub mod document;
pub mod draw;
pub mod line;
pub mod math;
pub mod names;
pub mod row;
pub mod runbook;
pub mod search;
pub mod sheet;
pub mod shipped;

pub use alarm::{Alarm, Standing, State};
pub use board::{Board, Widget};
pub use chart::{Chart, Threshold};
pub use line::{Grid, Line};
pub use shipped::{Boards, NAMESPACE};
