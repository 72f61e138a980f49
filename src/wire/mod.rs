//! What is this program made of tonight? Settings to adapters to engine; the only place that knows all.
