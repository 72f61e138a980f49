//! Where do schedules come from? Turns bytes from outside into grids, with hash and age.

pub mod csv;
