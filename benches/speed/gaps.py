"""The least a person would write instead with a calendar library: the gaps of a calendar between two civil times."""
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

chicago = ZoneInfo("America/Chicago")
start, end = (datetime.fromisoformat(text).replace(tzinfo=chicago) for text in sys.argv[2:4])

with open(sys.argv[1], "rb") as file:
    calendar = icalendar.Calendar.from_ical(file.read())
spans = sorted((event["DTSTART"].dt, event["DTEND"].dt) for event in recurring_ical_events.of(calendar).between(start, end))

covered_until = start
for begins, ends in spans:
    if begins > covered_until:
        print(covered_until, begins)
    covered_until = max(covered_until, ends)
if covered_until < end:
    print(covered_until, end)
