//! Which instants does a civil time mean, and when is a desk open? The only place that knows zones.
//!
//! `zone` turns civil times into instants, `interval` computes with spans of instants, `hours` knows weekly
//! opening hours, `holidays` the days they do not apply, `opening` puts the three together; `days` counts civil days.

mod days;
mod holidays;
mod hours;
mod interval;
mod opening;
mod zone;

pub use days::{CivilDay, Transition, ZoneOffset, days, days_later, offset_at, start_of_day, transitions};
pub use holidays::{Holiday, HolidayCalendar};
pub use hours::{HoursError, WeeklyHours};
pub use interval::{Interval, IntervalSet};
pub use opening::OpeningHours;
pub use zone::{CivilNote, Instants, Resolved, resolve};
