//! Which date or time did a person type? Pure readers of one cell; they refuse what could mean two things.
