"""Which events of a calendar file are on at each instant? Two readers answer; tests/it/shifts.rs compares.

Reads the file named by its argument and one instant (RFC 3339) a line from standard input. Writes what the file holds as
one JSON object, then one object an instant: `read` by the events as icalendar reads them, `recurring` by the events as
recurring-ical-events unfolds them. Its own question `at` is not used: asked in UTC it is an hour off for an event that
lasts over the autumn change, asked in local time it takes both halves of the repeated hour for one.
"""

import datetime
import json
import sys

import icalendar
import recurring_ical_events

UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)


def span(event):
    return event["DTSTART"].dt.astimezone(UTC), event["DTEND"].dt.astimezone(UTC)


def on(events, at):
    return sorted(str(event["SUMMARY"]) for event, (start, end) in events if start <= at < end)


with open(sys.argv[1], "rb") as file:
    calendar = icalendar.Calendar.from_ical(file.read())
events = [(event, span(event)) for event in calendar.walk("VEVENT")]

print(json.dumps({
    "broken": [str(error) for part in calendar.walk() for error in part.errors],
    "zones": [str(part["TZID"]) for part in calendar.walk("VTIMEZONE")],
    "events": [
        {
            "uid": str(event["UID"]),
            "summary": str(event["SUMMARY"]),
            "description": str(event["DESCRIPTION"]),
            "start": start.isoformat(),
            "end": end.isoformat(),
            "stamp": event["DTSTAMP"].dt.astimezone(UTC).isoformat(),
            "modified": event["LAST-MODIFIED"].dt.astimezone(UTC).isoformat(),
            "sequence": int(event["SEQUENCE"]),
            "transparent": str(event["TRANSP"]),
        }
        for event, (start, end) in events
    ],
}))

instants = [datetime.datetime.fromisoformat(line.strip()).astimezone(UTC) for line in sys.stdin]
if instants:
    unfolded = recurring_ical_events.of(calendar).between(min(instants) - DAY, max(instants) + DAY)
    unfolded = [(event, span(event)) for event in unfolded]
for at in instants:
    print(json.dumps({"read": on(events, at), "recurring": on(unfolded, at)}))
