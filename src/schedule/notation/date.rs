//! Which day does a cell say? ISO, slashes, dots, month names, weekdays beside them, and spreadsheet serials.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::cursor::{Cursor, Number};
use super::{Refusal, plain};

/// Which of two numbers is the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub enum DateOrder {
    /// `11/22/2026`, as in the United States.
    #[serde(rename = "mdy")]
    MonthFirst,
    /// `22/11/2026`.
    #[serde(rename = "dmy")]
    DayFirst,
    /// Nobody knows: a date that can be read in two ways is refused.
    #[serde(rename = "unclear")]
    Unclear,
}

/// What is known of the order of day and month in a sheet (domain 6 row 14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// No setting: month first, but for dots, which most of the world writes day first.
    Assumed,
    /// The settings say it.
    Set(DateOrder),
    /// No setting, and a cell of the sheet contradicts month first: no cell that fits both ways is read.
    Contradicted,
}

impl From<Option<DateOrder>> for Order {
    fn from(setting: Option<DateOrder>) -> Self {
        setting.map_or(Self::Assumed, Self::Set)
    }
}

/// A day as written: its year may be missing, its weekday may stand beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenDate {
    /// The year, four digits or two.
    pub year: Option<i32>,
    /// 1 to 12.
    pub month: u32,
    /// 1 to the month's length.
    pub day: u32,
    /// The weekday beside the date.
    pub weekday: Option<Weekday>,
    /// Whether the cell can only be month first: two numbers, the second over 12.
    pub shows_month_first: bool,
    /// Whether it was only assumed that the month stands first: two numbers, both at most 12, and no setting.
    pub order_assumed: bool,
    /// Whether the year stands first, as in ISO 8601.
    pub iso: bool,
}

impl WrittenDate {
    /// The day in `year`, if that year has it and the weekday agrees.
    pub fn in_year(&self, year: i32) -> Result<NaiveDate, Refusal> {
        let date = NaiveDate::from_ymd_opt(year, self.month, self.day).ok_or(Refusal::NoSuchDay)?;
        match self.weekday {
            Some(written) if written != date.weekday() => Err(Refusal::WrongWeekday { written, date }),
            _ => Ok(date),
        }
    }
}

/// A day written year first with four digits, if the calendar has it.
pub(super) fn iso(year: u32, month: u32, day: u32) -> Option<WrittenDate> {
    checked(Some(year_of(year, 4)?), month, day).ok().map(|date| WrittenDate { iso: true, ..date })
}

/// Reads a cell that says a day and nothing else.
pub fn read(text: &str, order: Order) -> Result<WrittenDate, Refusal> {
    let text = plain(text);
    if let Some((date, 0)) = serial(&text) {
        return Ok(of(date));
    }
    let mut cursor = Cursor::new(&text);
    let date = take(&mut cursor, order)?;
    cursor.spaces();
    if cursor.is_done() { Ok(date) } else { Err(Refusal::NotUnderstood) }
}

fn of(date: NaiveDate) -> WrittenDate {
    WrittenDate {
        year: Some(date.year()),
        month: date.month(),
        day: date.day(),
        weekday: None,
        shows_month_first: false,
        order_assumed: false,
        iso: false,
    }
}

/// A day that is certain, in the shape of a written one.
pub(super) fn certain(date: NaiveDate) -> WrittenDate {
    of(date)
}

/// A spreadsheet's serial number, days since 1899-12-30, as the day and the seconds into it.
///
/// Five digits only: 1954 to 2118. The seconds are rounded to whole minutes, which floats cannot hold exactly.
pub(super) fn serial(text: &str) -> Option<(NaiveDate, u32)> {
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (whole, after) = text.split_at_checked(5).filter(|(whole, _)| all_digits(whole))?;
    let fraction = if after.is_empty() { "" } else { after.strip_prefix('.').filter(|part| !part.is_empty())? };
    if !all_digits(fraction) {
        return None;
    }
    let days: u64 = whole.parse().ok().filter(|days| (20_000..80_000).contains(days))?;
    let date = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days))?;
    let seconds = super::time::of_fraction(fraction)?;
    if seconds == 86_400 { Some((date.succ_opt()?, 0)) } else { Some((date, seconds)) }
}

/// [`serial`] with the date in the shape of a written one.
pub(super) fn written_serial(text: &str) -> Option<(WrittenDate, u32)> {
    serial(text).map(|(date, seconds)| (of(date), seconds))
}

/// Takes a day off the front of a cell.
pub(super) fn take(cursor: &mut Cursor<'_>, order: Order) -> Result<WrittenDate, Refusal> {
    let before = take_weekday(cursor);
    let mut date = match cursor.number() {
        Some(first) => number_first(cursor, first, order)?,
        None => month_first(cursor)?,
    };
    let mut ahead = *cursor;
    ahead.spaces();
    ahead.eat(',');
    ahead.spaces();
    let bracket = ahead.eat('(');
    let after = take_weekday(&mut ahead);
    if after.is_some() {
        if bracket && !ahead.eat(')') {
            return Err(Refusal::NotUnderstood);
        }
        *cursor = ahead;
    }
    date.weekday = match (before, after) {
        (Some(one), Some(other)) if one != other => return Err(Refusal::TwoWeekdays),
        _ => before.or(after),
    };
    if let Some(year) = date.year {
        date.in_year(year)?;
    }
    Ok(date)
}

/// A weekday's name or its first three letters or more, with what may follow it: `Sun`, `Sun.`, `Sunday,`.
fn take_weekday(cursor: &mut Cursor<'_>) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("monday", Weekday::Mon),
        ("tuesday", Weekday::Tue),
        ("wednesday", Weekday::Wed),
        ("thursday", Weekday::Thu),
        ("friday", Weekday::Fri),
        ("saturday", Weekday::Sat),
        ("sunday", Weekday::Sun),
    ];
    let mut ahead = *cursor;
    let word = ahead.word();
    if word.is_empty() {
        return None;
    }
    let named = |(name, _): &&(&str, Weekday)| {
        abbreviates(word, name) || (word.eq_ignore_ascii_case("weds") && *name == "wednesday")
    };
    let (_, weekday) = NAMES.iter().find(named)?;
    ahead.eat('.');
    ahead.eat(',');
    ahead.spaces();
    *cursor = ahead;
    Some(*weekday)
}

/// The weekday that a cell names and nothing else: `Sun`, `Sunday`, `Tues.`.
pub fn weekday_named(text: &str) -> Option<Weekday> {
    let text = plain(text);
    let mut cursor = Cursor::new(&text);
    take_weekday(&mut cursor).filter(|_| cursor.is_done())
}

/// Whether `word` is `name` or at least its first three letters.
fn abbreviates(word: &str, name: &str) -> bool {
    word.len() >= 3 && name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// The month that a word names, in full or by its first three letters or more: `Nov`, `Sept`, `NOVEMBER`.
pub fn month_named(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    (1..).zip(NAMES).find(|(_, name)| abbreviates(word, name)).map(|(month, _)| month)
}

/// `November 22, 2026`, `Nov. 22nd`, `Nov-22`.
fn month_first(cursor: &mut Cursor<'_>) -> Result<WrittenDate, Refusal> {
    let month = month_named(cursor.word()).ok_or(Refusal::NotUnderstood)?;
    cursor.eat('.');
    let joined = !cursor.spaces() && cursor.eat_any(&['-', '/']).is_some();
    let day = cursor.number().filter(|day| day.digits <= 2).ok_or(Refusal::NotUnderstood)?;
    eat_ordinal(cursor);
    let mut ahead = *cursor;
    // `Nov 22-26` may be five days of November as well.
    let is_span = ahead.eat('-') && {
        ahead.spaces();
        ahead.number().is_some_and(|number| number.digits <= 2)
    };
    let year = if is_span { None } else { take_year(cursor, joined) };
    checked(year, month, day.value)
}

fn number_first(cursor: &mut Cursor<'_>, first: Number, order: Order) -> Result<WrittenDate, Refusal> {
    match first.digits {
        1 | 2 => {}
        4 => return year_first(cursor, first.value),
        8 => return checked(year_of(first.value / 10_000, 4), first.value / 100 % 100, first.value % 100),
        _ => return Err(Refusal::NotUnderstood),
    }
    let ordinal = eat_ordinal(cursor);
    let separator = cursor.eat_any(&['/', '-', '.']);
    let mut ahead = *cursor;
    ahead.spaces();
    if ahead.eat_word("of") {
        ahead.spaces();
    }
    if let Some(month) = month_named(ahead.word()) {
        *cursor = ahead;
        cursor.eat('.');
        let year = take_year(cursor, separator.is_some());
        return checked(year, month, first.value);
    }
    let (Some(separator), false) = (separator, ordinal) else { return Err(Refusal::NotUnderstood) };
    let second = cursor.number().filter(|second| second.digits <= 2).ok_or(Refusal::NotUnderstood)?;
    let mut year = None;
    if cursor.eat(separator) {
        year = match cursor.number() {
            Some(third) => Some(year_of(third.value, third.digits).ok_or(Refusal::NotUnderstood)?),
            None if separator == '.' => None,
            None => return Err(Refusal::NotUnderstood),
        };
    } else if separator == '.' {
        // `22.11` may as well be a time of day.
        return Err(Refusal::NotUnderstood);
    }
    in_order(first.value, second.value, separator, order).and_then(|(month, day)| checked(year, month, day)).map(
        |date| WrittenDate {
            shows_month_first: second.value > 12 && date.day == second.value,
            order_assumed: order == Order::Assumed && first.value <= 12 && second.value <= 12,
            ..date
        },
    )
}

/// `2026-11-22`, `2026/4/1`, `2026.11.22`, `2026-Nov-22`.
fn year_first(cursor: &mut Cursor<'_>, year: u32) -> Result<WrittenDate, Refusal> {
    let year = year_of(year, 4);
    let separator = cursor.eat_any(&['-', '/', '.']).ok_or(Refusal::NotUnderstood)?;
    let short = |number: Number| (number.digits <= 2).then_some(number.value);
    let month = match cursor.number() {
        Some(number) => short(number),
        None => month_named(cursor.word()),
    };
    let (Some(year), Some(month), true) = (year, month, cursor.eat(separator)) else {
        return Err(Refusal::NotUnderstood);
    };
    let day = cursor.number().and_then(short).ok_or(Refusal::NotUnderstood)?;
    checked(Some(year), month, day).map(|date| WrittenDate { iso: true, ..date })
}

/// Month and day of two numbers (domain 6 row 14: never guess which is which).
fn in_order(first: u32, second: u32, separator: char, order: Order) -> Result<(u32, u32), Refusal> {
    use DateOrder::{DayFirst, MonthFirst};
    let (month_first, day_first) = (Ok((first, second)), Ok((second, first)));
    match (first > 12, second > 12) {
        (true, true) => Err(Refusal::NoSuchDay),
        (true, false) => match order {
            Order::Set(DayFirst) => day_first,
            Order::Assumed | Order::Contradicted if separator == '.' => day_first,
            _ => Err(Refusal::DayBeforeMonth { mixed: false }),
        },
        (false, true) if order == Order::Set(DayFirst) => Err(Refusal::MonthBeforeDay),
        (false, true) => month_first,
        (false, false) if first == second => month_first,
        (false, false) => match order {
            Order::Set(MonthFirst) => month_first,
            Order::Set(DayFirst) => day_first,
            Order::Assumed if separator != '.' => month_first,
            Order::Assumed | Order::Contradicted | Order::Set(DateOrder::Unclear) => Err(Refusal::OrderUnclear),
        },
    }
}

/// The suffix of `1st`, `2nd`, `3rd`, `22th`; says whether there was one.
fn eat_ordinal(cursor: &mut Cursor<'_>) -> bool {
    cursor.peek().is_some_and(char::is_alphabetic)
        && ["st", "nd", "rd", "th"].iter().any(|suffix| cursor.eat_word(suffix))
}

/// The year after a day with a month's name, if what follows can be nothing else.
///
/// Four digits, or two after an apostrophe, or after `-` or `/` where day and month are `joined` by such a sign too:
/// `Nov-20-22` is a day of 2022, `Nov 20-22` are three days. Without a comma only 2015 to 2099 count, because
/// `Nov 22 1800` and `Nov 22 2000` say a time.
fn take_year(cursor: &mut Cursor<'_>, joined: bool) -> Option<i32> {
    let mut ahead = *cursor;
    let dash = ahead.eat_any(&['-', '/']).is_some();
    ahead.spaces();
    let comma = ahead.eat(',');
    ahead.spaces();
    let apostrophe = ahead.eat('\'');
    let number = ahead.number()?;
    if ahead
        .peek()
        .is_some_and(|next| next == ':' || next == '.' || next.is_alphabetic() && !next.eq_ignore_ascii_case(&'T'))
    {
        return None;
    }
    let counts = match number.digits {
        4 => comma || dash || (2015..2100).contains(&number.value),
        2 => dash && joined || apostrophe,
        _ => false,
    };
    let year = year_of(number.value, number.digits).filter(|_| counts)?;
    *cursor = ahead;
    Some(year)
}

/// A year of four digits from 1900 to 2199, or of two digits from 1970 to 2069.
pub(super) fn year_of(value: u32, digits: usize) -> Option<i32> {
    let year = match (digits, value) {
        (4, 1900..2200) => value,
        (2, 0..70) => 2000 + value,
        (2, _) => 1900 + value,
        _ => return None,
    };
    i32::try_from(year).ok()
}

/// The date, if its month has that day in its year, or in a leap year when the year is missing.
fn checked(year: Option<i32>, month: u32, day: u32) -> Result<WrittenDate, Refusal> {
    NaiveDate::from_ymd_opt(year.unwrap_or(2024), month, day).ok_or(Refusal::NoSuchDay)?;
    Ok(WrittenDate { year, month, day, weekday: None, shows_month_first: false, order_assumed: false, iso: false })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SET_MDY: Order = Order::Set(DateOrder::MonthFirst);
    const SET_DMY: Order = Order::Set(DateOrder::DayFirst);

    fn said(date: WrittenDate) -> String {
        let year = date.year.map_or_else(|| "----".to_owned(), |year| year.to_string());
        format!("{year}-{:02}-{:02}", date.month, date.day)
    }

    #[test]
    fn every_notation_of_a_day() {
        for text in [
            "2026-11-22",
            "2026/11/22",
            "2026.11.22",
            "2026-Nov-22",
            "20261122",
            "11/22/2026",
            "11/22/26",
            "11-22-2026",
            "11-22-26",
            "22.11.2026",
            "22.11.26",
            "22 Nov 2026",
            "22 November 2026",
            "22-Nov-2026",
            "22-Nov-26",
            "Nov 22, 2026",
            "Nov 22 2026",
            "Nov. 22, 2026",
            "November 22, 2026",
            "NOVEMBER 22ND, 2026",
            "Nov 22nd 2026",
            "22nd Nov 2026",
            "22nd of November, 2026",
            "22. November 2026",
            "Nov 22 '26",
            "Nov-22-2026",
            "Sun 11/22/2026",
            "Sunday, November 22, 2026",
            "Sun. Nov 22, 2026",
            "11/22/2026 Sun",
            "11/22/2026 (Sunday)",
            "2026-11-22 (Sun)",
            "Sun, 22 Nov 2026",
            "46348",
            "46348.0",
            "  2026-11-22 ",
            "2026\u{2011}11\u{2011}22",
            "Nov\u{a0}22,\u{a0}2026",
            "Sun 2026-11-22",
        ] {
            assert_eq!(read(text, Order::Assumed).map(said), Ok("2026-11-22".to_owned()), "{text}");
        }
        for (text, wanted) in [
            ("2026/4/1", "2026-04-01"),
            ("2026-4-1", "2026-04-01"),
            ("4/1/2026", "2026-04-01"),
            ("1-Jul", "------07-01"),
            ("11/29", "------11-29"),
            ("Nov 22", "------11-22"),
            ("Sun Nov 22", "------11-22"),
            ("Sept 9", "------09-09"),
            ("22.11.", "------11-22"),
            ("2/29", "------02-29"),
            ("2/29/2028", "2028-02-29"),
            ("11-22", "------11-22"),
            ("June 26, 2017", "2017-06-26"),
            ("May 1st", "------05-01"),
            ("3/31/25", "2025-03-31"),
        ] {
            assert_eq!(read(text, Order::Assumed).map(said), Ok(wanted.replace("------", "-----")), "{text}");
        }
    }

    #[test]
    fn which_number_is_the_month_is_never_guessed() {
        use Refusal::{DayBeforeMonth, MonthBeforeDay, NoSuchDay, OrderUnclear};
        let day_first = Err(DayBeforeMonth { mixed: false });
        for (text, order, wanted) in [
            ("4/3/2026", Order::Assumed, Ok("2026-04-03")),
            ("4/3/2026", SET_MDY, Ok("2026-04-03")),
            ("4/3/2026", SET_DMY, Ok("2026-03-04")),
            ("4/3/2026", Order::Contradicted, Err(OrderUnclear)),
            ("4/4/2026", Order::Contradicted, Ok("2026-04-04")),
            ("25/12/2026", Order::Assumed, day_first.clone()),
            ("25/12/2026", SET_MDY, day_first.clone()),
            ("25/12/2026", SET_DMY, Ok("2026-12-25")),
            ("25/12/2026", Order::Contradicted, day_first),
            ("12/25/2026", SET_DMY, Err(MonthBeforeDay)),
            ("12/25/2026", Order::Contradicted, Ok("2026-12-25")),
            ("13/13/2026", Order::Assumed, Err(NoSuchDay)),
            ("4.3.2026", Order::Assumed, Err(OrderUnclear)),
            ("4.3.2026", SET_DMY, Ok("2026-03-04")),
            ("4.3.2026", SET_MDY, Ok("2026-04-03")),
            ("2026-04-03", SET_DMY, Ok("2026-04-03")),
        ] {
            assert_eq!(read(text, order).map(said), wanted.map(str::to_owned), "{text} {order:?}");
        }
    }

    #[test]
    fn days_that_do_not_exist_and_weekdays_that_disagree() {
        for text in
            ["2/29/2027", "11/31", "11/31/2026", "2026-13-01", "2026-00-10", "0/5/2026", "Feb 30", "31 Nov 2026"]
        {
            assert_eq!(read(text, Order::Assumed), Err(Refusal::NoSuchDay), "{text}");
        }
        let date = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        for text in ["Mon 11/22/2026", "11/22/2026 Mon", "Monday, Nov 22, 2026"] {
            assert_eq!(
                read(text, Order::Assumed),
                Err(Refusal::WrongWeekday { written: Weekday::Mon, date }),
                "{text}"
            );
        }
        assert_eq!(read("Sun 11/22/2026 Mon", Order::Assumed), Err(Refusal::TwoWeekdays));
    }

    #[test]
    fn what_is_no_day_is_not_understood() {
        for text in [
            "",
            "TBD",
            "6",
            "12",
            "1800",
            "2026",
            "Nov",
            "November 2026",
            "2026-11",
            "18.00",
            "22.11",
            "11/22 - 11/29",
            "Mar 4 - Mar 10",
            "2026-W48",
            "Sunday",
            "tomorrow",
            "11/22/2026 x",
            "460",
            "11/22/",
            "123456789012",
            "46348.75",
            "2026-11-22T18:00",
            "11/22/226",
            // These may be spans of days.
            "Nov 22-26",
            "Nov-22-26",
            "Nov 22 - 26",
        ] {
            assert_eq!(read(text, Order::Assumed), Err(Refusal::NotUnderstood), "{text}");
        }
    }

    proptest! {
        #[test]
        fn printed_days_read_back(days in 16_436i32..47_480, format in 0usize..8) {
            let date = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + chrono::Duration::days(days.into());
            let format = [
                "%Y-%m-%d", "%Y/%-m/%-d", "%m/%d/%Y", "%-m/%-d/%Y", "%B %-d, %Y", "%d %b %Y", "%A %m/%d/%Y", "%a, %b %-d, %Y",
            ][format];
            let text = date.format(format).to_string();
            let read = read(&text, Order::Assumed).and_then(|written| written.in_year(written.year.unwrap_or(0)));
            prop_assert_eq!(read, Ok(date), "{}", text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,24}") {
            for order in [Order::Assumed, SET_DMY, Order::Contradicted] {
                let _ = read(&text, order);
            }
        }
    }
}
