//! What drives open pages forward? Reads the clock, plans, records the intent, acts, records the outcome.
