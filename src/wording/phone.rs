//! How is a telephone number written for people? As digits with hyphens, which telephones turn into a link.

/// A number as it is read out and dialled: `608-555-0142` for the United States, else as it was given.
pub fn display(number: &str) -> String {
    let digits = number.strip_prefix("+1").unwrap_or(number);
    match (digits.get(..3), digits.get(3..6), digits.get(6..)) {
        (Some(area), Some(exchange), Some(line))
            if digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            format!("{area}-{exchange}-{line}")
        }
        _ => number.to_owned(),
    }
}
