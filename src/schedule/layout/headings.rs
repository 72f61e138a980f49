//! What does a heading say about its column? The synonyms people use, and the columns of people by role.

use crate::schedule::shift::RoleRank;

use super::settings::Column;

/// A heading as headings are compared: letters and digits only, without case (contract 2.1), and without what stands
/// in brackets after it.
pub(super) fn key(heading: &str) -> String {
    let bare = heading.split(['(', '[']).next().filter(|part| !part.trim().is_empty()).unwrap_or(heading);
    bare.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The column that a heading names, by its [`key`].
pub(super) fn column(key: &str) -> Option<Column> {
    SYNONYMS.iter().find(|(_, names)| names.contains(&key)).map(|(column, _)| *column)
}

/// The heading among `headings` that looks most like a name of `column`, as a hint.
pub(super) fn nearest<'a>(column: Column, headings: impl Iterator<Item = &'a str>) -> Option<String> {
    let (_, names) = SYNONYMS.iter().find(|(known, _)| *known == column)?;
    let likeness = |heading: &str| {
        let key = key(heading);
        names.iter().map(|name| strsim::normalized_damerau_levenshtein(&key, name)).fold(0.0, f64::max)
    };
    headings
        .map(|heading| (likeness(heading), heading))
        .filter(|(score, _)| *score >= 0.6)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, heading)| heading.to_owned())
}

/// The place in the order of roles that a role word or a heading containing one has (contract 2.1).
pub(super) fn rank(key: &str) -> Option<RoleRank> {
    const WORDS: [(&str, RoleRank); 5] = [
        ("primary", RoleRank::Primary),
        ("secondary", RoleRank::Secondary),
        ("backup", RoleRank::Secondary),
        ("tertiary", RoleRank::Tertiary),
        ("manager", RoleRank::Manager),
    ];
    WORDS.iter().find(|(word, _)| key.contains(word)).map(|(_, rank)| *rank)
}

/// Whether a heading is known to tell about a row and not to be a role.
pub(super) fn is_information(key: &str) -> bool {
    const WORDS: [&str; 42] = [
        "unavailable",
        "unavailability",
        "notavailable",
        "availability",
        "requestedoff",
        "requestsoff",
        "timeoff",
        "timeoffrequests",
        "id",
        "index",
        "no",
        "nr",
        "number",
        "truck",
        "vehicle",
        "run",
        "route",
        "location",
        "site",
        "building",
        "room",
        "campus",
        "department",
        "unit",
        "area",
        "status",
        "reason",
        "cancelled",
        "canceled",
        "description",
        "details",
        "event",
        "holiday",
        "holidays",
        "year",
        "quarter",
        "shifttype",
        "dayofweek",
        "category",
        "color",
        "colour",
        "link",
    ];
    WORDS.contains(&key) || key.ends_with("by")
}

/// Whether a heading speaks of people on duty, in words that are not known as a role.
pub(super) fn is_duty(key: &str) -> bool {
    ["standby", "escalation", "oncall", "onduty", "engineer", "technician", "supervisor", "lead"]
        .iter()
        .any(|word| key.contains(word))
}

/// Whether a heading speaks of people who stand in for those of another column.
pub(super) fn is_cover(key: &str) -> bool {
    const WORDS: [&str; 17] = [
        "cover",
        "covers",
        "coveredby",
        "coverer",
        "covering",
        "coverage",
        "coverageby",
        "swap",
        "swaps",
        "swapwith",
        "swappedwith",
        "switchedwith",
        "replacement",
        "replacedby",
        "substitute",
        "substitutedby",
        "sub",
    ];
    WORDS.contains(&key) || key.contains("holiday") && (is_duty(key) || key.contains("cover"))
}

/// Whether a heading speaks of people who are away.
pub(super) fn is_absence(key: &str) -> bool {
    const WORDS: [&str; 12] = [
        "vacation",
        "vacations",
        "leave",
        "pto",
        "off",
        "dayoff",
        "daysoff",
        "away",
        "absent",
        "absence",
        "sick",
        "ooo",
    ];
    WORDS.contains(&key)
}

/// Whether a word speaks of a part of the day, so that the whole day is hardly meant.
pub(super) fn is_part_of_day(key: &str) -> bool {
    const WORDS: [&str; 14] = [
        "morning",
        "mornings",
        "afternoon",
        "afternoons",
        "evening",
        "evenings",
        "night",
        "nights",
        "overnight",
        "early",
        "late",
        "dayshift",
        "nightshift",
        "graveyard",
    ];
    WORDS.iter().any(|word| key.starts_with(word) || key.ends_with(word)) || matches!(key, "am" | "pm" | "day" | "days")
}

/// What a column beside a column of people tells about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attribute {
    Phone,
    Email,
    Note,
}

/// The attribute that a heading such as `Primary Phone` names, by its [`key`].
pub(super) fn attribute(key: &str) -> Option<Attribute> {
    ATTRIBUTES.iter().find(|(word, _)| key.contains(word)).map(|(_, attribute)| *attribute)
}

/// What a heading such as `Primary Phone` says besides its attribute: whose it is.
pub(super) fn without_attribute(key: &str) -> &str {
    let start = ATTRIBUTES.iter().filter_map(|(word, _)| key.find(word)).min();
    start.and_then(|start| key.get(..start)).unwrap_or(key)
}

const ATTRIBUTES: [(&str, Attribute); 9] = [
    ("phone", Attribute::Phone),
    ("mobile", Attribute::Phone),
    ("cell", Attribute::Phone),
    ("number", Attribute::Phone),
    ("contactno", Attribute::Phone),
    ("mail", Attribute::Email),
    ("note", Attribute::Note),
    ("comment", Attribute::Note),
    ("remark", Attribute::Note),
];

/// Every heading that is known, as [`key`] writes it.
const SYNONYMS: [(Column, &[&str]); 22] = [
    (
        Column::Start,
        &[
            "start",
            "starts",
            "startdate",
            "startday",
            "startdatetime",
            "startat",
            "startsat",
            "starton",
            "startson",
            "begin",
            "begins",
            "begindate",
            "beginning",
            "from",
            "fromdate",
            "shiftstart",
            "oncallstart",
            "startofshift",
        ],
    ),
    (
        Column::End,
        &[
            "end",
            "ends",
            "enddate",
            "endday",
            "enddatetime",
            "endat",
            "endsat",
            "endon",
            "endson",
            "finish",
            "finishes",
            "until",
            "to",
            "todate",
            "till",
            "stop",
            "shiftend",
            "oncallend",
            "endofshift",
            "weekending",
            "weekends",
            "weekendingdate",
            "weekto",
        ],
    ),
    (Column::StartTime, &["starttime", "timestart", "begintime", "fromtime", "timefrom", "timein", "starthour"]),
    (Column::EndTime, &["endtime", "timeend", "finishtime", "untiltime", "totime", "timeto", "timeout", "endhour"]),
    (Column::Date, &["date", "shiftdate", "dutydate", "oncalldate"]),
    (
        Column::Week,
        &[
            "week",
            "weekof",
            "weekcommencing",
            "weekcomm",
            "weekstarting",
            "weekstarts",
            "weekstart",
            "weekbeginning",
            "weekbegins",
            "weekbegin",
            "weekfrom",
            "weekstartdate",
            "wc",
            "wb",
            "forweekof",
            "oncallweek",
            "weekofdate",
        ],
    ),
    (
        Column::Person,
        &[
            "person",
            "name",
            "oncall",
            "technician",
            "tech",
            "who",
            "employee",
            "employeename",
            "staff",
            "staffmember",
            "assignee",
            "assigned",
            "assignedto",
            "engineer",
            "user",
            "username",
            "member",
            "teammember",
            "personname",
            "fullname",
            "techname",
            "technicianname",
            "persononcall",
            "oncallperson",
            "oncalltechnician",
            "oncalltech",
            "oncallname",
            "oncallengineer",
            "oncallstaff",
            "technicianoncall",
            "techoncall",
            "whoisoncall",
            "onduty",
            "operator",
            "operatorname",
            "agent",
            "agentname",
            "analyst",
            "analystname",
            "workername",
            "firstname",
            "lastname",
            "surname",
            "displayname",
        ],
    ),
    (Column::Role, &["role", "oncallrole", "position", "roles", "tier"]),
    (Column::Kind, &["kind", "type", "shiftkind", "entrytype", "rowtype"]),
    (
        Column::Phone,
        &[
            "phone",
            "phonenumber",
            "phoneno",
            "mobile",
            "mobilephone",
            "mobilenumber",
            "cell",
            "cellphone",
            "cellnumber",
            "telephone",
            "tel",
            "oncallphone",
            "oncallnumber",
            "contactnumber",
        ],
    ),
    (Column::Email, &["email", "emailaddress", "mail", "oncallemail"]),
    (Column::Note, &["note", "notes", "comment", "comments", "remark", "remarks"]),
    (Column::Period, &["period", "dates", "daterange", "datesrange", "dateperiod", "weekrange", "oncallperiod"]),
    (Column::Time, &["time", "times", "hours", "timerange", "shifttime", "shifttimes", "shifthours"]),
    (Column::Shift, &["shift", "shiftname", "shiftcode"]),
    (Column::Weekday, &["weekday", "dayofweek", "dow", "dayname"]),
    (Column::Month, &["month"]),
    (Column::Day, &["day", "dayno", "daynumber", "dayofmonth"]),
    (Column::Team, &["team", "service", "teamname", "servicename", "teamorservice"]),
    (Column::Users, &["users", "rotation", "rotationusers", "participants"]),
    (
        Column::RotationStart,
        &["handoverstartat", "handoverstart", "rotationstart", "rotationstartat", "handoffstart", "handoffstartat"],
    ),
    (
        Column::IntervalDays,
        &[
            "handoverintervaldays",
            "intervaldays",
            "rotationdays",
            "handoffintervaldays",
            "everydays",
            "rotationintervaldays",
        ],
    ),
];
